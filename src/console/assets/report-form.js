/** What the form says, as the simple report of the API; and what is missing in it, each with the place where it belongs. */
import { byId, make, say } from './dom.js';
import { t } from './words.js';

const value = (id) => byId(id).value.trim();

/** The platforms' names are written in small letters with hyphens; people write them as they please. */
const platformOf = (typed) => typed.toLowerCase().replaceAll(/[\s_]+/g, '-');

export function eventOf(form) {
  const ground = form.elements.ground?.value ?? '';
  const url = value('url');
  const text = byId('text').value;
  const posted = value('posted');
  return {
    ...accountOf(),
    ...(url === '' ? {} : { url }),
    ...(value('kind') === '' ? {} : { kind: value('kind') }),
    // The words stay as they were pasted, spaces and all: they are looked for on the page.
    ...(text.trim() === '' ? {} : { text }),
    ...(byId('no-capture').checked ? { capture: false } : {}),
    ...authorOf(),
    ...(posted === '' ? {} : { postedAt: { seen: posted } }),
    action: { verb: verbOf(form), ...clauseOf(ground, form.elements.versions?.value ?? '') },
    ...(value('note') === '' ? {} : { note: value('note') }),
  };
}

/** With the version in which it was shown: under the same number another one may say something else. */
function clauseOf(ground, versions) {
  if (ground === '') return {};
  const groundVersion = new URLSearchParams(versions).get(ground.split('#')[0]);
  return { ground, ...(groundVersion === null ? {} : { groundVersion }) };
}

function verbOf(form) {
  const verb = form.elements.verb.value;
  return verb === 'other' ? value('other-verb') : verb;
}

function accountOf() {
  const select = byId('account');
  if (select.value === 'other') return { platform: platformOf(value('platform')), account: value('account-name') };
  const { platform, account } = select.selectedOptions[0].dataset;
  return { platform, account };
}

function authorOf() {
  if (byId('author-unseen').checked) return { author: { status: 'unknown', unknownReason: 'not-visible-in-capture' } };
  const author = {
    ...(value('author-name') === '' ? {} : { displayName: value('author-name') }),
    ...(value('author-handle') === '' ? {} : { handle: value('author-handle') }),
    ...(value('author-url') === '' ? {} : { profileUrl: value('author-url') }),
  };
  return Object.keys(author).length === 0 ? {} : { author };
}

/** Problems carry the pointer of the member they speak of, as those of the API do. */
export function problemsOf(form, files) {
  const problems = [];
  const add = (pointer, sentence) => problems.push({ pointer, sentence });
  if (files.length === 0 && value('url') === '' && byId('text').value.trim() === '') add('', t('Add a picture, or the address of the content, or its words.'));
  if (value('url') !== '' && !/^https?:\/\/\S+$/i.test(value('url'))) add('/url', t('The address begins with https:// and has no spaces. Copy it from the browser.'));
  if (form.querySelector('input[name="ground"]:checked') === null) add('/action/ground', t('Choose the clause, or “Not decided yet”.'));
  if (form.querySelector('input[name="verb"]:checked') === null) add('/action/verb', t('Choose what you will do.'));
  const account = value('account');
  if (account === '') add('/account', t('Choose the account.'));
  if (account === 'other' && !/^[a-z0-9][a-z0-9-]{0,63}$/.test(platformOf(value('platform')))) add('/platform', t('Name the platform, such as facebook.'));
  if (account === 'other' && value('account-name') === '') add('/account', t('Name the account.'));
  return problems;
}

/** Where a problem is shown: the field to go to, the group to mark. */
function placeOf(form, pointer) {
  const other = byId('account').value === 'other';
  if (pointer.startsWith('/url')) return { field: byId('url'), error: 'url-error', group: 'url-group', inside: 'beside' };
  if (pointer.startsWith('/text')) return { field: byId('text'), error: 'text-error', group: 'text-group', inside: 'beside' };
  if (pointer.startsWith('/platform')) return { field: byId('platform'), error: 'platform-error', group: 'platform-group' };
  if (pointer.startsWith('/account')) return other ? { field: byId('account-name'), error: 'account-name-error', group: 'account-name-group' } : { field: byId('account'), error: 'account-error', group: 'account-group' };
  if (pointer.startsWith('/action/ground')) return { field: form.querySelector('input[name="ground"]'), error: 'grounds-error', group: null };
  if (pointer.startsWith('/action')) return { field: form.querySelector('input[name="verb"]'), error: 'action-error', group: null };
  if (pointer.startsWith('/author/profileUrl')) return { field: byId('author-url'), error: 'author-url-error', group: 'author-url-group', inside: 'more' };
  if (pointer.startsWith('/author')) return { field: byId('author-name'), error: 'author-name-error', group: 'author-name-group', inside: 'more' };
  if (pointer.startsWith('/postedAt')) return { field: byId('posted'), error: 'posted-error', group: 'posted-group', inside: 'more' };
  if (pointer.startsWith('/note')) return { field: byId('note'), error: null, group: null, inside: 'more' };
  return { field: byId('files'), error: 'what-error', group: null, inside: pointer === '' ? 'beside' : undefined };
}

/** The archive names a member by its pointer, which a program needs and a person does not. */
function plain({ pointer, sentence }) {
  const said = sentence.startsWith(`${pointer}: `) ? sentence.slice(pointer.length + 2) : sentence;
  return said.charAt(0).toUpperCase() + said.slice(1);
}

export function showProblems(form, problems) {
  for (const message of form.querySelectorAll('.usa-error-message')) say(message, '');
  for (const group of form.querySelectorAll('.usa-form-group--error')) group.classList.remove('usa-form-group--error');
  for (const field of form.querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid');
  byId('summary').hidden = problems.length === 0;
  if (problems.length === 0) return;
  const links = problems.map((problem) => {
    const { field, error, group, inside } = placeOf(form, problem.pointer);
    const sentence = plain(problem);
    if (error !== null) say(byId(error), sentence);
    if (group !== null) byId(group).classList.add('usa-form-group--error');
    if (inside !== undefined) byId(inside).open = true;
    field?.setAttribute('aria-invalid', 'true');
    const link = make('a', { href: `#${field?.id ?? 'main'}` }, group === null || sentence === problem.sentence ? sentence : t('“{}”: {}', byId(group).querySelector('label').textContent, sentence));
    link.addEventListener('click', (event) => {
      event.preventDefault();
      field?.focus();
    });
    return make('li', {}, link);
  });
  byId('summary-title').textContent = problems.length === 1 ? t('One thing needs you') : t('{} things need you', problems.length);
  byId('summary-text').textContent = t('Nothing was handed in yet. Your pictures are still here.');
  byId('summary-list').replaceChildren(...links);
}
