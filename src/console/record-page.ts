/**
 * One record, for whoever reads it: what was said, by whom, when and on which account, each with where it comes from; what is sealed
 * of it and how far that proves anything; and everything that happened to it, every view included.
 *
 * Pictures are covered until they are asked for: they may be graphic, and each look is in the history.
 */
import type { HistoryEntry, Receipt, RecordView } from '#record/record.ts';
import { readSaid } from './picture-words.ts';
import { fileWays, whyNotShown } from './file-ways.ts';
import { historyTable, type ActorName } from './history-table.ts';
import { html, ours, perLanguage, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';
import { heldSaid, type RecordHolds } from './record-holds.ts';
import { verdict } from './receipt-page.ts';
import { FILE_NAMES, seriesSaid } from './receipt-said.ts';
import { retentionPart, type RetentionPartParts } from './retention-part.ts';
import { TIERS } from './tiers.ts';
import { momentIn } from './times.ts';
import {
  codeSaid,
  doneSaid,
  inWords,
  kindSaid,
  PRECISION_NAMES,
  quoted,
  SOURCE_NAMES,
  UNKNOWN_NAMES,
  VERB_NAMES,
} from './words.ts';

export interface RecordParts {
  readonly record: RecordView;
  readonly receipt: Receipt;
  readonly history: readonly HistoryEntry[];
  /** On which it was destroyed, or is being; null: on none. */
  readonly disposal: { readonly id: string; readonly isCompleted: boolean } | null;
  readonly zone: string;
  readonly names: Readonly<Record<string, ActorName>>;
  readonly kept: Pick<RetentionPartParts, 'retention' | 'offered' | 'nameOf'>;
  readonly holds: RecordHolds;
}

/** What is left: where it came from, when, and under what it stood. */
function tombstone({ record, zone }: RecordParts): Markup {
  return html`<dl class="hf-facts">
    ${row('Reported', html`${momentIn(zone, record.receivedAt)} <span class="hf-small">by the archive’s own clock</span>`)}
  </dl>`;
}

function whole(parts: RecordParts, viewer: Frame['viewer']): Markup {
  const { record, receipt, zone } = parts;
  const [first] = record.facts;
  const data = objectOf(first?.body, 'data');
  const content = objectOf(data, 'content');
  return html`${heldSaid(parts.holds, record.recordId, zone, viewer)}
    <h2 class="hf-h2">What it says</h2>
    ${said(content)}
    <dl class="hf-facts">
      ${row('Author', author(objectOf(data, 'author')))}
      ${row('Written', time(objectOf(content, 'authoredAt'), zone))}
      ${row('Account', html`${record.account} on ${record.platform}${record.accountRegistered ? null : html` <span class="hf-small">not in the register of this agency</span>`}`)}
      ${record.address !== null && row('Address', html`<code>${record.address}</code>`)}
      ${row('What was done', doneSaid(record.verb, record.removal))} ${row('Clause', clauses(record))}
      ${row('Reported', html`${momentIn(zone, record.receivedAt)} <span class="hf-small">by the archive’s own clock</span>`)}
      ${row('Sealed under', ours(seriesSaid(record.classification)))}
    </dl>
    ${retentionPart({ ...parts.kept, recordId: record.recordId, zone, viewer })}
    ${record.facts.length > 1 && later(parts)}
    <h2 class="hf-h2">Files</h2>
    ${tier(receipt)}
    <p class="hf-small">
      Pictures are covered, because they may be graphic. Each one that you show or download is entered in the
      history below.
    </p>
    <ul class="hf-files" data-record="${record.recordId}">
      ${record.artifacts.map((file) => entry(file, record.recordId))}
    </ul>`;
}

function destroyed({ disposal }: RecordParts): Markup | null {
  if (disposal === null) return null;
  return html`<p id="destroyed">
    ${disposal.isCompleted ? ours('This record was destroyed under its schedule. Nothing of its content is left here.') : ours('This record is being destroyed under its schedule.')}
    <a href="/disposals/${disposal.id}">The list on which it stood, with the certificate</a>
  </p>`;
}

type Json = Readonly<Record<string, unknown>>;

export function recordPage(frame: Frame, parts: RecordParts): string {
  const { record, receipt } = parts;
  return page({
    title: html`Record ${receipt.code}`,
    ...frame,
    wide: true,
    // It shows files, and of what was destroyed there are none.
    ...(receipt.status === 'disposed' ? {} : { script: 'record.js' }),
    main: html`<h1 class="hf-h1">
        ${kindSaid(record.kind)} on ${record.platform}
        <span class="hf-code__value">${receipt.code}</span>
      </h1>
      ${verdict(receipt)} ${destroyed(parts)}
      <ul class="hf-links">
        <li><a href="/report/records/${record.recordId}">Live status, and what can be added</a></li>
        <li><a href="/report/records/${record.recordId}/receipt">Receipt to print</a></li>
      </ul>
      ${frame.viewer?.roles.includes('custodian') === true && receipt.seals.length > 0 && packageForm(record.recordId, frame.viewer.id)}
      ${receipt.status === 'disposed' ? tombstone(parts) : whole(parts, frame.viewer)}
      <h2 class="hf-h2">What happened to it</h2>
      ${history(parts)}`,
  });
}

const row = (term: string, value: Markup): Markup =>
  html`<div>
    <dt>${ours(term)}</dt>
    <dd>${value}</dd>
  </div>`;

/** The page stays: a browser keeps what comes, and shows how far it is. */
function packageForm(recordId: string, viewer: string): Markup {
  return html`<form class="hf-noprint" method="post" action="/records/${recordId}/package">
    <input type="hidden" name="as" value="${viewer}" />
    <button class="usa-button usa-button--outline">Package (with proofs)</button>
    <p class="hf-small">
      One file with everything that is sealed of this record, and with what proves it to somebody who does not
      trust us: how to check it is in it. Each one that you make is entered in the history below.
    </p>
  </form>`;
}

function said(content: Json): Markup {
  const words = content['text'];
  const source = String(content['textSource']);
  if (typeof words !== 'string' || words === '')
    return html`<p>No text was given. The pictures below show what it was.</p>`;
  return html`<blockquote class="hf-said-words"><bdi>${words}</bdi></blockquote>
    <p class="hf-small">
      ${Object.hasOwn(SOURCE_NAMES, source) ? inWords(SOURCE_NAMES, source) : html`Source: ${source}`}.
    </p>`;
}

function author(who: Json): Markup {
  const claims = (['displayName', 'handle', 'nativeId', 'profileUrl'] as const).flatMap((name) => {
    const claim = objectOf(who, name);
    return typeof claim['value'] === 'string'
      ? [{ value: claim['value'], source: String(claim['source']) }]
      : [];
  });
  const why = typeof who['unknownReason'] === 'string' ? who['unknownReason'] : null;
  const reason = why === null ? null : inWords(UNKNOWN_NAMES, why);
  if (claims.length === 0)
    return reason === null ? html`Not known: nothing was said about it.` : html`Not known: ${reason}.`;
  const sources = [...new Set(claims.map(({ source }) => source))];
  return html`${claims.map(({ value }, i) => html`${i > 0 && ' · '}<bdi>${value}</bdi>`)}
    <span class="hf-small"
      >${sources.map((source, i) => html`${i > 0 && '; '}${inWords(SOURCE_NAMES, source)}`)}${reason !== null && html`<span>; who that is for certain is not known: ${reason}</span>`}</span
    >`;
}

/** A time is never shown without where it comes from and how exact it is (design 3.8). */
function time(when: Json, zone: string): Markup {
  const value = typeof when['value'] === 'string' ? when['value'] : null;
  const verbatim =
    typeof when['verbatim'] === 'string'
      ? html` <span class="hf-small">as seen: ${quoted(html`<bdi>${when['verbatim']}</bdi>`)}</span>`
      : null;
  if (value === null) return html`Not known.${verbatim}`;
  const precision = String(when['precision']);
  const exact = ['ms', 's', 'min'].includes(precision);
  return html`${exact ? momentIn(zone, value) : html`<span class="hf-utc">${value}</span>`}
    <span class="hf-small"
      >${inWords(SOURCE_NAMES, String(when['source']))}, ${inWords(PRECISION_NAMES, precision)}</span
    >${verbatim}`;
}

/** As they stood when they were named, whatever the policy says today. */
function clauses({ facts }: RecordView): Markup {
  const named = facts.flatMap(({ body }) => {
    const grounds = objectOf(objectOf(body, 'data'), 'action')['grounds'];
    return Array.isArray(grounds) ? (grounds as readonly Json[]) : [];
  });
  if (named.length === 0) return html`Not stated.`;
  return html`${named.map(
    (ground) =>
      html`<p class="hf-clause">
        <strong>${String(ground['citation'])}</strong>: ${String(ground['text'])}
        <span class="hf-small"
          >${String(ground['policyId'])}, version ${String(ground['policyVersion'])}</span
        >
      </p>`,
  )}`;
}

function later({ record, zone }: RecordParts): Markup {
  return html`<h2 class="hf-h2">What was said later</h2>
    <ol class="hf-times">
      ${record.facts.slice(1).map((fact) => {
        const data = objectOf(fact.body, 'data');
        const verb = String(objectOf(data, 'action')['verb']);
        const notes = data['notes'];
        const added = saidLater(data);
        return html`<li>
          ${momentIn(zone, fact.recordedAt)}:
          ${fact.confirms ? ours('It was removed.') : isKept(fact) ? ours('It was not removed after all.') : inWords(VERB_NAMES, verb)}
          ${added.length > 0 && html`${added.map((part) => html`<bdi>${part}</bdi> `)}`}
          ${typeof notes === 'string' && html`<bdi>${notes}</bdi>`}
        </li>`;
      })}
    </ol>
    ${record.nextFacts !== null && html`<p>There are more; a program reads them all: <code>${`GET /v1/records/${record.recordId}`}</code>.</p>`}`;
}

function isKept({ type, body }: RecordView['facts'][number]): boolean {
  return (
    type === 'removal.action-reversed.v1' && objectOf(objectOf(body, 'data'), 'action')['verb'] === 'none'
  );
}

/** Who wrote it and when, where that was only said later. */
function saidLater(data: Json): Markup[] {
  const who = objectOf(data, 'author');
  const names = (['displayName', 'handle', 'profileUrl'] as const).flatMap((name) => {
    const claim = objectOf(who, name)['value'];
    return typeof claim === 'string' ? [claim] : [];
  });
  const seen = objectOf(objectOf(data, 'content'), 'authoredAt')['verbatim'];
  return [
    ...(names.length > 0 ? [html`Written by ${names.join(', ')}.`] : []),
    ...(typeof seen === 'string' ? [html`Posted: “${seen}”.`] : []),
  ];
}

function tier({ tier: strongest }: Receipt): Markup {
  if (strongest === null) return html`<p>Nothing that is sealed so far shows the content itself.</p>`;
  const { name, proves, provesNot } = TIERS[strongest];
  return html`<p>
    <strong>Tier ${strongest}: ${ours(name)}.</strong> It proves: ${ours(proves)} It does not prove:
    ${ours(provesNot)}
  </p>`;
}

function entry(file: RecordView['artifacts'][number], recordId: string): Markup {
  const name = inWords(FILE_NAMES, file.role);
  const why = whyNotShown(file.picture);
  return html`<li id="file-${file.n}">
    <strong>${name}</strong
    >${file.originalName !== null && html` <bdi class="hf-small">${file.originalName}</bdi>`}
    <p class="hf-small">
      ${perLanguage((language) => file.sizeBytes.toLocaleString(`${language}-US`))} bytes · SHA-256
      <code>${file.sha256}</code> ·
      ${ours(file.seal === null ? 'not sealed yet' : `sealed in seal ${file.seal.no}`)}${why !== null && html` · <strong>${why}</strong>`}
    </p>
    ${fileWays(file, name, recordId)} ${readSaid(file.read)}
  </li>`;
}

function history({ history: entries, names, zone }: RecordParts): Markup {
  return historyTable({
    caption: 'What happened to this record, oldest first; of a long history the newest 1,000 entries',
    zone,
    entries,
    names,
    more: ({ type, body }) => what(type, body),
  });
}

function what(type: string, body: Json): Markup | null {
  if (type === 'view.opened') return body['what'] === 'artifact' ? fileSaid(body) : html`: this page`;
  if (type === 'view.not-shown') return fileSaid(body);
  if (type.startsWith('export.') && typeof body['records'] === 'number' && body['records'] > 1)
    return html`: with others, ${String(body['records'])} records in all`;
  if (type === 'capture.completed' && typeof body['outcome'] === 'string')
    return html`: ${codeSaid(body['outcome'])}`;
  return null;
}

const fileSaid = (body: Json): Markup =>
  body['as'] === 'preview'
    ? html`: file ${String(body['n'])}, as a preview`
    : html`: file ${String(body['n'])}`;

function objectOf(of: unknown, member: string): Json {
  const found: unknown = typeof of === 'object' && of !== null ? Reflect.get(of, member) : undefined;
  return typeof found === 'object' && found !== null ? (found as Json) : {};
}
