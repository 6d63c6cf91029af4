/** The calls of the API: as whoever signed in (a cookie that no script sees), or with a key, in a header and nowhere else. */

import { inPageLanguage, t } from './words.js';

/** In the place of a key: whoever signed in on this browser. */
export const SIGNED_IN = '';

/** As whom this page was opened: should somebody else sign in on this browser meanwhile, nothing goes out in their name. */
let person = '';
export function actAs(id) {
  person = id;
}

export const keyHeader = (key) => ({ ...inPageLanguage, ...(key !== SIGNED_IN ? { authorization: `Bearer ${key}` } : person === '' ? {} : { 'holdfast-as': person }) });

/** The archive answered, and said no. */
export class Refused extends Error {
  constructor(status, problem) {
    super(typeof problem?.detail === 'string' ? problem.detail : t('The archive answered with the status {}. Nothing is known about why.', status));
    this.status = status;
    this.code = typeof problem?.code === 'string' ? problem.code : '';
    this.requestId = typeof problem?.requestId === 'string' ? problem.requestId : '';
    this.recordId = typeof problem?.recordId === 'string' ? problem.recordId : '';
    this.problems = Array.isArray(problem?.problems) ? problem.problems : [];
  }
}

/** No answer came: whether it arrived is not known. */
export class Unreachable extends Error {
  constructor() {
    super(t('The archive cannot be reached.'));
  }
}

export async function request(path, { key, method = 'GET', accept = 'application/json', headers = {}, body, signal } = {}) {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers: { ...keyHeader(key), accept, ...headers },
      body,
      signal,
      cache: 'no-store',
      credentials: key === SIGNED_IN ? 'same-origin' : 'omit',
      redirect: 'error',
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unreachable();
  }
  if (answer.ok) return answer;
  throw new Refused(answer.status, await answer.json().catch(() => null));
}

export async function read(path, options) {
  const answer = await request(path, options);
  try {
    return await answer.json();
  } catch {
    // The line broke in the middle of the answer, or something in between answered in the archive's place.
    throw new Unreachable();
  }
}

/** A new name for one attempt to hand something in. `crypto.randomUUID` is missing where a trial runs without https. */
export function newAttemptKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
