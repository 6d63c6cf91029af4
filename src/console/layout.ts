/** The frame of every page. */
import { asset, fonts, uswdsCss } from './assets.ts';
import { apart, html, ours, type Markup } from './html.ts';
import { inLanguage, LANGUAGES, sentenceIn, type Language } from './language.ts';
import { MESSAGES } from './messages.ts';
import { inWords } from './words.ts';

export type Mode = 'trial' | 'production';

/** Whoever signed in on this browser. */
export interface Viewer {
  readonly id: string;
  readonly name: string;
  readonly agencyName: string;
  readonly roles: readonly string[];
}

/** What each page is told beside its own matter. */
export interface Frame {
  readonly mode: Mode;
  /** Null: nobody signed in. */
  readonly viewer: Viewer | null;
  readonly language: Language;
  /** Where the page is, to come back to it in another language. */
  readonly path: string;
  /** Hears of each message that has no words in another language. For tests. */
  readonly untranslated?: (message: string) => void;
  /** For paper: where this page is found again, and how it stood when. Null: it is nobody's in particular. */
  readonly foot?: { readonly address: string; readonly at: string } | null;
}

export interface PageParts extends Frame {
  readonly title: string | Markup;
  readonly main: Markup;
  /** For lists and tables. */
  readonly wide?: boolean;
  /** A module of ours that the page runs. */
  readonly script?: string;
  /** It looks again by itself after so many seconds, unless somebody is typing; without scripts, always. */
  readonly again?: { readonly after: number; readonly to: string };
  /** The modules that it imports. */
  readonly preload?: readonly string[];
  /** It can be used without scripts, and then looks somewhat different (`plain.css`). */
  readonly plain?: boolean;
}

export function page(parts: PageParts): string {
  const { title, mode, main, viewer, script, again, preload = [], plain, wide, language, path, foot } = parts;
  const languages = otherLanguages(language, path);
  const whole = html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${typeof title === 'string' ? ours(title) : apart(title)} · Holdfast</title>
        <link rel="icon" href="${asset('holdfast.svg')}" type="image/svg+xml" />
        <link rel="stylesheet" href="${uswdsCss}" />
        ${fonts.map((font) => html`<link rel="preload" as="font" type="font/woff2" media="(min-width: 40em)" href="${font}" crossorigin />`)}
        <link rel="stylesheet" href="${asset('holdfast.css')}" />
        ${plain === true && html`<noscript><link rel="stylesheet" href="${asset('plain.css')}" /></noscript>`}
        ${[...preload, ...(script !== undefined && language !== 'en' ? [`${language}.js`] : [])].map((name) => html`<link rel="modulepreload" href="${asset(name)}" />`)}
        ${again !== undefined && html`<noscript><meta http-equiv="refresh" content="${again.after}; url=${again.to}" /></noscript>`}
        ${again !== undefined && html`<script type="module" src="${asset('again.js')}" data-again="${again.to}" data-after="${again.after}"></script>`}
        ${script === undefined ? null : html`<script type="module" src="${asset(script)}"></script>`}
      </head>
      <body>
        <a class="usa-skipnav" href="#main">Skip to the content</a>
        <header>
          ${mode === 'trial' && html`<p class="hf-trial">TRIAL: not for official records</p>`}
          <div class="hf-header">
            <a class="hf-name" href="${runsTheMachine(viewer) ? '/machine' : '/report'}">Holdfast</a>
            ${runsTheMachine(viewer) ? ofTheMachine : ofAgencies(viewer, languages)}
            ${viewer === null ? html`<p class="hf-who" id="who" hidden></p>` : signedIn(viewer)}
            ${(viewer === null || runsTheMachine(viewer)) && languages}
          </div>
        </header>
        <main id="main" class="hf-main${wide === true ? ' hf-main--wide' : ''}" tabindex="-1">${main}</main>
        ${viewer !== null && foot != null && html`<footer class="hf-foot">${viewer.agencyName} · ${foot.address} · as it stood ${foot.at}, for ${viewer.name}</footer>`}
      </body>
    </html> `;
  return fragment(whole, parts);
}

type Reader = Pick<Frame, 'language' | 'untranslated'>;

/** Markup in the language of whoever reads it. */
export function fragment(markup: Markup, { language, untranslated }: Reader): string {
  // For a test each page is written in each language: what has no words is heard of, whatever the page was asked for in.
  if (untranslated !== undefined && language === 'en') inLanguage(markup, 'es', MESSAGES.es, untranslated);
  return language === 'en' ? markup.text : inLanguage(markup, language, MESSAGES[language], untranslated);
}

/** A word or sentence of ours in the language of whoever reads it. */
export function inWordsOf({ language, untranslated }: Reader, sentence: string): string {
  if (untranslated !== undefined && language === 'en') sentenceIn(sentence, MESSAGES.es, untranslated);
  return language === 'en' ? sentence : sentenceIn(sentence, MESSAGES[language], untranslated);
}

/** In the head, where nothing that comes later moves it; for whoever signed in, in the menu: a phone has no row to spare. */
const otherLanguages = (language: Language, path: string): readonly Markup[] =>
  Object.entries(LANGUAGES)
    .filter(([code]) => code !== language)
    .map(([code, name]) => {
      const address = `/language?${new URLSearchParams({ to: code, next: path }).toString()}`;
      return html`<a class="hf-language" href="${address}" lang="${code}" hreflang="${code}">${name}</a>`;
    });

/** Whoever runs the machine has nothing to do with what agencies archive, and is shown no way to it. */
export function runsTheMachine(viewer: Viewer | null): boolean {
  return viewer?.roles.includes('system-administrator') === true;
}

/** Who sees what was asked under the Sunshine Law. */
const ASKED: readonly string[] = ['custodian', 'auditor', 'administrator'];

const ofTheMachine: Markup = html`<nav aria-label="Main">
  <ul class="hf-nav">
    <li><a href="/machine">Machine</a></li>
  </ul>
</nav>`;

function ofAgencies(viewer: Viewer | null, languages: readonly Markup[]): Markup {
  return html`<nav aria-label="Main">
      <ul class="hf-nav">
        <li><a href="/report">Report</a></li>
        ${viewer !== null && html`<li><a href="/keep">Keep</a></li>`}
        ${viewer !== null && html`<li><a href="/records">Records</a></li>`}
        ${viewer !== null && viewer.roles.some((role) => role !== 'moderator') && html`<li><a href="/worklist">Worklist</a></li>`}
        ${viewer !== null && viewer.roles.some((role) => ASKED.includes(role)) && html`<li><a href="/requests">Requests</a></li>`}
        ${viewer === null && html`<li><a href="/docs">API</a></li>`}
        ${viewer === null && html`<li><a href="/sign-in">Sign in</a></li>`}
      </ul>
    </nav>
    ${viewer !== null && agencyMenu(viewer, languages)}`;
}

/** What is looked at now and then: behind one word, so that a phone shows what is done every day in one row. */
function agencyMenu({ roles }: Viewer, languages: readonly Markup[]): Markup {
  const administers = roles.includes('administrator');
  return html`<nav class="hf-menu" aria-label="Agency">
    <details>
      <summary>Agency</summary>
      <ul>
        <li><a href="/accounts">Accounts</a></li>
        <li><a href="/policies">Policies</a></li>
        ${roles.some((role) => role !== 'moderator') && html`<li><a href="/retention">Retention</a></li>`}
        ${administers && html`<li><a href="/people">People</a></li>`}
        ${administers && html`<li><a href="/offices">Offices</a></li>`}
        ${(administers || roles.includes('auditor')) && html`<li><a href="/provider">Sign-in</a></li>`}
        ${(administers || roles.includes('auditor')) && html`<li><a href="/keys">Keys</a></li>`}
        ${(administers || roles.includes('auditor')) && html`<li><a href="/history">History</a></li>`}
        ${roles.some((role) => role !== 'moderator') && html`<li><a href="/disposals">Disposal</a></li>`}
        ${roles.some((role) => role !== 'moderator' && role !== 'approver') && html`<li><a href="/fixity">Sealed files</a></li>`}
        ${roles.some((role) => role !== 'moderator') && html`<li><a href="/holds">Holds</a></li>`}
        ${(administers || roles.includes('auditor') || roles.includes('custodian')) && html`<li><a href="/log">Log</a></li>`}
        <li><a href="/docs">API</a></li>
        ${languages.map((one) => html`<li>${one}</li>`)}
      </ul>
    </details>
  </nav>`;
}

/** A role, as people say it. */
export const ROLE_NAMES: Readonly<Record<string, string>> = {
  moderator: 'Moderator',
  custodian: 'Custodian of records',
  'retention-officer': 'Retention officer',
  approver: 'Approver of destruction',
  auditor: 'Auditor',
  administrator: 'Administrator',
};

export function roleNames(roles: readonly string[]): Markup {
  return html`${roles.map((role, i) => html`${i > 0 && ', '}${inWords(ROLE_NAMES, role)}`)}`;
}

function signedIn(viewer: Viewer): Markup {
  const { name, agencyName, roles } = viewer;
  const more = runsTheMachine(viewer)
    ? html` · System administrator`
    : html` · ${agencyName} · ${roleNames(roles)}`;
  return html`<form class="hf-who" id="who" method="post" action="/sign-out">
    <span>${name}<span class="hf-who__more">${more}</span></span>
    <button class="usa-button usa-button--unstyled" type="submit">Sign out</button>
  </form>`;
}

/** For whoever does not sign in. The key stays in the tab: never in an address, never on the disk. */
export const keyPanel: Markup = html`<section
  id="key-panel"
  class="hf-panel"
  aria-labelledby="key-title"
  hidden
>
  <h2 id="key-title" class="hf-h2">Sign in, or use a key</h2>
  <p class="hf-key-ways">
    <a class="usa-button" id="key-sign-in" href="/sign-in">Sign in with your account</a>
    <button class="usa-button usa-button--outline" type="button" id="key-again" hidden>
      I have signed in: go on
    </button>
  </p>
  <p id="key-why">
    Without an account: a key that your administrator gave you. It stays in this tab until you close it.
  </p>
  <form id="key-form" novalidate>
    <div class="usa-form-group" id="key-group">
      <label class="usa-label" for="key">Key</label>
      <span class="usa-error-message" id="key-error" role="alert" hidden></span>
      <input
        class="usa-input"
        id="key"
        type="password"
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
        aria-describedby="key-why key-error"
      />
    </div>
    <button class="usa-button" type="submit">Use this key</button>
    <button class="usa-button usa-button--unstyled hf-keep" type="button" id="key-keep" hidden>
      Keep the key in use
    </button>
  </form>
</section>`;

export const noScript = (what: string | Markup): Markup =>
  html`<noscript>
    <div class="usa-alert usa-alert--error">
      <div class="usa-alert__body">
        <h2 class="usa-alert__heading">This page needs JavaScript</h2>
        <p class="usa-alert__text">${ours(what)}</p>
      </div>
    </div>
  </noscript>`;

/** Drawn, so that the state is never told by colour alone. Filled with the colour of the text around it. */
export const stopSign: Markup = html`<svg
  class="hf-sign hf-sign--stop"
  viewBox="0 0 48 48"
  aria-hidden="true"
  focusable="false"
>
  <path fill="currentColor" fill-rule="evenodd" d="M15 2h18l13 13v18L33 46H15L2 33V15zM11 20v8h26v-8z" />
</svg>`;
export const checkSign: Markup = html`<svg
  class="hf-sign hf-sign--check"
  viewBox="0 0 48 48"
  aria-hidden="true"
  focusable="false"
>
  <path
    fill="currentColor"
    fill-rule="evenodd"
    d="M24 2a22 22 0 1 1 0 44 22 22 0 0 1 0-44zM20.500 35 37 18.500l-4.200-4.200-12.300 12.300-5.800-5.800-4.200 4.200z"
  />
</svg>`;
