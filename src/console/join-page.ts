/** Choosing how to sign in, by a link that works once; and the first account of an installation. */
import { alert, field } from './fields.ts';
import { html, Markup } from './html.ts';
import { page, type Frame } from './layout.ts';

export interface JoinParts {
  readonly name: string;
  readonly email: string;
  readonly agencyName: string;
  /** The link, under which the form is sent. */
  readonly path: string;
  /** Base32; the app keeps it. */
  readonly codeSecret: string;
  /** The same as a picture: rows of dark and light. */
  readonly codePicture: readonly (readonly boolean[])[];
  readonly shortest: number;
  readonly error: string | null;
  readonly errors: { readonly password?: string | undefined; readonly code?: string | undefined };
  readonly passkeys: boolean;
}

export function joinPage(frame: Frame, parts: JoinParts): string {
  const { name, email, agencyName, path, codeSecret, codePicture, shortest, error, errors, passkeys } = parts;
  return page({
    title: 'Choose how to sign in',
    ...frame,
    ...(passkeys ? { script: 'passkey.js' } : {}),
    main: html`<h1 class="hf-h1">Welcome, ${name}</h1>
      <p class="hf-intro">${agencyName}. Choose how you will sign in; this link works once.</p>
      ${alert('error', error)}
      ${
        passkeys &&
        html`<div id="passkey" data-register="${path}" hidden>
          <h2 class="hf-h2">With a passkey</h2>
          <p>
            Your finger, your face or the number of this device; or a security key. There is nothing to
            remember and nothing that could be stolen here.
          </p>
          <button class="usa-button usa-button--big hf-submit" type="button" id="passkey-use">
            Make a passkey
          </button>
          <p class="usa-error-message" id="passkey-error" role="alert" hidden></p>
        </div>`
      }
      <h2 class="hf-h2">With a password and an authenticator app</h2>
      <form class="hf-form" method="post" action="${path}" novalidate>
        <input type="hidden" name="secret" value="${codeSecret}" />
        <input type="hidden" name="username" value="${email}" autocomplete="username" />
        ${field({
          name: 'password',
          label: 'New password',
          hint: html`At least ${shortest} characters; a few words in a row are good.`,
          type: 'password',
          autocomplete: 'new-password',
          error: errors.password,
        })}
        <p>
          Open an authenticator app on your phone, let it look at this picture, or type the letters below it.
          Then enter the six digits that it shows.
        </p>
        ${drawn(codePicture)}
        <p class="hf-secret"><code>${codeSecret.replaceAll(/(.{4})(?=.)/g, '$1 ')}</code></p>
        ${field({
          name: 'code',
          label: 'Code from the app',
          inputmode: 'numeric',
          autocomplete: 'one-time-code',
          error: errors.code,
        })}
        <button class="usa-button usa-button--big hf-submit" type="submit">Use these from now on</button>
      </form>`,
  });
}

/** A code for cameras, as one path of squares. */
function drawn(rows: readonly (readonly boolean[])[]): Markup {
  const squares = rows.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])));
  const size = rows.length;
  return new Markup([
    `<svg class="hf-code-picture" viewBox="-2 -2 ${size + 4} ${size + 4}" role="img" aria-label="Picture for an authenticator app; the letters below say the same"><rect x="-2" y="-2" width="${size + 4}" height="${size + 4}" fill="#fff"/><path fill="#1b1b1b" d="${squares.join('')}"/></svg>`,
  ]);
}

export interface FirstAccountParts {
  readonly path: string;
  readonly agencies: readonly { readonly id: string; readonly name: string }[];
  readonly typed: {
    readonly agency: string;
    readonly agencyName: string;
    readonly zone: string;
    readonly name: string;
    readonly email: string;
  };
  readonly errors: Partial<Record<'agency' | 'agencyName' | 'zone' | 'name' | 'email', string>>;
}

export function firstAccountPage(frame: Frame, { path, agencies, typed, errors }: FirstAccountParts): string {
  return page({
    title: 'First account',
    ...frame,
    main: html`<h1 class="hf-h1">The first account</h1>
      <p class="hf-intro">
        It is an administrator’s: it adds everybody else. On the next page you choose how to sign in.
      </p>
      <form class="hf-form" method="post" action="${path}" novalidate>
        <h2 class="hf-h2">Your public body</h2>
        ${
          agencies.length > 0
            ? html`<div class="usa-form-group">
                <label class="usa-label" for="agency">Agency</label>
                <select class="usa-select" id="agency" name="agency">
                  ${agencies.map(
                    (one) =>
                      html`<option value="${one.id}" ${one.id === typed.agency && html`selected`}>
                        ${one.name}
                      </option>`,
                  )}
                </select>
              </div>`
            : html`${field({
                name: 'agencyName',
                label: 'Name',
                hint: 'As it stands on letters, such as City of Rivertown.',
                value: typed.agencyName,
                autocomplete: 'organization',
                error: errors.agencyName,
              })}
              ${field({
                name: 'agency',
                label: 'Short name',
                hint: 'For addresses and for ever: 2 to 63 of a-z, 0-9 and -, such as rivertown.',
                value: typed.agency,
                error: errors.agency,
              })}
              ${field({
                name: 'zone',
                label: 'Time zone',
                hint: 'In which its people see times, such as America/Chicago.',
                value: typed.zone,
                error: errors.zone,
              })}`
        }
        <h2 class="hf-h2">You</h2>
        ${field({ name: 'name', label: 'Your name', value: typed.name, autocomplete: 'name', error: errors.name })}
        ${field({
          name: 'email',
          label: 'E-mail address',
          hint: 'The name to sign in with.',
          type: 'email',
          value: typed.email,
          autocomplete: 'email',
          error: errors.email,
        })}
        <button class="usa-button usa-button--big hf-submit" type="submit">Go on</button>
      </form>`,
  });
}
