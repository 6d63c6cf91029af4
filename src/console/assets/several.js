/**
 * After a storm: many pictures, each a record of its own, under one clause. Each is sent by itself, one after the other, and each has
 * its own state, from waiting to green; what fails stays here with its picture, and is tried again under the same Idempotency-Key.
 * Where the line breaks, the archive can take nothing just now, or nobody is signed in any more, all of them wait and go on by
 * themselves: not each line that breaks is told of by the browser, so it is tried again until it works or somebody stops it.
 */
import { newAttemptKey, read, Refused, request, Unreachable } from './api.js';
import { byId, make, say } from './dom.js';
import { ask } from './key.js';
import { isClauseRefused, onlyFor, openSender, sentenceOf } from './sending.js';
import { stateOf } from './status-view.js';
import { inWords, t } from './words.js';

const LOOK_MS = 1000;
const PAUSES_MS = [1000, 2000, 4000, 8000, 15_000, 30_000];
/** The archive, or what stands before it, says "not now" to all of them. */
const NOT_NOW = [408, 429, 502, 503, 504, 507];

/** @param {{ moved: () => void }} options `moved`: one of them is a record now */
export function openSeveral({ moved }) {
  /** @type {any[]} */
  let rows = [];
  let session;
  let sending = false;
  /** For all of them the same: there is no line, nobody is signed in, or the clause is to be chosen again. */
  let stopped = false;
  /** Their agency's, whoever signs in meanwhile. */
  let mayGo = () => {};
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** By somebody: only they let it go on. */
  let halted = false;
  /** @type {'' | 'line' | 'archive'} it is tried again by itself */
  let waitsFor = '';
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let nextTry;
  /** In a row, for nothing. */
  let tries = 0;

  function begin(given) {
    ({ session } = given);
    mayGo = onlyFor(session);
    rows = given.files.map((file, i) => rowOf(file, i, given.event, given.files.length));
    byId('several-list').replaceChildren(...rows.map(({ item }) => item));
    byId('several').hidden = false;
    byId('several-title').focus();
    moved();
    void sendAll();
  }

  /** One after the other: a phone has one small line, and the first are green while the last are still waiting. */
  async function sendAll() {
    if (sending || halted) return;
    sending = true;
    stopped = false;
    clearTimeout(nextTry);
    for (let row = waiting(); row !== undefined && !stopped && !halted; row = waiting()) await sendOne(row);
    sending = false;
    tell();
  }
  /** Of all that were stopped this one was asked for. */
  async function sendAlone(row) {
    if (sending) return;
    sending = true;
    await sendOne(row);
    sending = false;
    tell();
  }
  const goOn = () => void (stopped && !halted && byId('several-clause').hidden && sendAll());
  for (const type of ['online', 'holdfast-known']) window.addEventListener(type, goOn);
  document.addEventListener('visibilitychange', () => !document.hidden && ['line', 'archive'].includes(waitsFor) && goOn());
  function tryLater(why) {
    if (halted) return;
    waitsFor = why;
    // Many pages wait for one archive: not all of them come back in the same second.
    nextTry = setTimeout(goOn, PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)] * (0.75 + Math.random() / 2));
    tries += 1;
  }
  function settle() {
    waitsFor = '';
    tries = 0;
  }
  byId('several-stop').addEventListener('click', () => {
    clearTimeout(nextTry);
    halted = true;
    waitsFor = '';
    tell();
    byId('several-title').focus();
  });
  byId('several-again').addEventListener('click', () => {
    for (const row of rows) if (row.state === 'failed') show(row, 'waits', 'wait', t('Waits'));
    settle();
    halted = false;
    byId('several-title').focus();
    void sendAll();
  });
  const waiting = () => rows.find(({ state }) => state === 'waits');

  async function sendOne(row) {
    show(row, 'sending', 'wait', t('Sending…'));
    tell();
    try {
      // What was typed for this one while it waited goes with it. From then on the same is sent each time: the archive may have it,
      // though its answer was lost. What is typed later is a fact of its own.
      row.first ??= aboutOf(row);
      const answer = await row.sender.send({ path: '/v1/deletion-events', key: session.key, event: JSON.stringify({ ...row.event, ...row.first }), files: [row.file], mayGo });
      if (!/^[0-9a-f-]{36}$/.test(String(answer.recordId))) throw new Error(t('The archive answered without a record.'));
      settle();
      row.recordId = answer.recordId;
      moved();
      row.said = JSON.stringify(row.first);
      row.link.href = `/report/records/${row.recordId}`;
      row.link.hidden = false;
      byId('several-next').href = `${location.pathname}?after=${row.recordId}`;
      show(row, 'sent', 'wait', t('DO NOT REMOVE YET'));
      watch();
      const now = aboutOf(row);
      if (Object.keys(now).length > 0 && JSON.stringify(now) !== row.said) void putOnRecord(row);
    } catch (error) {
      const signedOut = error instanceof Refused && error.status === 401;
      const clause = isClauseRefused(error);
      const notNow = error instanceof Refused && NOT_NOW.includes(error.status);
      stopped = signedOut || clause || notNow || error instanceof Unreachable;
      if (stopped && !signedOut && !clause) tryLater(notNow ? 'archive' : 'line');
      else settle();
      if (stopped) show(row, 'waits', 'wait', t('Waits'));
      else show(row, 'failed', 'stop', t('Not handed in'));
      say(row.why, sentenceOf(error));
      // It was looked at and not taken: what is mended goes with the next one.
      if (error instanceof Refused && !signedOut && !notNow) row.first = undefined;
      if (signedOut) void ask(error.message);
      if (clause) await askForClause();
    }
  }

  /** One clause for all of them: for those that are still here it is chosen again, from those that stand now. */
  async function askForClause() {
    const purpose = location.pathname === '/keep' ? 'keep' : 'remove';
    const { grounds } = await read('/v1/policies', { key: session.key }).catch(() => ({ grounds: [] }));
    if (grounds.length === 0) return;
    const options = grounds.filter((ground) => ground.purpose === purpose).map(({ reference, version, label, citation }) => make('option', { value: reference, 'data-version': version }, `${label} (${citation})`));
    byId('several-ground').replaceChildren(make('option', { value: '', 'data-version': '' }, t('Not decided yet')), ...options);
    byId('several-clause').hidden = false;
    byId('several-ground').focus();
  }
  byId('several-clause').addEventListener('submit', (event) => {
    event.preventDefault();
    const { value, dataset } = byId('several-ground').selectedOptions[0];
    for (const row of rows) if (row.recordId === '') row.event = { ...row.event, action: { verb: row.event.action.verb, ...(value === '' ? {} : { ground: value, groundVersion: dataset.version }) } };
    byId('several-clause').hidden = true;
    byId('several-title').focus();
    void sendAll();
  });

  function watch() {
    clearTimeout(timer);
    timer = setTimeout(() => void look(), LOOK_MS);
  }

  /** Each by itself: news of one does not wait for another. */
  async function look() {
    await Promise.all(rows.filter(({ state }) => state === 'sent').map((row) => lookAt(row)));
    tell();
    if (rows.some(({ state }) => state === 'sent')) watch();
  }

  async function lookAt(row) {
    try {
      row.receipt = await read(`/v1/records/${row.recordId}/receipt`, { key: session.key });
    } catch (error) {
      // Nothing is known just now, so nothing is safe; it is asked again.
      if (error instanceof Refused && error.status === 401) void ask(error.message);
      return;
    }
    const { kind, word } = stateOf(row.receipt);
    const { safeToRemove, removal, missing } = row.receipt;
    show(row, safeToRemove === true ? 'safe' : 'sent', kind, word);
    say(row.why, safeToRemove === true ? '' : missing.map(({ sentence }) => inWords(sentence)).join(' '));
    row.removed.hidden = !(safeToRemove === true && removal === 'awaited');
  }

  async function removed(row) {
    row.removed.setAttribute('aria-disabled', 'true');
    const done = await state(row, 'removal', {}, row.removalKey);
    row.removed.removeAttribute('aria-disabled');
    if (!done) return;
    await lookAt(row);
    tell();
    if (row.removed.hidden) row.link.focus();
  }

  async function putOnRecord(row) {
    const about = aboutOf(row);
    if (row.recordId === '') return say(row.saved, t('It is put on record once the picture is there.'));
    if (Object.keys(about).length === 0 || JSON.stringify(about) === row.said) return say(row.saved, Object.keys(about).length === 0 ? t('Type a name, a handle or a time first.') : t('This is on record.'));
    const { platform, account } = row.receipt ?? row.event;
    const done = await state(row, 'facts', { platform, account, capture: false, ...about, action: { verb: 'none' } }, newAttemptKey());
    if (!done) return;
    row.said = JSON.stringify(about);
    say(row.saved, t('On record.'));
  }

  /** Says something about the record of a row. */
  async function state(row, path, body, idempotencyKey) {
    try {
      await request(`/v1/records/${row.recordId}/${path}`, { key: session.key, method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey, 'holdfast-channel': 'web-form' }, body: JSON.stringify(body) });
      return true;
    } catch (error) {
      say(row.why, error instanceof Refused && error.status !== 401 ? error.message : t('This could not be recorded just now. Press it again.'));
      if (error instanceof Refused && error.status === 401) void ask(error.message);
      return false;
    }
  }

  function show(row, state, kind, word) {
    row.state = state;
    row.item.className = `hf-several__one hf-several__one--${kind}`;
    say(row.word, word);
    row.again.hidden = state !== 'failed';
    if (state !== 'failed') say(row.why, '');
  }

  /** One sentence for all of them; read aloud when it changes. */
  function tell() {
    for (const why of ['line', 'archive']) byId(`several-${why}`).hidden = waitsFor !== why;
    byId('several-stopped').hidden = !halted || waiting() === undefined;
    const tried = waitsFor !== '';
    if (!tried && document.activeElement === byId('several-stop')) byId('several-title').focus();
    byId('several-stop').hidden = !tried;
    byId('several-again').hidden = sending || !byId('several-clause').hidden || !rows.some(({ state }) => state === 'waits' || state === 'failed');
    const count = (...states) => rows.filter(({ state }) => states.includes(state)).length;
    const some = (n, said) => (n === 0 ? [] : [said(n)]);
    const parts = [t('{} of {} sealed', count('safe'), rows.length), ...some(count('waits', 'sending'), (n) => t('{} still to be sent', n)), ...some(count('failed'), (n) => t('{} not handed in: try again', n)), ...some(rows.filter(({ removed }) => !removed.hidden).length, (n) => t('{} to be removed now', n))];
    say(byId('several-said'), `${parts.join(', ')}.`);
  }

  function rowOf(file, i, event, count) {
    const name = file.name === '' ? t('Picture {}', i + 1) : file.name;
    const word = make('strong', { class: 'hf-several__word', id: `word-${i}` }, t('Waits'));
    const why = make('p', { class: 'hf-small', hidden: true });
    const saved = make('p', { class: 'hf-small', role: 'status', hidden: true });
    const press = (label, does, more = {}) => {
      const button = make('button', { type: 'button', class: 'usa-button usa-button--outline', 'aria-label': `${label}: ${name}`, ...more }, label);
      button.addEventListener('click', () => void does(row));
      return button;
    };
    const again = press(t('Try again'), tryAgain, { hidden: true });
    const gone = press(t('I removed it'), removed, { hidden: true, class: 'usa-button' });
    const link = make('a', { href: '/report', hidden: true, 'aria-label': t('Open the record of {}', name) }, t('Open'));
    const field = (id, label) => {
      const input = make('input', { class: 'usa-input', id: `${id}-${i}`, type: 'text', autocomplete: 'off', autocapitalize: 'none' });
      return { input, parts: [make('label', { class: 'usa-label', for: `${id}-${i}` }, label), input] };
    };
    const who = field('who-name', t('Name as shown'));
    const handle = field('who-handle', t('Handle'));
    const seen = field('who-posted', t('When was it posted?'));
    const about = make('details', { class: 'hf-more hf-beside' }, make('summary', { 'aria-label': t('Who wrote it, and when: {}', name) }, t('Who wrote it, and when?')), ...who.parts, ...handle.parts, ...seen.parts, press(t('Put it on record'), putOnRecord), saved);
    const frame = make('span', { class: 'hf-thumb', 'aria-hidden': 'true' });
    if (file instanceof Blob && file.type.startsWith('image/')) {
      const image = make('img', { src: URL.createObjectURL(file), alt: '', decoding: 'async' });
      image.addEventListener('error', () => image.remove());
      frame.append(image);
    }
    const item = make('li', { class: 'hf-several__one' }, frame, make('div', { class: 'hf-several__about' }, word, make('span', { class: 'hf-handed__name' }, `${t('{} of {}:', i + 1, count)} `, make('bdi', {}, name)), why, make('p', { class: 'hf-file-ways' }, gone, again, link), about));
    const row = { file, event, item, word, why, saved, again, link, removed: gone, fields: { who: who.input, handle: handle.input, seen: seen.input }, state: 'waits', recordId: '', said: '{}', receipt: null, removalKey: newAttemptKey(), sender: openSender() };
    return row;
  }

  function tryAgain(row) {
    show(row, 'waits', 'wait', t('Waits'));
    row.item.querySelector('summary').focus();
    tell();
    return halted ? sendAlone(row) : sendAll();
  }

  return {
    begin,
    /** Pictures that no record has yet. */
    left: () => rows.filter(({ recordId }) => recordId === '').map(({ file }) => file),
    /** Pictures that are nowhere but here. */
    unsent: () => rows.some(({ state }) => ['waits', 'sending', 'failed'].includes(state)),
  };
}

function aboutOf({ fields: { who, handle, seen } }) {
  const value = (input) => input.value.trim();
  const author = { ...(value(who) === '' ? {} : { displayName: value(who) }), ...(value(handle) === '' ? {} : { handle: value(handle) }) };
  return { ...(Object.keys(author).length === 0 ? {} : { author }), ...(value(seen) === '' ? {} : { postedAt: { seen: value(seen) } }) };
}
