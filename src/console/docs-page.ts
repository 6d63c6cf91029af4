/**
 * The calls of the API, read from the OpenAPI document itself, so that this page cannot say anything else. What the document says is
 * English in every language, as programs are, and says so of itself.
 */
import { html, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';

type Json = Readonly<Record<string, unknown>>;

const METHODS: readonly string[] = ['get', 'post', 'put', 'patch', 'delete'];

export function docsPage(frame: Frame, document: object, publicUrl: string): string {
  const paths = Object.entries(objectIn(document, 'paths'));
  const calls = paths.flatMap(([path, item]) =>
    METHODS.flatMap((method) =>
      isObject(item) && isObject(item[method]) ? [{ method, path, call: item[method] }] : [],
    ),
  );
  const groups = Map.groupBy(
    calls,
    ({ call }) => textOf(Array.isArray(call['tags']) ? call['tags'][0] : null) ?? 'other',
  );
  return page({
    title: 'API',
    ...frame,
    main: html`<h1 class="hf-h1">The calls of this archive</h1>
      <p class="hf-intro">
        ${calls.length} calls at <code>${publicUrl}</code>. The whole description, for programs:
        <a href="/openapi.json">openapi.json</a>.
      </p>
      <p>
        Send the header <code>Authorization: Bearer &lt;key&gt;</code>; your administrator makes keys. An
        error is a problem document with a stable code, a sentence that says what to do, and the id of the
        request.
      </p>
      ${[...groups].map(
        ([tag, list]) =>
          html`<h2 class="hf-h2 hf-docs__group" lang="en">${tag}</h2>
            ${list.map(({ method, path, call }) => callOf(method, path, call))}`,
      )}`,
  });
}

function callOf(method: string, path: string, call: Json): Markup {
  const parameters = (Array.isArray(call['parameters']) ? call['parameters'] : []).filter(isObject);
  const bodies = Object.keys(objectIn(objectIn(call, 'requestBody'), 'content'));
  const answers = Object.entries(objectIn(call, 'responses'));
  const good = answers.filter(([status]) => !/^[45]/.test(status));
  const problems = answers.filter(([status]) => /^[45]/.test(status));
  const summary = textOf(call['summary']);
  const description = textOf(call['description']);
  return html`<section class="hf-call">
    <h3 class="hf-call__name"><code>${method.toUpperCase()} ${path}</code></h3>
    ${summary !== null && html`<p lang="en"><strong>${summary}</strong></p>`}
    ${description !== null && html`<p lang="en">${description}</p>`}
    ${
      parameters.length > 0 &&
      html`<dl class="hf-facts">
        ${parameters.map(
          (parameter) =>
            html`<div>
              <dt>
                <code>${textOf(parameter['name']) ?? ''}</code>
                <span class="hf-small"
                  ><span lang="en">${textOf(parameter['in']) ?? ''}</span
                  >${parameter['required'] === true && html`, required`}</span
                >
              </dt>
              <dd lang="en">${textOf(parameter['description']) ?? ''}</dd>
            </div>`,
        )}
      </dl>`
    }
    ${bodies.length > 0 && html`<p>Takes ${bodies.map((type, i) => html`${i > 0 && ', '}<code>${type}</code>`)}</p>`}
    ${good.length > 0 && html`<p>Answers ${good.map(([status, answer]) => html`<code>${status}</code>${said(answer)} `)}</p>`}
    ${problems.length > 0 && html`<p>Problems ${problems.map(([status], i) => html`${i > 0 && ', '}<code>${status}</code>`)}</p>`}
  </section>`;
}

/** What a generator writes when nobody described an answer says nothing. */
function said(answer: unknown): Markup | null {
  const description = isObject(answer) ? textOf(answer['description']) : null;
  return description === null || description === 'Default Response'
    ? null
    : html` <span lang="en">${description}</span>`;
}

function objectIn(of: unknown, member: string): Json {
  const found = isObject(of) ? of[member] : undefined;
  return isObject(found) ? found : {};
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
