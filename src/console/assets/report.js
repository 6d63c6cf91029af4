/** The pages `/report` and `/keep`: hand in, say why, send; then on to the live status. On every error the form stays as it is. */
import { read, Refused, Unreachable } from './api.js';
import { byId, make, say } from './dom.js';
import { ask, signIn } from './key.js';
import { openPictures } from './pictures.js';
import { eventOf, problemsOf, showProblems } from './report-form.js';
import { openSender, sentenceOf } from './sending.js';

/** What was done last on this device, and on which account: offered again, in sight above the button. No content, no key. */
const LAST = 'holdfast-last-choice';

const form = byId('report');
const button = byId('submit');
const pictures = openPictures({ changed: () => void strikeOff() });
const sender = openSender();
let session = null;
let done = false;

window.addEventListener('beforeunload', (event) => {
  const typed = ['url', 'text', 'note'].some((id) => byId(id).value.trim() !== '');
  if (!done && session !== null && (pictures.count() > 0 || typed)) event.preventDefault();
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

for (const radio of form.querySelectorAll('input[name="verb"]')) radio.addEventListener('change', showAction);
for (const id of ['account', 'other-verb']) byId(id).addEventListener('change', showAction);
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
  const files = await pictures.files();
  const problems = problemsOf(form, files);
  showProblems(form, problems);
  mending = problems.length > 0;
  if (mending) {
    byId('summary').focus();
    return;
  }
  try {
    const answer = await sender.send({ path: '/v1/deletion-events', key: session.key, event: JSON.stringify(eventOf(form)), files });
    if (!/^[0-9a-f-]{36}$/.test(String(answer.recordId))) throw new Error('The archive answered without a record.');
    done = true;
    if (!keeps) remember({ account: byId('account').value, verb: form.elements.verb.value });
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
  button.textContent = 'Try again';
  const said = error instanceof Refused ? error.problems.filter((problem) => typeof problem?.sentence === 'string') : [];
  if (said.length > 0) {
    failure(`Not handed in yet: see above what to mend. (Request ${error.requestId})`);
    showProblems(form, said.map(({ pointer, sentence }) => ({ pointer: String(pointer), sentence })));
    byId('summary').focus();
    return;
  }
  failure(sentenceOf(error));
  // Back from where there was no line: it is the same report, which is taken once however often it arrives.
  if (error instanceof Unreachable) window.addEventListener('online', () => !done && !busy && form.requestSubmit(), { once: true });
  if (!(error instanceof Refused)) return;
  if (error.status === 401) void ask(error.message).then(() => {
    failure('You are signed in. Press “Try again” to send.');
    button.focus();
  });
}

function failure(text) {
  say(byId('failure-text'), text);
  byId('failure').hidden = text === '';
}

function showAction() {
  const verb = form.elements.verb.value;
  const account = byId('account');
  byId('other-verb-group').hidden = verb !== 'other';
  byId('other-account').hidden = account.value !== 'other';
  const what = verb === 'other' ? byId('other-verb').selectedOptions[0].label : (form.querySelector(`label[for="verb-${verb}"]`)?.textContent ?? '');
  const known = verb !== '' && account.value !== '' && account.value !== 'other';
  say(byId('will'), known ? `Then: ${what}, on ${account.selectedOptions[0].label}` : '');
}

/** On the page for keeping, the reasons to keep; on the other, the grounds to remove. */
const keeps = form.dataset.purpose === 'keep';

function fillGrounds({ policies, grounds: all }) {
  const grounds = all.filter(({ purpose }) => (purpose === 'keep') === keeps);
  const chosen = form.elements.ground?.value ?? '';
  const list = byId('ground-list');
  list.replaceChildren();
  groundCount = 0;
  say(byId('clause'), '');
  const several = new Set(grounds.map(({ reference }) => reference.split('#')[0])).size > 1;
  const byPolicy = Map.groupBy(grounds, ({ reference }) => reference.split('#')[0]);
  for (const [policyId, clauses] of byPolicy) {
    if (several) list.append(make('p', { class: 'hf-small' }, policies.find((policy) => policy.policyId === policyId)?.title ?? policyId));
    list.append(make('div', { class: 'hf-tiles' }, ...clauses.map((ground) => groundTile(ground.reference, ground.label, ground.citation, `${ground.citation}: ${ground.clause}`))));
  }
  list.append(make('div', { class: 'hf-tiles' }, groundTile('', 'Not decided yet', '', 'You can name the clause later, on the record’s own page. Until then the record says that it was not stated.')));
  for (const input of list.querySelectorAll('input')) if (chosen !== '' && input.value === chosen) input.click();
}

let groundCount = 0;
function groundTile(reference, label, citation, clause) {
  groundCount += 1;
  const id = `ground-${groundCount}`;
  const input = make('input', { class: 'usa-radio__input usa-radio__input--tile', type: 'radio', name: 'ground', id, value: reference });
  input.addEventListener('change', () => say(byId('clause'), clause));
  const text = citation === '' ? [] : [make('span', { class: 'usa-radio__label-description' }, citation)];
  return make('div', { class: 'usa-radio' }, input, make('label', { class: 'usa-radio__label', for: id }, label, ...text));
}

function fillAccounts(accounts) {
  const select = byId('account');
  const chosen = select.value;
  select.replaceChildren();
  const options = accounts.map((account) => {
    const named = account.handle ?? account.nativeId ?? account.id;
    const option = make('option', { value: `registered ${account.id}` }, account.name === named ? `${account.name} (${account.platform})` : `${account.name} (${account.platform}, ${named})`);
    option.dataset.platform = account.platform;
    option.dataset.account = account.handle ?? account.nativeId ?? account.url ?? account.id;
    return option;
  });
  // With one account there is nothing to choose; with several nobody guesses, but what was chosen last is offered.
  const last = remembered();
  if (options.length > 1) select.append(make('option', { value: '' }, 'Choose'));
  select.append(...options, make('option', { value: 'other' }, 'Another account'));
  for (const value of [last.account, chosen]) if ([...select.options].some((option) => option.value !== '' && option.value === value)) select.value = value;
  const verb = form.querySelector(`input[name="verb"][value="${last.verb === 'hide' || last.verb === 'delete' ? last.verb : ''}"]`);
  if (keeps) byId('verb-none').checked = true;
  else if (verb !== null && form.elements.verb.value === '') verb.checked = true;
  showAction();
}

function remember(choice) {
  try {
    localStorage.setItem(LAST, JSON.stringify(choice));
  } catch {
    // Chosen again next time.
  }
}

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(LAST) ?? '{}') ?? {};
  } catch {
    return {};
  }
}

/** Handing in must not wait for a list. What is missing can be said later. */
async function loadLists({ key }) {
  const [policies, accounts] = await Promise.all([
    read('/v1/policies', { key }).catch(() => null),
    read('/v1/accounts', { key }).catch(() => null),
  ]);
  // Lists of an agency whose key is no longer the one in use.
  if (session.key !== key) return '';
  fillGrounds(policies ?? { policies: [], grounds: [] });
  fillAccounts(accounts?.accounts ?? []);
  return policies === null || accounts === null ? 'The lists of clauses and accounts could not be loaded. You can hand in all the same: choose “Not decided yet” and type the account.' : '';
}

/** Another key, perhaps of another agency, which has its own clauses and accounts. What was put in stays. */
async function keyReplaced(now) {
  const same = now.me.agencyId === agency;
  agency = now.me.agencyId;
  const note = same ? 'The key was replaced.' : `The key was replaced: this is now ${now.me.agencyName}. Look at steps 2 and 3 again.`;
  const missing = same ? '' : await loadLists(now);
  say(byId('opening'), `${note} Everything else that you put in is still here. ${missing}`.trim());
}

/** From the bookmark: what was looked at, and the words that were marked. Taken out of the address, so that going back does not bring it again. */
function prefill() {
  const given = new URLSearchParams(location.hash.slice(1));
  for (const id of ['url', 'text']) if (byId(id).value === '' && (given.get(id) ?? '') !== '') byId(id).value = given.get(id);
  if (given.has('url') || given.has('text')) {
    byId('beside').open = true;
    history.replaceState(null, '', location.pathname + location.search);
  }
}

prefill();
const HAND_IN = ['moderator', 'custodian', 'administrator', 'intake'];
session = await signIn({ changed: (now) => void keyReplaced(now) });
let agency = session.me.agencyId;
say(byId('opening'), 'One moment…');
// What they put in would be refused at the end: said before they begin.
if ((session.me.roles ?? []).some((role) => HAND_IN.includes(role))) {
  say(byId('opening'), await loadLists(session));
  form.hidden = false;
} else say(byId('opening'), `Your roles (${session.me.role}) read and do not hand in. Under “Records” you find what was handed in; your administrator can give you the role of a moderator.`);
