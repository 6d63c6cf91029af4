/**
 * What was put in here and not handed in yet, so that a reload or a closed page loses neither pictures nor words.
 *
 * The pictures are with the archive, which shows them to nobody but who sent them; of them only their addresses are kept here, with
 * a digest of each that tells nothing without the file: no name, no content. They are kept for whoever comes back to this page as the
 * same person, within the time that the archive keeps them. What was typed is content: it stays in this tab, and is thrown away
 * as soon as somebody else is at work in it. With it stands what was sent and not answered, under its key, so that it is sent again
 * as the same. Both go when it was handed in, or by “Start over”; the archive's
 * answer to a sign-out throws away all of it.
 */
import { newAttemptKey } from './api.js';

const TAB = 'holdfast-tab';
const TYPED_ON = 'holdfast-typed ';
const TYPED = `${TYPED_ON}${location.pathname}`;
const PICTURES = `holdfast-pictures ${location.pathname} `;
/** Longer than the archive keeps what no report names. */
const KEPT_MS = 3 * 86_400_000;
const LEAVING_MS = 1500;

/** @typedef {{ id: string, print: string }} Left */

/** A browser that keeps nothing finds nothing again. */
function quietly(work, otherwise) {
  try {
    return work();
  } catch {
    return otherwise;
  }
}

/**
 * What this very tab left is found. What other tabs left is counted, and given only when somebody asks for it: it was
 * meant for another report.
 * @param {string} who nobody else finds it again
 */
export async function openLeftOff(who) {
  const fresh = newAttemptKey();
  const before = quietly(() => sessionStorage.getItem(TAB), null);
  // A tab that was duplicated calls itself as the other one does, which is open still. And what somebody else left in this tab stays theirs.
  const theirs = before !== null && (read(localStorageOrNull(), PICTURES + before)?.who ?? who) !== who;
  const mine = before !== null && !theirs && (await hold(PICTURES + before)) ? before : fresh;
  if (mine === fresh) await hold(PICTURES + fresh);
  /** By who is at work: what the one sent is never told of as the other's. */
  const tabs = new Map([[who, mine]]);
  const nameOf = (tab) => PICTURES + tab;
  forgetOld();
  wipeTypedOfOthers(who);
  const typed = read(sessionStorageOrNull(), TYPED);
  let { fields = null, attempt = null } = typed ?? {};

  const others = async () => {
    const own = new Set([...tabs.values()].map(nameOf));
    return (await abandoned()).filter((name) => !own.has(name) && picturesIn(name, who).length > 0);
  };
  let kept = '';
  function forgetPictures() {
    const tab = tabs.get(who);
    quietly(() => localStorage.removeItem(nameOf(tab)), undefined);
    if (quietly(() => sessionStorage.getItem(TAB), null) === tab) quietly(() => sessionStorage.removeItem(TAB), undefined);
  }
  const write = () => quietly(() => sessionStorage.setItem(TYPED, JSON.stringify({ who, fields, attempt })), undefined);
  return {
    /** It stays where it is until the page tells of it (`keepPictures`): a reload meanwhile loses nothing. */
    found: picturesIn(nameOf(mine), who),
    typed: fields,
    /** What was sent from this tab, word for word, under its key; whether it arrived is not known. */
    attempt: () => attempt,
    /** How many pictures other tabs left, which are open no more. */
    countOthers: async () => once((await others()).flatMap((name) => picturesIn(name, who))).length,
    /** Those pictures. `taken`: this page tells of them now, and the others no more. */
    async takeOthers() {
      const names = await others();
      return {
        pictures: once(names.flatMap((name) => picturesIn(name, who))),
        taken: () => {
          for (const name of names) quietly(() => localStorage.removeItem(name), undefined);
        },
      };
    },
    /** Somebody else is at work on this page, which kept what was put in. @param {string} next */
    becomes(next) {
      if (next === who) return;
      who = next;
      [kept, fields, attempt] = ['', null, null];
      if (tabs.has(next)) return;
      tabs.set(next, newAttemptKey());
      void hold(nameOf(tabs.get(next)));
    },
    /** @param {Left[]} pictures */
    keepPictures(pictures) {
      // Told with each piece that went out; written when it says something new.
      if (JSON.stringify([who, pictures]) === kept) return;
      kept = JSON.stringify([who, pictures]);
      if (pictures.length === 0) forgetPictures();
      else {
        quietly(() => sessionStorage.setItem(TAB, tabs.get(who)), undefined);
        quietly(() => localStorage.setItem(nameOf(tabs.get(who)), JSON.stringify({ who, at: Date.now(), pictures })), undefined);
      }
    },
    keepTyped(now) {
      fields = now;
      write();
    },
    keepAttempt(now) {
      attempt = now;
      write();
    },
    forget() {
      [kept, fields, attempt] = ['', null, null];
      forgetPictures();
      quietly(() => sessionStorage.removeItem(TYPED), undefined);
    },
  };
}

/** On a computer that several people use: each page that knows who is at work throws away what somebody else typed in this tab. @param {string} who */
export function wipeTypedOfOthers(who) {
  for (const name of quietly(() => Object.keys(sessionStorage), []))
    if (name.startsWith(TYPED_ON) && read(sessionStorageOrNull(), name)?.who !== who) quietly(() => sessionStorage.removeItem(name), undefined);
}

/** What the archive has no more is of no use to anybody. */
function forgetOld() {
  for (const name of namesKept()) if (!(Date.now() - (read(localStorageOrNull(), name)?.at ?? 0) < KEPT_MS)) quietly(() => localStorage.removeItem(name), undefined);
}

/** @returns {Left[]} somebody else's wait for them */
function picturesIn(name, who) {
  const left = read(localStorageOrNull(), name);
  if (left?.who !== who || !Array.isArray(left.pictures)) return [];
  return once(left.pictures.filter((one) => /^[0-9a-f-]{36}$/.test(one?.id) && typeof one.print === 'string'));
}

/** @param {Left[]} pictures */
const once = (pictures) => pictures.filter(({ id }, i) => pictures.findIndex((other) => other.id === id) === i);
const namesKept = () => quietly(() => Object.keys(localStorage), []).filter((name) => name.startsWith(PICTURES));
const sessionStorageOrNull = () => quietly(() => sessionStorage, null);
const localStorageOrNull = () => quietly(() => localStorage, null);

function read(storage, name) {
  const value = quietly(() => JSON.parse(storage?.getItem(name) ?? 'null'), null);
  return typeof value === 'object' ? value : null;
}

/**
 * Of pages that are open no more, or that the browser put to sleep. One that is open holds a lock of that name. Where the browser
 * knows no locks (no https), nothing is told of other tabs.
 */
async function abandoned() {
  if (navigator.locks === undefined) return [];
  const { held = [] } = await navigator.locks.query().catch(() => ({}));
  const open = new Set(held.map(({ name }) => name));
  return namesKept().filter((name) => !open.has(name));
}

/** For as long as the page lives. False: another page has it; one that is just being left lets go of it within the time. */
async function hold(slot) {
  if (navigator.locks === undefined) return true;
  return await new Promise((resolve) => {
    const has = async () => {
      resolve(true);
      await new Promise(() => {});
    };
    navigator.locks.request(slot, { signal: AbortSignal.timeout(LEAVING_MS) }, has).catch(() => resolve(false));
  });
}

const WHOLE_BYTES = 64 * 1024 ** 2;
const SAMPLES = 16;
const SAMPLE_BYTES = 1024 ** 2;

/**
 * What tells whether a file that is chosen again is the one whose beginning the archive has: two files must never become one
 * picture. Of a very large one samples and its date. Empty where the browser has no digest (no https): then it is sent anew.
 */
export async function printOf(file, id) {
  if (globalThis.crypto?.subtle === undefined) return '';
  const whole = file.size <= WHOLE_BYTES;
  const step = (file.size - SAMPLE_BYTES) / (SAMPLES - 1);
  const parts = whole ? [file] : Array.from({ length: SAMPLES }, (_, i) => file.slice(Math.floor(i * step), Math.floor(i * step) + SAMPLE_BYTES));
  const about = `${id} ${file.size} ${whole ? '' : file.lastModified} `;
  const digest = await crypto.subtle.digest('SHA-256', await new Blob([about, ...parts]).arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

const NOT_KEPT = ['as', 'attempt', 'file'];

/** What was typed and chosen, by the names of its fields. */
export function fieldsOf(form) {
  return [...new FormData(form)].filter(([name, value]) => typeof value === 'string' && !NOT_KEPT.includes(name));
}

/** Into a form that came anew, but not over what was put into it since. Answers whether anything was put in. A clause only in the version in which it was chosen: under its number another one may stand now. */
export function putBack(form, fields, touched) {
  const said = new Map(Array.isArray(fields) ? fields.filter((field) => Array.isArray(field)) : []);
  const versionIn = (versions, ground) => new URLSearchParams(versions ?? '').get(String(ground).split('#')[0] ?? '');
  let any = false;
  for (const element of form.elements) {
    const { name, type } = element;
    if (name === '' || type === 'hidden' || type === 'file' || NOT_KEPT.includes(name) || !said.has(name) || touched.has(name)) continue;
    const value = said.get(name);
    if (type === 'checkbox' || type === 'radio') {
      if (element.value !== value || element.checked) continue;
      if (name === 'ground' && value !== '' && versionIn(said.get('versions'), value) !== versionIn(form.elements.versions?.value, value)) continue;
      element.checked = true;
    } else {
      if (element.value === value || (element.defaultValue !== undefined && element.value !== element.defaultValue) || (type === 'select-one' && ![...element.options].some((option) => option.value === value))) continue;
      element.value = value;
    }
    any = true;
    element.dispatchEvent(new Event('change', { bubbles: true }));
  }
  return any;
}
