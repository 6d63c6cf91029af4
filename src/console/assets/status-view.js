/** A receipt, as the state of a record. `safeToRemove` is read and nothing else is inferred from the rest. */
import { byId, make, say } from './dom.js';

/** What passes by itself. Everything else asks the moderator, or somebody, to do something. */
const WAITING = new Set(['seal-pending', 'log-pending', 'picture-pending', 'capture-pending']);
/** What another picture can mend. */
const PICTURE_HELPS = new Set(['picture-not-decodable', 'capture-pending', 'capture-parked', 'capture-not-evidence', 'target-not-found', 'nothing-to-find', 'evidence-missing']);

const OUTCOMES = {
  captured: 'captured',
  partial: 'captured in part',
  gone: 'it was gone already',
  wall: 'it showed a sign-in wall',
  empty: 'it came up empty',
  blocked: 'it could not be opened from here',
  timeout: 'it did not finish in time',
  none: 'not captured',
};

export function stateOf(receipt) {
  const { safeToRemove, removal, status, missing } = receipt;
  if (status === 'disposed' || status === 'disposing') return { kind: 'wait', word: 'NO LONGER KEPT', lead: 'This record is disposed of under the retention schedule.' };
  if (safeToRemove === true) {
    if (removal === 'none') return { kind: 'safe', word: 'SEALED AND KEPT', lead: 'No removal is expected for this record.' };
    if (removal === 'confirmed') return { kind: 'safe', word: 'SEALED, AND REMOVED', lead: 'The content is sealed, and its removal is on record.' };
    return { kind: 'safe', word: 'SAFE TO REMOVE', lead: 'You can remove it now. Then press “I removed it”.' };
  }
  const waiting = missing.every(({ code }) => WAITING.has(code));
  const kind = waiting ? 'wait' : 'stop';
  if (removal === 'none') return { kind, word: 'NOT SEALED YET', lead: waiting ? 'This takes a few seconds.' : 'This needs you:' };
  if (removal === 'confirmed') return { kind: 'stop', word: 'REMOVED, NOT ARCHIVED IN FULL', lead: 'It was reported as removed before it was safe to. What is missing:' };
  return { kind, word: 'DO NOT REMOVE YET', lead: waiting ? 'This takes a few seconds. Wait for the green sign.' : 'This needs you:' };
}

let wasSafe = false;

export function showReceipt(receipt, zone) {
  const state = stateOf(receipt);
  const box = byId('state');
  box.className = `hf-state hf-state--${state.kind}`;
  document.title = `${state.word} · Holdfast`;
  say(byId('word'), state.word);
  say(byId('lead'), state.lead);
  const sentences = receipt.missing.map(({ sentence }) => sentence);
  const list = byId('missing');
  if (list.textContent !== sentences.join('')) list.replaceChildren(...sentences.map((sentence) => make('li', {}, sentence)));

  byId('record').hidden = false;
  byId('removed').hidden = !(receipt.safeToRemove === true && receipt.removal === 'awaited');
  const helps = receipt.missing.some(({ code }) => PICTURE_HELPS.has(code));
  say(byId('add-title'), helps ? 'Add a screenshot' : 'Add another picture');
  // Opened for whoever needs it, once; a person who closes it again is not argued with.
  if (helps && receipt.missing.some(({ code }) => !WAITING.has(code)) && byId('add').dataset.offered === undefined) {
    byId('add').dataset.offered = 'true';
    byId('add').open = true;
  }
  // Served its purpose, unless somebody is at it.
  if (receipt.safeToRemove === true && !wasSafe && byId('pictures').childElementCount === 0 && !byId('add').contains(document.activeElement)) byId('add').open = false;
  wasSafe = receipt.safeToRemove === true;
  byId('add').classList.toggle('hf-more--first', helps);
  say(byId('code'), receipt.code);
  say(byId('statement'), receipt.statement);
  byId('times').replaceChildren(...history(receipt, zone));
  say(byId('behind'), receipt.safeToRemove === true && receipt.status === 'sealed' && receipt.capture.outcome === null ? 'The live page is still being looked at, behind this. You need not wait for it.' : '');
}

function history(receipt, zone) {
  const { times, capture, removal } = receipt;
  const rows = [entry('Received', times.reportedAt, zone)];
  rows.push(times.firstSealedAt === null ? make('li', { class: 'hf-todo' }, 'Being sealed') : entry('Sealed', times.firstSealedAt, zone));
  rows.push(capture.outcome === null ? make('li', { class: 'hf-todo' }, 'Live page: not looked at yet') : make('li', {}, `Live page: ${OUTCOMES[capture.outcome] ?? capture.outcome}${capture.targetFound ? ', with the reported content on it' : ''}`));
  if (removal === 'awaited') rows.push(make('li', { class: 'hf-todo' }, 'Removal: not reported yet'));
  if (removal === 'confirmed') rows.push(make('li', {}, 'Removal: on record'));
  for (const step of receipt.parked) rows.push(make('li', { class: 'hf-todo' }, `The step “${step.step}” stopped and needs a person: ${step.reason}`));
  return rows;
}

function entry(what, utc, zone) {
  return make('li', {}, `${what} ${inZone(utc, zone)} `, make('time', { datetime: utc, class: 'hf-utc' }, utc));
}

function inZone(utc, zone) {
  const format = (timeZone) => new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeStyle: 'long', timeZone }).format(new Date(utc));
  try {
    return format(zone);
  } catch {
    return format('UTC');
  }
}
