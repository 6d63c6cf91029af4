/**
 * The client of C2SP tlog-witness: shows a witness our checkpoint, with the proof that it continues the one that the witness saw last,
 * and gets a cosignature with a time. A witness that saw more than we published, or a proof that does not hold before it, may mean that
 * this log was forked: that is said as `witness-contradicts` and never passed over.
 */
import { ArchiveError } from '#errors.ts';
import { cosignedAt, parseNote, verifierKey } from '#log/note.ts';
import type { PolicyWitness } from '../witness-policy.ts';
import { ask, refused } from './asking.ts';
import { CLOCK_MS } from './stamper.ts';

export interface Shown {
  readonly size: number;
  readonly note: Uint8Array;
}

export interface WitnessContext {
  /** From a size that the witness saw to the size that it is shown. */
  readonly consistency: (older: number, newer: number) => Promise<readonly Uint8Array[]>;
  /** The size of what is published by now, which another process of ours may have shown already. */
  readonly published: () => Promise<number>;
  readonly now: () => Date;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
}

export type Witnessed =
  | { readonly at: Date; readonly line: Buffer }
  /** Another process of ours was there with a later checkpoint. */
  | { readonly overtakenAt: number };

const MAX_ANSWER_BYTES = 65_536;
const MAX_PROOF_LINES = 63;
/** It says what it knows, and is asked with that; another process may come between, but not for ever. */
const ATTEMPTS = 4;

export async function obtainCosignature(
  witness: PolicyWitness & { readonly url: string },
  shown: Shown,
  /** What it cosigned last, as far as is known here. */
  known: number,
  { consistency, published, now, signal, timeoutMs }: WitnessContext,
): Promise<Witnessed> {
  let older = Math.min(known, shown.size);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const proof = older === 0 || older === shown.size ? [] : await consistency(older, shown.size);
    if (proof.length > MAX_PROOF_LINES) throw new RangeError('A consistency proof has at most 63 hashes.');
    const lines = [`old ${older}`, ...proof.map((hash) => Buffer.from(hash).toString('base64')), '', ''];
    const { status, body } = await ask({
      url: `${witness.url}/add-checkpoint`,
      type: 'text/plain',
      body: Buffer.concat([Buffer.from(lines.join('\n')), shown.note]),
      limitBytes: MAX_ANSWER_BYTES,
      signal,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    if (status === 200) return cosignature(witness, shown, body, now());
    if (status === 422)
      throw contradicts(`does not accept that size ${shown.size} continues what it saw at size ${older}`);
    if (status !== 409) throw refused(status);
    const size = /^(0|[1-9]\d{0,15})\n$/.exec(body.toString('latin1'))?.[1];
    if (size === undefined) throw wrongAnswer('says 409 and no size');
    older = Number(size);
    if (older > shown.size) {
      if (older <= (await published())) return { overtakenAt: older };
      throw contradicts(`saw size ${older} of this log, and only ${shown.size} was ever published here`);
    }
  }
  throw wrongAnswer('names another size each time that it is asked');
}

/** The one line of this witness that verifies over what it was shown; lines of others are passed over. */
function cosignature(witness: PolicyWitness, shown: Shown, body: Buffer, now: Date): Witnessed {
  const key = verifierKey(witness.vkey);
  let whole;
  try {
    // Its lines go behind ours: then they are read as any note is.
    whole = parseNote(Buffer.concat([shown.note, body]));
  } catch (error) {
    throw wrongAnswer('answers with something else than signature lines', error);
  }
  const signature = whole.signatures.find(({ name, id }) => name === key.name && id === key.id)?.signature;
  if (signature === undefined) throw wrongAnswer('did not sign with the key that the policy names');
  if (!key.verify(whole.text, signature)) throw wrongAnswer('sent a signature that does not fit');
  const at = new Date(Number(cosignedAt(signature)) * 1000);
  if (!(Math.abs(at.getTime() - now.getTime()) <= CLOCK_MS))
    throw wrongAnswer('signed with a time that is more than five minutes from ours');
  const encoded = Buffer.concat([Buffer.from(key.id, 'hex'), signature]).toString('base64');
  return { at, line: Buffer.from(`— ${key.name} ${encoded}\n`) };
}

function contradicts(what: string): ArchiveError {
  return new ArchiveError(
    'witness-contradicts',
    `A witness ${what}. Either it errs, or this log was set back or forked: stop, and find out before anything else is published.`,
    { retry: 'later' },
  );
}

function wrongAnswer(what: string, cause?: unknown): ArchiveError {
  return new ArchiveError('witness-wrong', `A witness ${what}.`, { retry: 'later', cause });
}
