/** The agency's key: asked for once, kept in the tab. Signing in replaces it later. */
import { read, Refused } from './api.js';
import { byId, make, say } from './dom.js';

const SLOT = 'holdfast-key';
/** For browsers that keep nothing: then the key lives as long as the page. */
let inPage = '';

/** @type {((session: {key: string, me: any}) => void) | null} */
let waiting = null;

export function currentKey() {
  try {
    return sessionStorage.getItem(SLOT) ?? inPage;
  } catch {
    return inPage;
  }
}

function keep(key) {
  inPage = key;
  try {
    if (key === '') sessionStorage.removeItem(SLOT);
    else sessionStorage.setItem(SLOT, key);
  } catch {
    // Kept in the page alone.
  }
}

/** Resolves when a key was accepted; asks for one when there is none or it is not. Shows who it is. */
export async function signIn() {
  listen();
  const key = currentKey();
  if (key === '') return await ask('');
  try {
    return accepted(key, await read('/v1/me', { key }));
  } catch (error) {
    return await ask(sentenceOf(error), error instanceof Refused ? '' : key);
  }
}

/** Asks again, beside whatever stands on the page. */
export async function ask(why, prefilled = '') {
  listen();
  const panel = byId('key-panel');
  panel.hidden = false;
  byId('key').value = prefilled;
  tell(why);
  byId('key').focus();
  panel.scrollIntoView({ block: 'nearest' });
  return await new Promise((resolve) => {
    waiting = resolve;
  });
}

let listening = false;
let trying = false;

function listen() {
  if (listening) return;
  listening = true;
  byId('key-form').addEventListener('submit', async (event) => {
    event.preventDefault();
    // What is pasted often brings a space or the end of a line; a key has neither.
    const key = byId('key').value.trim();
    if (trying) return;
    if (!/^[\x21-\x7e]{1,200}$/.test(key)) {
      tell(key === '' ? 'Paste the key that your administrator gave you.' : 'This does not look like a key. Copy the whole key and paste it again.');
      byId('key').focus();
      return;
    }
    trying = true;
    tell('');
    try {
      const session = accepted(key, await read('/v1/me', { key }));
      byId('key-panel').hidden = true;
      waiting?.(session);
      waiting = null;
    } catch (error) {
      tell(sentenceOf(error));
      byId('key').focus();
    } finally {
      trying = false;
    }
  });
}

function accepted(key, me) {
  keep(key);
  const other = make('button', { type: 'button', class: 'usa-button usa-button--unstyled' }, 'Use another key');
  other.addEventListener('click', () => {
    keep('');
    location.reload();
  });
  byId('who').replaceChildren(`${me.agencyName} · ${me.role} · `, other);
  byId('who').hidden = false;
  return { key, me };
}

function sentenceOf(error) {
  if (!(error instanceof Refused)) return 'The archive cannot be reached. Check your connection and try again.';
  if (error.status === 401) return 'The archive does not know this key, or it was revoked. Check that you copied all of it, or ask your administrator for a new one.';
  return error.message;
}

function tell(text) {
  byId('key-group').classList.toggle('usa-form-group--error', text !== '');
  byId('key').setAttribute('aria-invalid', String(text !== ''));
  say(byId('key-error'), text);
}
