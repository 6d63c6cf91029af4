/** The pages `/report` and `/keep`: hand in, say why, send; then on to the live status. On every error the form stays as it is. */
import { Refused, request, Unreachable } from './api.js';
import { byId, say } from './dom.js';
import { ask, rolesOf, signIn } from './key.js';
import { fieldsOf, openLeftOff, putBack } from './left-off.js';
import { leftOf, openPictures } from './pictures.js';
import { eventOf, problemsOf, showProblems } from './report-form.js';
import { CLAUSE_CHANGED, isClauseRefused, onlyFor, openSender, sentenceOf } from './sending.js';
import { openSeveral } from './several.js';
import { transferOf } from './uploads.js';
import { t } from './words.js';

const form = byId('report');
const button = byId('submit');
const pictures = openPictures({
  changed: () => {
    void strikeOff();
    showHow();
  },
  moved: () => {
    keepLeft();
    showLeft();
  },
});
const sender = openSender({ earlier: () => leftOff?.attempt() ?? null, begun: (attempt) => leftOff?.keepAttempt(attempt) });
const several = openSeveral({ moved: () => keepLeft() });
let session = null;
let done = false;
/** @type {Awaited<ReturnType<typeof openLeftOff>> | null} */
let leftOff = null;
function keepLeft() {
  const left = done ? leftOf(several.left()) : pictures.left();
  if (done && left.length === 0) leftOff?.forget();
  else leftOff?.keepPictures(left);
}

window.addEventListener('beforeunload', (event) => {
  const typed = ['url', 'text', 'note'].some((id) => byId(id).value.trim() !== '');
  if (several.unsent() || (!done && session !== null && (pictures.count() > 0 || typed))) event.preventDefault();
});
// Coming back with the browser's own button: what was sent is gone from this page, so that it is not sent again by mistake.
window.addEventListener('pageshow', (event) => {
  if (event.persisted && done) location.reload();
});

/** A pasted address goes where addresses go, when no field was chosen for it. */
document.addEventListener('paste', (event) => {
  if ((event.clipboardData?.files.length ?? 0) > 0 || event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return;
  const text = event.clipboardData?.getData('text/plain').trim() ?? '';
  if (session === null || text === '') return;
  const field = /^https?:\/\/\S+$/.test(text) ? byId('url') : byId('text');
  if (field.value === '') field.value = text;
  byId('beside').open = true;
});

form.addEventListener('change', ({ target }) => {
  if (target.name === 'ground') {
    // Words that came with Holdfast are English on every page.
    if (target.labels[0].querySelector('[lang]') === null) byId('clause').removeAttribute('lang');
    else byId('clause').lang = 'en';
    say(byId('clause'), target.dataset.clause ?? '');
  }
  showHow();
  showWill();
});
form.addEventListener('input', ({ target }) => {
  if (target.id === 'find-ground') findGrounds(target.value);
});
// Where there is room, nothing is folded away.
byId('beside').open = matchMedia('(min-width: 40em)').matches;
byId('author-unseen').addEventListener('change', ({ target }) => {
  for (const id of ['author-name', 'author-handle', 'author-url']) byId(id).disabled = target.checked;
});

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  if (sender.sending() || busy) return;
  setBusy(true);
  try {
    await handIn();
  } finally {
    if (!done) setBusy(false);
  }
});

let busy = false;
/** Not `disabled`: the button would lose the focus, and a keyboard its place. */
function setBusy(value) {
  busy = value;
  button.setAttribute('aria-disabled', String(value));
  pictures.freeze(value);
}

async function handIn() {
  failure('');
  // What comes back only now was not on the page when the button was pressed.
  if (leftOff === null || pictures.asking()) return failure(t('What you had put in here before is still being looked for. Press again in a moment, when it is shown.'));
  if (pictures.unknown() > 0) return failure(t('Not all of the pictures that you sent before were found again. Look for them again, or leave them out; then press again.'));
  const files = await pictures.files();
  const problems = [...problemsOf(form, files), ...(isEach() && byId('url').value.trim() !== '' ? [{ pointer: '/url', sentence: t('A record for each picture has no address in common: take the address out, or make it one record.') }] : [])];
  showProblems(form, problems);
  mending = problems.length > 0;
  if (mending) {
    byId('summary').focus();
    return;
  }
  if (isEach()) {
    // Its beginning alone is no record, and there it could not be chosen again.
    const lacking = files.find((file) => transferOf(file)?.state === 'lacking');
    if (lacking !== undefined) return failure(t('The rest of “{}” is not on this page any more. Choose it again, or take it out.', lacking.name));
    // From here on each goes its own way, and the form has done its part.
    done = true;
    several.begin({ session, files, event: eventOf(form) });
    pictures.clear();
    form.hidden = true;
    return;
  }
  try {
    const answer = await sender.send({ path: '/v1/deletion-events', key: session.key, event: JSON.stringify(eventOf(form)), files, mayGo: onlyFor(session) });
    if (!/^[0-9a-f-]{36}$/.test(String(answer.recordId))) throw new Error(t('The archive answered without a record.'));
    done = true;
    leftOff?.forget();
    location.assign(`/report/records/${answer.recordId}`);
  } catch (error) {
    await failed(error);
  }
}

/** What the page itself found is struck off as soon as it is mended. What the archive found, only the archive can. */
let mending = false;
async function strikeOff() {
  if (!mending || busy) return;
  const problems = problemsOf(form, await pictures.files());
  if (mending) showProblems(form, problems);
}
form.addEventListener('change', () => void strikeOff());

async function failed(error) {
  button.textContent = t('Try again');
  if (isClauseRefused(error)) await showClausesAnew();
  const said = error instanceof Refused ? error.problems.filter((problem) => typeof problem?.sentence === 'string') : [];
  if (said.length > 0) {
    failure(t('Not handed in yet: see above what to mend. (Request {})', error.requestId));
    showProblems(form, said.map(({ pointer, sentence }) => ({ pointer: String(pointer), sentence: String(pointer).startsWith('/action/ground') ? CLAUSE_CHANGED : sentence })));
    byId('summary').focus();
    return;
  }
  failure(sentenceOf(error));
  // Back from where there was no line: it is the same report, which is taken once however often it arrives.
  if (error instanceof Unreachable) window.addEventListener('online', () => !done && !busy && form.requestSubmit(), { once: true });
  if (!(error instanceof Refused)) return;
  if (error.status === 401) void ask(error.message).then(() => {
    failure(t('You are signed in. Press “Try again” to send.'));
    button.focus();
  });
}

function failure(text) {
  say(byId('failure-text'), text);
  byId('failure').hidden = text === '';
}

/** What will have been said once the button is pressed, in sight above it: what was offered is no guess in the dark. */
function showWill() {
  const verb = form.elements.verb.value;
  const account = byId('account');
  const what = verb === 'other' ? byId('other-verb').selectedOptions[0].label : (form.querySelector(`label[for="verb-${verb}"]`)?.firstChild?.textContent ?? '');
  const known = verb !== '' && account.value !== '' && account.value !== 'other';
  const [label, under] = form.querySelector('input[name="ground"]:checked')?.labels[0].childNodes ?? [];
  const clause = [label, under].map((part) => part?.textContent.trim() ?? '').filter((part) => part !== '');
  const on = known ? account.selectedOptions[0].label : '';
  const said = !known ? '' : clause.length === 0 ? t('Then: {}, on {}', what, on) : t('Then: {}, on {}. Clause: {}', what, on, clause.join(', '));
  if (byId('will').textContent !== said) byId('will').textContent = said;
}

const isEach = () => pictures.count() > 1 && byId('how-each').checked;
const label = button.textContent;
function showHow() {
  byId('how').hidden = pictures.count() < 2;
  if (!busy) say(button, isEach() ? t('Archive {} records', pictures.count()) : label);
}

/** Among many clauses: by label, number and wording. What is chosen stays in sight. */
function findGrounds(typed) {
  const words = typed.toLowerCase().split(/\s+/).filter((word) => word !== '');
  let found = 0;
  for (const input of form.querySelectorAll('#all-grounds input[name="ground"]')) {
    const about = `${input.labels[0].textContent} ${input.dataset.clause}`.toLowerCase();
    const fits = words.every((word) => about.includes(word));
    input.parentElement.hidden = !fits && !input.checked;
    if (fits) found += 1;
  }
  say(byId('found-grounds'), words.length === 0 ? '' : found === 1 ? t('One of these clauses fits.') : t('{} of these clauses fit.', found));
}

/** What only a script can do, in what came with the page. */
function openChoices() {
  const group = document.getElementById('find-ground-group');
  if (group !== null) group.hidden = false;
  showWill();
}

/** As they stand now, none of them chosen; all the rest of the form stays. Without a line the old ones stay, and are refused again. */
async function showClausesAnew() {
  const sent = await choicesSent(session, '').catch(() => null);
  const grounds = sent?.getElementById('grounds');
  if (!grounds) return;
  byId('grounds').replaceWith(document.importNode(grounds, true));
  openChoices();
}

/** The archive wrote it and escaped every value; and this page's policy runs no script that came with the text. */
async function choicesSent({ key }, after) {
  const query = new URLSearchParams({ purpose: form.dataset.purpose, after });
  const answer = await request(`/report/choices?${query}`, { key, accept: 'text/html' });
  return new DOMParser().parseFromString(await answer.text(), 'text/html');
}

/** With a key: what the page has already for whoever signed in. Handing in must not wait for a list; what is missing can be said later. */
async function loadChoices({ key }) {
  try {
    const sent = await choicesSent({ key }, new URLSearchParams(location.search).get('after') ?? '');
    // Of an agency whose key is no longer the one in use.
    if (session.key !== key) return '';
    byId('choices').replaceChildren(...[...sent.body.childNodes].map((node) => document.importNode(node, true)));
    openChoices();
    return '';
  } catch {
    return t('The lists of clauses and accounts could not be loaded. You can hand in all the same: choose “Not decided yet” and type the account.');
  }
}

/** Another key, perhaps of another agency, which has its own clauses and accounts. What was put in stays. */
async function keyReplaced(now) {
  const same = now.me.agencyId === agency;
  agency = now.me.agencyId;
  leftOff?.becomes(now.me.id);
  keepLeft();
  void countOthers();
  const note = same ? t('The key was replaced.') : t('The key was replaced: this is now {}. Look at steps 2 and 3 again.', now.me.agencyName);
  const missing = same ? '' : await loadChoices(now);
  say(byId('opening'), `${note} ${t('Everything else that you put in is still here.')} ${missing}`.trim());
}

/** From the bookmark: what was looked at, and the words that were marked. Taken out of the address, so that going back does not bring it again. */
function prefill() {
  const given = new URLSearchParams(location.hash.slice(1));
  for (const id of ['url', 'text']) if (byId(id).value === '' && (given.get(id) ?? '') !== '') byId(id).value = given.get(id);
  if (!given.has('url') && !given.has('text')) return false;
  byId('beside').open = true;
  history.replaceState(null, '', location.pathname + location.search);
  return true;
}

/** What was left off here, by a reload or by closing the page, is put in again. */
async function goOn() {
  form.setAttribute('aria-busy', 'true');
  leftOff = await openLeftOff(session.me.id);
  const { found, typed: fields } = leftOff;
  const typed = fields !== null && putBack(form, fields, touched);
  byId('left-off-here').hidden = !typed && found.length === 0;
  void countOthers();
  const missing = await pictures.putBack(found);
  for (const id of ['beside', 'more']) if ([...byId(id).querySelectorAll('input:not([type="checkbox"]), textarea')].some(({ value }) => value.trim() !== '')) byId(id).open = true;
  byId('left-off-missing').hidden = missing === 0;
  // Without them it would not be the same report.
  byId('left-off-sent').hidden = leftOff.attempt() === null || missing > 0;
  showLeft();
  form.setAttribute('aria-busy', 'false');
  // By a person: what a script put in comes again by itself.
  for (const type of ['input', 'change']) form.addEventListener(type, ({ isTrusted }) => isTrusted && keepTyped());
  document.addEventListener('paste', () => setTimeout(keepTyped));
  if (touched.size > 0) keepTyped();
}
function showLeft() {
  const n = pictures.asking() ? 0 : pictures.unknown();
  say(byId('left-off-unknown-said'), n === 0 ? '' : n === 1 ? t('One picture that was sent before was not found again just now.') : t('{} pictures that were sent before were not found again just now.', n));
  byId('left-off-unknown').hidden = n === 0;
  byId('left-off').hidden = ['here', 'unknown', 'others'].every((part) => byId(`left-off-${part}`).hidden);
}
byId('left-off-again').addEventListener('click', async () => {
  const missing = await pictures.lookAgain();
  if (missing > 0) byId('left-off-missing').hidden = false;
  byId('files').focus();
});
byId('left-off-without').addEventListener('click', () => {
  pictures.leaveOut();
  byId('files').focus();
});

/** What other tabs left is another report's, as far as anybody knows: only whoever sent it may ask for it. A key is no person. */
async function countOthers() {
  const n = isPrefilled || session.key !== '' ? 0 : ((await leftOff?.countOthers()) ?? 0);
  say(byId('left-off-others-said'), n === 0 ? '' : t('Pictures that were sent from this browser and not handed in: {}.', n));
  byId('left-off-others').hidden = n === 0;
  showLeft();
}
byId('left-off-show').addEventListener('click', async () => {
  if (busy || leftOff === null || session.key !== '') return;
  const others = await leftOff.takeOthers();
  byId('left-off-others').hidden = true;
  byId('left-off-here').hidden = false;
  byId('files').focus();
  const asked = pictures.putBack(others.pictures);
  others.taken();
  if ((await asked) > 0) byId('left-off-missing').hidden = false;
});
/** What somebody put in before that was known. */
const touched = new Set();
for (const type of ['input', 'change']) form.addEventListener(type, ({ isTrusted, target }) => isTrusted && touched.add(target.name));
const keepTyped = () => !done && leftOff?.keepTyped(fieldsOf(form));
byId('start-over').addEventListener('click', async () => {
  done = true;
  leftOff?.forget();
  await Promise.race([pictures.takeAllOut(), new Promise((resolve) => setTimeout(resolve, 2000))]);
  location.assign(location.pathname);
});

const isPrefilled = prefill();
const HAND_IN = ['moderator', 'custodian', 'administrator', 'intake'];
const isWhole = !form.hidden;
if (isWhole) openChoices();
// Chosen before this script ran.
if (byId('files').files.length > 0) byId('files').dispatchEvent(new Event('change', { bubbles: true }));
session = await signIn({ changed: (now) => void keyReplaced(now) });
let agency = session.me.agencyId;
// What they put in would be refused at the end: said before they begin.
if (!(session.me.roles ?? []).some((role) => HAND_IN.includes(role))) {
  form.hidden = true;
  say(byId('opening'), t('Your roles ({}) read and do not hand in. Under “Records” you find what was handed in; your administrator can give you the role of a moderator.', rolesOf(session.me)));
} else if (!isWhole || session.key !== '') {
  say(byId('opening'), t('One moment…'));
  say(byId('opening'), await loadChoices(session));
  form.hidden = false;
}
if (!form.hidden) await goOn();
