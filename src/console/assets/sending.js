/**
 * Sending a report with its pictures. One attempt has one Idempotency-Key; sending the same again after a broken line
 * repeats it, so that the archive can answer "I have it" instead of taking it twice. Changed content gets a new one.
 */
import { keyHeader, newAttemptKey, Refused, Unreachable } from './api.js';
import { byId, say, sizeOf } from './dom.js';

/** A line on which nothing moves for so long is dead; sending again does no harm. */
const STALLED_MS = 45_000;
/** All is sent, and the archive is making it durable. */
const ANSWER_MS = 180_000;

export function openSender() {
  /** @type {{ event: string, files: File[], idempotencyKey: string } | null} */
  let attempt = null;
  let sending = false;

  return {
    sending: () => sending,
    /** Whether what is sent now repeats an attempt whose fate is not known. */
    async send({ path, key, event, files }) {
      if (sending) throw new Error('One at a time.');
      sending = true;
      try {
        const same = attempt !== null && attempt.event === event && attempt.files.length === files.length && files.every((file, i) => file === attempt?.files[i]);
        if (!same) attempt = { event, files: [...files], idempotencyKey: newAttemptKey() };
        const answer = await post(path, key, attempt);
        attempt = null;
        return answer;
      } finally {
        sending = false;
        byId('sending').hidden = true;
      }
    },
  };
}

function post(path, key, { event, files, idempotencyKey }) {
  return new Promise((resolve, reject) => {
    const form = new FormData();
    form.append('event', new Blob([event], { type: 'application/json' }), 'event.json');
    for (const file of files) form.append('file', file, file.name === '' ? 'picture' : file.name);
    const xhr = new XMLHttpRequest();
    let timer = setTimeout(() => xhr.abort(), STALLED_MS);
    const wait = (ms) => {
      clearTimeout(timer);
      timer = setTimeout(() => xhr.abort(), ms);
    };
    xhr.upload.addEventListener('progress', ({ loaded, total }) => {
      wait(loaded < total ? STALLED_MS : ANSWER_MS);
      showProgress(loaded, total);
    });
    xhr.upload.addEventListener('load', () => wait(ANSWER_MS));
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
    showProgress(0, 1);
    xhr.send(form);
  });
}

function showProgress(loaded, total) {
  byId('sending').hidden = false;
  byId('sent').value = total === 0 ? 100 : (100 * loaded) / total;
  say(byId('sent-label'), loaded >= total ? 'Sent. Waiting until the archive has it on disk…' : total <= 1 ? 'Sending…' : `Sending: ${sizeOf(loaded)} of ${sizeOf(total)}`);
}

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
    if (error.status === 401 && error.code === 'key-invalid') return 'The archive does not know this key any more. Enter a key above, or sign in, then try again. Your pictures are still here.';
    if (error.status === 401) return 'You are not signed in any more. Sign in above, which opens beside this page; then come back and try again. Your pictures are still here.';
    return `${error.message}${error.requestId === '' ? '' : ` (Request ${error.requestId})`}`;
  }
  if (error instanceof Unreachable) return 'The connection broke before the archive answered. Do not remove anything yet. Your pictures are still here: try again. Nothing will be archived twice.';
  return 'This page met an error of its own. Your pictures are still here: try again.';
}
