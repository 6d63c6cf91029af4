/**
 * Sending a report that names its pictures, which are on their way since they were chosen (`uploads.js`): it waits for the last of
 * them. One attempt has one Idempotency-Key; sending the same again after a broken line repeats it, so that the
 * archive can answer "I have it" instead of taking it twice. Changed content gets a new one.
 */
import { keyHeader, newAttemptKey, Refused, Unreachable } from './api.js';
import { byId, say, sizeOf } from './dom.js';
import { transferOf } from './uploads.js';
import { t } from './words.js';

/** The archive makes it durable. */
const ANSWER_MS = 180_000;

/** @typedef {{ said: string, idempotencyKey: string }} Attempt `said`: the event and its pictures, as they went out */

/** @param {{ earlier?: () => Attempt | null, begun?: (attempt: Attempt) => void }} options `earlier`: of this page before it was reloaded */
export function openSender({ earlier = () => null, begun = () => {} } = {}) {
  /** @type {{ event: string, files: File[], idempotencyKey: string } | null} */
  let attempt = null;
  let sending = false;

  return {
    sending: () => sending,
    /** Whether what is sent now repeats an attempt whose fate is not known. */
    async send({ path, key, event, files, mayGo = () => {} }) {
      if (sending) throw new Error('One at a time.');
      sending = true;
      try {
        for (let last = false; ; last = true) {
          await allThere(files);
          mayGo();
          const left = files.filter((file) => transferOf(file)?.state !== 'gone');
          if (left.length === 0 && files.length > 0) throw new Refused(0, { detail: t('All pictures were taken out, so nothing was sent. Add one, or send what is left.') });
          const same = attempt !== null && attempt.event === event && attempt.files.length === left.length && left.every((file, i) => file === attempt?.files[i]);
          if (!same) {
            const said = JSON.stringify([event, left.map((file) => transferOf(file)?.id)]);
            const before = earlier();
            attempt = { event, files: left, idempotencyKey: before?.said === said ? before.idempotencyKey : newAttemptKey() };
            begun({ said, idempotencyKey: attempt.idempotencyKey });
          }
          hold(left, true);
          try {
            const answer = await post(path, key, attempt);
            attempt = null;
            return answer;
          } catch (error) {
            // They lay there for more than a day, or belonged to a key that counts no more. The page still has them.
            if (last || !(error instanceof Refused) || error.code !== 'upload-not-found') throw error;
            for (const file of left) transferOf(file)?.again();
          } finally {
            hold(left, false);
          }
        }
      } finally {
        sending = false;
        byId('sending').hidden = true;
      }
    },
  };
}

function hold(files, value) {
  for (const file of files) {
    const transfer = transferOf(file);
    if (transfer !== undefined) transfer.held = value;
  }
}

async function allThere(files) {
  const transfers = files.map((file) => transferOf(file)).filter((transfer) => transfer !== undefined);
  const total = transfers.reduce((sum, { file }) => sum + file.size, 0);
  const show = () => {
    const sent = transfers.reduce((sum, transfer) => sum + transfer.sent, 0);
    showProgress(sent, total, transfers.find(({ state }) => state === 'line' || state === 'archive')?.state);
  };
  show();
  const ticking = setInterval(show, 200);
  try {
    await Promise.all(transfers.map(async (transfer) => await transfer.settled()));
    show();
  } finally {
    clearInterval(ticking);
  }
}

function post(path, key, { event, files, idempotencyKey }) {
  return new Promise((resolve, reject) => {
    const form = new FormData();
    form.append('event', new Blob([event], { type: 'application/json' }), 'event.json');
    for (const file of files) {
      const transfer = transferOf(file);
      if (transfer !== undefined) form.append('upload', transfer.id);
    }
    const xhr = new XMLHttpRequest();
    const timer = setTimeout(() => xhr.abort(), ANSWER_MS);
    xhr.addEventListener('load', () => {
      const body = parsed(xhr.responseText);
      if (xhr.status >= 200 && xhr.status < 300 && body !== null) resolve(body);
      else if (xhr.status >= 200 && xhr.status < 300) reject(new Unreachable());
      else reject(new Refused(xhr.status, body));
    });
    for (const type of ['error', 'abort', 'timeout']) xhr.addEventListener(type, () => reject(new Unreachable()));
    xhr.addEventListener('loadend', () => clearTimeout(timer));
    xhr.open('POST', path);
    for (const [name, value] of Object.entries(keyHeader(key))) xhr.setRequestHeader(name, value);
    xhr.setRequestHeader('accept', 'application/json');
    xhr.setRequestHeader('idempotency-key', idempotencyKey);
    xhr.setRequestHeader('holdfast-channel', 'web-form');
    xhr.send(form);
  });
}

function showProgress(sent, total, waits) {
  byId('sending').hidden = false;
  byId('sent').value = total === 0 ? 100 : (100 * sent) / total;
  const how = [sizeOf(sent), sizeOf(total)];
  say(
    byId('sent-label'),
    waits === 'line'
      ? t('Waiting for the connection: {} of {} is there. It goes on by itself; leave this page open.', ...how)
      : waits === 'archive'
        ? t('The archive can take nothing just now: {} of {} is there. It is tried again by itself; leave this page open.', ...how)
        : sent >= total
          ? t('Sent. Waiting until the archive has it on disk…')
          : t('Sending: {} of {}', ...how),
  );
}

/** While pictures travel, a colleague of another agency may sign in on this page: what was put in for the one is not sent to the other. */
export function onlyFor(session) {
  const { agencyId, agencyName } = session.me;
  return () => {
    if (session.me.agencyId !== agencyId) throw new Refused(0, { detail: t('This was put in for {}, and now you are at work for {}: it was not sent. Sign in for {} again, then try again.', agencyName, session.me.agencyName, agencyName) });
  };
}

/** The clause was chosen in a version of its policy that is in force no more. */
export const isClauseRefused = (error) => error instanceof Refused && error.problems.some((problem) => String(problem?.pointer).startsWith('/action/ground'));
export const CLAUSE_CHANGED = t('The policy has changed: choose the clause again.');

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What went wrong and what to do, with the pictures still here. */
export function sentenceOf(error) {
  if (error instanceof Refused) {
    if (error.status === 401 && error.code === 'key-invalid') return t('The archive does not know this key any more. Enter a key above, or sign in, then try again. Your pictures are still here.');
    if (error.status === 401) return t('You are not signed in any more. Sign in above, which opens beside this page; then come back and try again. Your pictures are still here.');
    return error.requestId === '' ? error.message : t('{} (Request {})', error.message, error.requestId);
  }
  if (error instanceof Unreachable) return t('The connection broke before the archive answered. Do not remove anything yet. Your pictures are still here: try again. Nothing will be archived twice.');
  return t('This page met an error of its own. Your pictures are still here: try again.');
}
