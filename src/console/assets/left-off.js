/**
 * What was put in here and not handed in yet, so that a reload or a closed page loses neither pictures nor words.
 *
 * The pictures are with the archive, which shows them to nobody but who sent them; of them only their addresses are kept here, with
 * a digest of each that tells nothing without the file: no name, no content. They are kept for whoever comes back to this page as the
 * same person, within the time that the archive keeps them. What was typed is content: it stays in this tab, and is thrown away
 * as soon as somebody else is at work in it. Both go when it was handed in, or by “Start over”; the archive's
 * answer to a sign-out throws away all of it.
 */
const TAB = 'holdfast-tab';
const TYPED = `holdfast-typed ${location.pathname}`;
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
 * @param {string} who nobody else finds it again
 * @param {string} tab as this tab calls itself
 * @param {{ ownOnly: boolean }} options `ownOnly`: not what was left in other tabs, for a page that was opened for something else
 */
export async function openLeftOff(who, tab, { ownOnly }) {
  const before = quietly(() => sessionStorage.getItem(TAB), null);
  // A tab that was duplicated calls itself as the other one does, which is open still. And what somebody else left in this tab stays theirs.
  const theirs = before !== null && (read(localStorageOrNull(), PICTURES + before)?.who ?? who) !== who;
  const mine = before !== null && !theirs && (await hold(PICTURES + before)) ? before : tab;
  if (mine === tab) await hold(PICTURES + tab);
  const slot = PICTURES + mine;
  const others = ownOnly ? [] : await abandoned(slot);
  /** @type {Left[]} */
  let found = [];
  for (const name of [slot, ...others]) {
    const left = read(localStorageOrNull(), name);
    if (left === null) continue;
    if (left.who === who && Array.isArray(left.pictures)) found.push(...left.pictures);
    // Somebody else's wait for them; what the archive has no more is of no use to anybody.
    if (left.who === who || !(Date.now() - left.at < KEPT_MS)) quietly(() => localStorage.removeItem(name), undefined);
  }
  found = found.filter(({ id, print }, i) => /^[0-9a-f-]{36}$/.test(id) && typeof print === 'string' && found.findIndex((other) => other.id === id) === i);
  const typed = read(quietly(() => sessionStorage, null), TYPED);
  if (typed !== null && typed.who !== who) quietly(() => sessionStorage.removeItem(TYPED), undefined);

  let kept = '';
  function forgetPictures() {
    quietly(() => localStorage.removeItem(slot), undefined);
    quietly(() => sessionStorage.removeItem(TAB), undefined);
  }
  return {
    found,
    /** Somebody else is at work on this page, which kept what was put in. @param {string} next */
    becomes(next) {
      who = next;
    },
    typed: typed?.who === who ? typed.fields : null,
    /** @param {Left[]} pictures */
    keepPictures(pictures) {
      // Told with each piece that went out; written when it says something new.
      if (JSON.stringify([who, pictures]) === kept) return;
      kept = JSON.stringify([who, pictures]);
      if (pictures.length === 0) forgetPictures();
      else {
        quietly(() => sessionStorage.setItem(TAB, mine), undefined);
        quietly(() => localStorage.setItem(slot, JSON.stringify({ who, at: Date.now(), pictures })), undefined);
      }
    },
    keepTyped(fields) {
      quietly(() => sessionStorage.setItem(TYPED, JSON.stringify({ who, fields })), undefined);
    },
    forget() {
      kept = '';
      forgetPictures();
      quietly(() => sessionStorage.removeItem(TYPED), undefined);
    },
  };
}

const localStorageOrNull = () => quietly(() => localStorage, null);

function read(storage, name) {
  const value = quietly(() => JSON.parse(storage?.getItem(name) ?? 'null'), null);
  return typeof value === 'object' ? value : null;
}

/**
 * Of pages that are open no more. Another one that is open still has its pictures: it holds a lock of that name. Where the browser
 * knows no locks (no https), a tab finds its own alone.
 */
async function abandoned(slot) {
  if (navigator.locks === undefined) return [];
  const { held = [] } = await navigator.locks.query().catch(() => ({}));
  const open = new Set(held.map(({ name }) => name));
  return quietly(() => Object.keys(localStorage), []).filter((name) => name.startsWith(PICTURES) && name !== slot && !open.has(name));
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
