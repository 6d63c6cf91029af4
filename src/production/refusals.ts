/** What the database refuses of productions (migrations 0048, 0054 and 0055), in our words. */
import { ArchiveError, type ErrorCode } from '#errors.ts';
import { NEVER_LEAVES } from './review.ts';

const REFUSALS: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  HF075: [
    'production-state',
    'The production is not in the state that this begins from, so nothing was changed. Read it again.',
  ],
  HF076: [
    'production-state',
    'What was frozen, looked through or sealed of a production does not change. Make another production.',
  ],
  HF077: [
    'production-stale',
    'A record of it was reviewed again since it was made, or something came to one, so it is not released, and where it is out no new link leads to it. Make another production; withdraw this one to end the links that it has.',
  ],
  HF078: [
    'production-not-passed',
    'The gate has not passed these bytes, so they are not released. Its findings say at which places.',
  ],
  HF079: [
    'production-state',
    'A production with these page numbers is being made. Wait until it is done, or choose other letters for the numbers.',
  ],
  HF087: [
    'production-state',
    'Its packing stopped, and another production has, or is about to have, its page numbers by now. Withdraw this one, and make another one.',
  ],
  HF103: ['production-refused', NEVER_LEAVES],
  HF086: [
    'production-refused',
    'This request is closed: nothing more is packed because of it. If the same person asks again, enter another request.',
  ],
};

export async function translated<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const known = Object.hasOwn(REFUSALS, code) ? REFUSALS[code] : undefined;
    if (known === undefined) throw error;
    throw new ArchiveError(known[0], known[1], { retry: 'never', cause: error });
  }
}
