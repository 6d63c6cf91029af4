/** Signing in. Works without scripts; a passkey needs one. */
import { alert, field } from './fields.ts';
import { html } from './html.ts';
import { page, type Frame } from './layout.ts';

export interface SignInParts {
  /** Of the only agency; null: there are several, and it is asked for. */
  readonly onlyAgency: string | null;
  readonly typed: { readonly agency: string; readonly email: string };
  readonly error: string | null;
  /** Where to go afterwards, on this site. */
  readonly next: string;
  /** Whether browsers make passkeys for this address. */
  readonly passkeys: boolean;
}

export function signInPage(frame: Frame, parts: SignInParts): string {
  const { onlyAgency, typed, error, next, passkeys } = parts;
  return page({
    title: 'Sign in',
    ...frame,
    ...(passkeys ? { script: 'passkey.js' } : {}),
    main: html`<h1 class="hf-h1">Sign in</h1>
      ${alert('error', error)}
      ${
        passkeys &&
        html`<div id="passkey" data-next="${next}" hidden>
          <button class="usa-button usa-button--big hf-submit" type="button" id="passkey-use">
            Sign in with a passkey
          </button>
          <p class="usa-error-message" id="passkey-error" role="alert" hidden></p>
          <p class="hf-or">or with your password</p>
        </div>`
      }
      <form class="hf-form" method="post" action="/sign-in" novalidate>
        <input type="hidden" name="next" value="${next}" />
        ${
          onlyAgency === null
            ? field({
                name: 'agency',
                label: 'Agency',
                hint: 'Its short name here, such as rivertown. It is in the link that you were sent.',
                value: typed.agency,
                autocomplete: 'organization',
              })
            : html`<input type="hidden" name="agency" value="${onlyAgency}" />`
        }
        ${field({ name: 'email', label: 'E-mail address', type: 'email', value: typed.email, autocomplete: 'username' })}
        ${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' })}
        ${field({
          name: 'code',
          label: 'Code from your authenticator app',
          hint: 'Six digits; a new one each 30 seconds.',
          inputmode: 'numeric',
          autocomplete: 'one-time-code',
        })}
        <button class="usa-button usa-button--big hf-submit" type="submit">Sign in</button>
      </form>
      <p class="hf-small">
        Cannot get in? An administrator of your agency can send you a link with which you choose anew.
      </p>`,
  });
}
