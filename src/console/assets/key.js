/**
 * Who is at work: whoever signed in on this browser; else a key of the agency, asked for once and kept in the tab.
 */
import { actAs, read, Refused, SIGNED_IN } from './api.js';
import { byId, make, say } from './dom.js';
import { wipeTypedOfOthers } from './left-off.js';
import { t } from './words.js';

/** As the archive names them, in small letters. */
const ROLES = {
  moderator: t('moderator'),
  custodian: t('custodian'),
  'retention-officer': t('retention-officer'),
  approver: t('approver'),
  auditor: t('auditor'),
  administrator: t('administrator'),
  intake: t('intake'),
};
export const rolesOf = ({ role }) => role.split(', ').map((one) => ROLES[one] ?? one).join(', ');

const SLOT = 'holdfast-key';
/** For browsers that keep nothing: then the key lives as long as the page. */
let inPage = '';

/**
 * Who is at work here, for as long as the page lives. Always the same object: whoever holds it has the key of this moment.
 * @type {{ key: string, me: any }}
 */
const session = { key: '', me: null };
/** Everybody who waits for a key: a press that was refused, and the watching beside it. */
let waiting = [];
/** @type {(session: { key: string, me: any }) => void} */
let onNewKey = () => {};

/** Who is at work at this moment, for what goes on beside the page; null: nobody yet. A file that is on its way belongs to `id`. */
export const inUse = () => (session.me === null ? null : { key: session.key, id: session.key === SIGNED_IN ? String(session.me.id) : session.key });

/** Whoever waits for somebody to be at work goes on. */
function known() {
  wipeTypedOfOthers(String(session.me.id));
  window.dispatchEvent(new Event('holdfast-known'));
}

function currentKey() {
  try {
    return sessionStorage.getItem(SLOT) ?? inPage;
  } catch {
    return inPage;
  }
}

function keep(key) {
  inPage = key;
  try {
    sessionStorage.setItem(SLOT, key);
  } catch {
    // Kept in the page alone.
  }
}

/**
 * Resolves when a key was accepted; asks for one when there is none or it is not. Shows who it is.
 * @param {{ changed?: (session: { key: string, me: any }) => void }} options `changed`: the key was replaced later on; the page stays.
 */
export async function signIn({ changed = () => {} } = {}) {
  listen();
  const key = currentKey();
  if (byId('who') instanceof HTMLFormElement) {
    try {
      session.me = await read('/v1/me', { key: SIGNED_IN });
      actAs(session.me.id);
    } catch (error) {
      await ask(error instanceof Refused && error.status === 401 ? t('You are not signed in any more.') : sentenceOf(error));
    }
  } else if (key === '') await ask('');
  else {
    try {
      accepted(key, await read('/v1/me', { key }));
    } catch (error) {
      await ask(sentenceOf(error), error instanceof Refused ? '' : key);
    }
  }
  onNewKey = changed;
  known();
  return session;
}

/** Asks again, beside whatever stands on the page. Nothing of it is touched. */
export async function ask(why, prefilled = '') {
  const answer = new Promise((resolve) => {
    waiting.push(resolve);
  });
  open(why, prefilled);
  return await answer;
}

function open(why, prefilled = '') {
  listen();
  const panel = byId('key-panel');
  const shown = !panel.hidden;
  panel.hidden = false;
  // Beside this page, so that nothing on it is lost; on an empty one there is nothing to lose.
  const link = byId('key-sign-in');
  link.href = `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`;
  link.target = session.me === null ? '' : '_blank';
  byId('key-again').hidden = session.me === null;
  // Whoever only thought of another key may keep the one in use; a refused one is no use to anybody.
  byId('key-keep').hidden = waiting.length > 0;
  // A key that somebody is just typing is left alone.
  if (!shown || byId('key').value === '') byId('key').value = prefilled;
  tell(why);
  byId('key').focus();
  panel.scrollIntoView({ block: 'nearest' });
}

/** @param {boolean} back the focus returns to where the panel was opened from */
function close(back) {
  byId('key').value = '';
  tell('');
  byId('key-panel').hidden = true;
  if (back) byId('who').querySelector('button')?.focus();
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
      tell(key === '' ? t('Paste the key that your administrator gave you.') : t('This does not look like a key. Copy the whole key and paste it again.'));
      byId('key').focus();
      return;
    }
    trying = true;
    tell('');
    try {
      accepted(key, await read('/v1/me', { key }));
      entered();
    } catch (error) {
      tell(sentenceOf(error));
      byId('key').focus();
    } finally {
      trying = false;
    }
  });
  byId('key-keep').addEventListener('click', () => close(true));
  // They signed in beside this page, and come back.
  byId('key-again').addEventListener('click', async () => {
    if (trying) return;
    trying = true;
    try {
      const before = session.me?.id ?? '';
      actAs('');
      const me = await read('/v1/me', { key: SIGNED_IN }).catch((error) => {
        actAs(before);
        throw error;
      });
      actAs(me.id);
      session.key = SIGNED_IN;
      session.me = me;
      const who = byId('who').querySelector('span') ?? byId('who');
      who.textContent = `${me.name} · ${me.agencyName} · ${rolesOf(me)}`;
      byId('who').hidden = false;
      entered();
    } catch (error) {
      tell(error instanceof Refused && error.status === 401 ? t('Nobody is signed in on this browser yet.') : sentenceOf(error));
    } finally {
      trying = false;
    }
  });
}

/** Whoever waited goes on. */
function entered() {
  close(waiting.length === 0);
  const resolves = waiting;
  waiting = [];
  onNewKey(session);
  known();
  for (const resolve of resolves) resolve(session);
}

function accepted(key, me) {
  keep(key);
  session.key = key;
  session.me = me;
  // Somebody signed in and left; the page stays with the key.
  if (byId('who') instanceof HTMLFormElement) byId('who').replaceWith(make('p', { class: 'hf-who', id: 'who' }));
  const other = make('button', { type: 'button', class: 'usa-button usa-button--unstyled' }, t('Use another key'));
  // In place: the key in use counts until another one is accepted, and nothing that was put in is touched.
  other.addEventListener('click', () => open(''));
  byId('who').replaceChildren(`${me.agencyName} · ${rolesOf(me)} · `, other);
  byId('who').hidden = false;
}

function sentenceOf(error) {
  if (!(error instanceof Refused)) return t('The archive cannot be reached. Check your connection and try again.');
  if (error.status === 401) return t('The archive does not know this key, or it was revoked. Check that you copied all of it, or ask your administrator for a new one.');
  return error.message;
}

function tell(text) {
  byId('key-group').classList.toggle('usa-form-group--error', text !== '');
  byId('key').setAttribute('aria-invalid', String(text !== ''));
  say(byId('key-error'), text);
}
