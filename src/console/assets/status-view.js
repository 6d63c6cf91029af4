/** A receipt, as the state of a record. `safeToRemove` is read and nothing else is inferred from the rest. */
import { byId, make, say } from './dom.js';
import { inWords, LOCALE, t } from './words.js';

/** What passes by itself. Everything else asks the moderator, or somebody, to do something. */
const WAITING = new Set(['seal-pending', 'log-pending', 'picture-pending', 'capture-pending']);
/** What no moderator can mend, and somebody must hear of. */
const ADMINISTRATOR = new Set(['seal-delayed', 'seal-parked', 'lock-ended', 'fixity-failed']);
/** What another picture can mend. */
const PICTURE_HELPS = new Set(['picture-not-decodable', 'picture-parked', 'capture-pending', 'capture-parked', 'capture-not-evidence', 'target-not-found', 'nothing-to-find', 'evidence-outdated', 'evidence-missing']);
/** After so long nobody believes in "a few seconds" any more. A page takes longer to open than a file to be sealed. */
const LONG_MS = 20_000;
const LONG_FOR_PAGE_MS = 60_000;

const OUTCOMES = {
  captured: t('captured'),
  partial: t('captured in part'),
  gone: t('it was gone already'),
  wall: t('it showed a sign-in wall'),
  empty: t('it came up empty'),
  blocked: t('it could not be opened from here'),
  timeout: t('it did not finish in time'),
  none: t('not captured'),
};

const STEPS = { seal: t('Sealing'), capture: t('Opening the live page'), inspect: t('Looking at the picture'), 'look-again': t('The second look at the page') };

/** Of the second look, after the removal: what it found in a word, and how much it asks of whoever reads it. */
const LOOKS = {
  there: [t('still to be seen'), 'warning'],
  'not-there': [t('not to be seen'), 'success'],
  unknown: [t('could not be told'), 'info'],
};

/** @param {number} waitedMs for how long it has been nothing but waiting */
export function stateOf(receipt, waitedMs = 0) {
  const { safeToRemove, removal, status } = receipt;
  if (status === 'disposed' || status === 'disposing') return { kind: 'wait', word: t('NO LONGER KEPT'), lead: t('This record is disposed of under the retention schedule.') };
  if (safeToRemove === true) {
    if (removal === 'none') return { kind: 'safe', word: t('SEALED AND KEPT'), lead: t('No removal is expected for this record. If it is to go after all, report it once more.') };
    // A green sign over what everybody can still see would be believed.
    if (stillSeen(receipt)) return { kind: 'wait', word: t('SEALED, BUT SEEN AFTER THE REMOVAL'), lead: t('The content is sealed, and its removal is on record. The page still showed it afterwards. Once it is gone, press “I removed it” again, and it is looked at anew.') };
    if (removal === 'confirmed') return { kind: 'safe', word: t('SEALED, AND REMOVED'), lead: t('The content is sealed, and its removal is on record.') };
    return { kind: 'safe', word: t('SAFE TO REMOVE'), lead: t('You can remove it now. Then press “I removed it”.') };
  }
  return { ...whatIsWrong(receipt, waitedMs), word: wordOf(receipt) };
}

export function stillSeen({ removal, secondLook }) {
  return removal === 'confirmed' && secondLook?.answer === 'there';
}

/** The same words as on paper (`receipt-page.ts`). */
function wordOf({ removal, missing }) {
  if (removal === 'awaited') return t('DO NOT REMOVE YET');
  // It was sealed, and what is missing now is the lock.
  if (missing.some(({ code }) => code === 'lock-ended')) return t('KEPT, BUT THE LOCK RAN OUT');
  return removal === 'confirmed' ? t('REMOVED, NOT ARCHIVED IN FULL') : t('NOT SEALED YET');
}

function whatIsWrong({ removal, missing }, waitedMs) {
  const codes = missing.map(({ code }) => code);
  const awaited = removal === 'awaited';
  const tellAdministrator = awaited ? t('Do not remove it, and tell your administrator:') : t('Tell your administrator:');
  if (!codes.every((code) => WAITING.has(code) || code === 'seal-delayed')) {
    if (codes.some((code) => ADMINISTRATOR.has(code))) return { kind: 'stop', lead: tellAdministrator };
    return { kind: 'stop', lead: removal === 'confirmed' ? t('Its removal is on record. This is missing, and needs you:') : t('This needs you:') };
  }
  const kind = removal === 'confirmed' ? 'stop' : 'wait';
  // It is tried again and again, and may yet come about; but this is no waiting of a few seconds, and somebody must know.
  if (codes.includes('seal-delayed')) return { kind, lead: `${t('Something is holding it up. Nothing is lost, and it is tried again by itself.')} ${tellAdministrator}` };
  const forPage = codes.includes('capture-pending') && !codes.includes('picture-pending');
  if (waitedMs >= (forPage ? LONG_FOR_PAGE_MS : LONG_MS)) return { kind, lead: sentences(t('This takes longer than it should.'), awaited && t('Do not remove it yet.'), t('You can leave this page and come back to it. If it still says so in a few minutes, tell your administrator.')) };
  return { kind, lead: sentences(forPage ? t('The page is being opened: this can take a minute.') : t('This takes a few seconds.'), awaited && t('Wait for the green sign.')) };
}

const sentences = (...some) => some.filter((one) => one !== false).join(' ');

/** Since when this page has seen nothing but waiting, and what it saw last. */
let waitingSince = null;
let last = null;

/** The archive's own clock knows better, for a record that was never sealed: the page may just have been opened. */
function waitedMs({ times }) {
  const here = waitingSince === null ? 0 : performance.now() - waitingSince;
  const there = times.firstSealedAt === null ? Date.parse(times.issuedAt) - Date.parse(times.reportedAt) : 0;
  return Math.max(here, there);
}

function showState(receipt) {
  const waits = receipt.safeToRemove !== true && receipt.missing.every(({ code }) => WAITING.has(code));
  if (!waits) waitingSince = null;
  else waitingSince ??= performance.now();
  const state = stateOf(receipt, waits ? waitedMs(receipt) : 0);
  byId('state').className = `hf-state hf-state--${state.kind}`;
  document.title = `${state.word} · Holdfast`;
  say(byId('word'), state.word);
  say(byId('lead'), state.lead);
}

/** @type {ReturnType<typeof setInterval> | undefined} */
let clock;
let wasSafe = false;

export function showReceipt(receipt, zone) {
  last = receipt;
  showState(receipt);
  // No news is what waiting is made of: time must speak without a receipt.
  clock ??= setInterval(() => last !== null && showState(last), 1000);
  const missing = receipt.missing.map(({ sentence }) => inWords(sentence));
  const list = byId('missing');
  if (list.textContent !== missing.join('')) list.replaceChildren(...missing.map((sentence) => make('li', {}, sentence)));
  keepHeight();

  byId('record').hidden = false;
  showStays(receipt.removal);
  byId('removed').hidden = !(receipt.safeToRemove === true && (receipt.removal === 'awaited' || stillSeen(receipt)));
  const helps = receipt.missing.some(({ code }) => PICTURE_HELPS.has(code));
  say(byId('add-title'), helps ? t('Add a screenshot') : t('Add another picture'));
  // Opened for whoever needs it, once; a person who closes it again is not argued with.
  if (receipt.missing.some(({ code }) => PICTURE_HELPS.has(code) && !WAITING.has(code)) && byId('add').dataset.offered === undefined) {
    byId('add').dataset.offered = 'true';
    byId('add').open = true;
  }
  // Served its purpose, unless somebody is at it.
  if (receipt.safeToRemove === true && !wasSafe && byId('pictures').childElementCount === 0 && !byId('add').contains(document.activeElement)) byId('add').open = false;
  wasSafe = receipt.safeToRemove === true;
  byId('add').classList.toggle('hf-more--first', helps);
  showSecondLook(receipt.secondLook, zone);
  say(byId('code'), receipt.code);
  say(byId('statement'), inWords(receipt.statement));
  byId('times').replaceChildren(...history(receipt, zone));
  say(byId('behind'), receipt.safeToRemove === true && receipt.status === 'sealed' && receipt.capture.outcome === null ? t('The live page is still being looked at, behind this. You need not wait for it.') : '');
}

/** It has said more than it says now: what stands under it, and may just be pressed, does not move up. */
function keepHeight() {
  const state = byId('state');
  state.style.minHeight = `${state.offsetHeight}px`;
}

/** Both before and after a removal was confirmed: somebody thought better of it, or pressed the wrong button. */
function showStays(removal) {
  byId('mistake').hidden = removal === 'none';
  const confirmed = removal === 'confirmed';
  say(byId('mistake-title'), confirmed ? t('Was “I removed it” a mistake?') : t('Does it stay after all?'));
  say(byId('mistake-text'), confirmed ? t('This puts on record that the content is still there. What was said before stays in the history beside it.') : t('This puts on record that it was not removed, and nobody is reminded any more. The record stays.'));
  say(byId('not-removed'), confirmed ? t('It is still there: I did not remove it') : t('I did not remove it after all'));
}

/** Another key: what the one before was told is nobody's business, and "safe" must not be left standing. */
export function forgetReceipt() {
  last = null;
  waitingSince = null;
  wasSafe = false;
  byId('state').className = 'hf-state hf-state--wait';
  byId('state').style.minHeight = '';
  say(byId('word'), t('DO NOT REMOVE YET'));
  document.title = `${t('DO NOT REMOVE YET')} · Holdfast`;
  say(byId('lead'), t('The record is being looked up.'));
  byId('missing').replaceChildren();
  byId('record').hidden = true;
  delete byId('add').dataset.offered;
}

/** A finding of the archive's own, and no evidence: it stands apart from the state, and changes nothing of it. */
function showSecondLook(look, zone) {
  const told = look !== null && look.at !== null;
  byId('second-look').hidden = !told;
  byId('second-look').className = `usa-alert usa-alert--slim usa-alert--${LOOKS[look?.answer]?.[1] ?? 'info'}`;
  say(byId('second-look-text'), told ? t('We looked again at {}. {}', inZone(look.at, zone), inWords(look.sentence)) : '');
}

function history(receipt, zone) {
  const { times, capture, removal, secondLook } = receipt;
  const rows = [entry(t('Received {}', inZone(times.reportedAt, zone)), times.reportedAt)];
  rows.push(times.firstSealedAt === null ? make('li', { class: 'hf-todo' }, t('Being sealed')) : entry(t('Sealed {}', inZone(times.firstSealedAt, zone)), times.firstSealedAt));
  rows.push(capture.outcome === null ? make('li', { class: 'hf-todo' }, t('Live page: not looked at yet')) : make('li', {}, livePage(capture)));
  if (removal === 'awaited') rows.push(make('li', { class: 'hf-todo' }, t('Removal: not reported yet')));
  if (removal === 'confirmed') rows.push(make('li', {}, t('Removal: on record')));
  if (secondLook?.answer === 'awaited') rows.push(make('li', { class: 'hf-todo' }, inWords(secondLook.sentence)));
  else if (secondLook) rows.push(entry(t('Second look: {}, {}', LOOKS[secondLook.answer]?.[0] ?? secondLook.answer, inZone(secondLook.at, zone)), secondLook.at));
  for (const step of receipt.parked) rows.push(make('li', { class: 'hf-todo' }, t('{} stopped and needs a person: {}', STEPS[step.step] ?? step.step, inWords(step.reason))));
  return rows;
}

function livePage({ outcome, targetFound }) {
  const said = OUTCOMES[outcome] ?? outcome;
  return targetFound ? t('Live page: {}, with the reported content on it', said) : t('Live page: {}', said);
}

/** The archive's own time stands beside it. */
function entry(said, utc) {
  return make('li', {}, `${said} `, make('time', { datetime: utc, class: 'hf-utc' }, utc));
}

function inZone(utc, zone) {
  const format = (timeZone) => new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'long', timeZone }).format(new Date(utc));
  try {
    return format(zone);
  } catch {
    return format('UTC');
  }
}
