/** What the database refuses about disposal (migration 0035), as a code and a sentence with what to do. Pure. */
import { ArchiveError } from '#errors.ts';
import { reasonOf } from '#record/record.ts';

export interface Refusal {
  readonly code: string;
  readonly sentence: string;
  /** `wait`: it passes by itself. `item`: this one record stays. `list`: the whole list is worth nothing any more. */
  readonly of: 'wait' | 'item' | 'list';
}

const REFUSALS: Readonly<Record<string, Refusal>> = {
  HF030: {
    code: 'not-listed',
    sentence: 'No approved list has this record. Put it on a list, have that proposed and approved.',
    of: 'item',
  },
  HF031: {
    code: 'edition-unconfirmed',
    sentence:
      'The edition of the schedule is not confirmed by two people of the agency, so nothing is destroyed under it. Have it confirmed first.',
    of: 'list',
  },
  HF032: {
    code: 'not-two-people',
    sentence:
      'Two people decide: a retention officer proposes, and another one, an approver, approves. Both are still of the agency when it is done.',
    of: 'list',
  },
  HF033: {
    code: 'held',
    sentence: 'A hold lies on this record. It stays until the hold is released.',
    of: 'item',
  },
  HF034: {
    code: 'request-open',
    sentence:
      'A request for records matches this record. It stays until the request is closed, its time of appeal is over, and its hold is released.',
    of: 'item',
  },
  HF035: {
    code: 'lock-not-ended',
    sentence: 'The lock of one of its files in the store has not ended. It is tried again when it has.',
    of: 'wait',
  },
  HF036: {
    code: 'list-changed',
    sentence:
      'The list is not the one that was frozen: its digest is another one. Open it again; if it stays so, cancel it, make another one and tell the administrator.',
    of: 'list',
  },
  HF037: {
    code: 'unclassified',
    sentence:
      'This record is under no series of a schedule. What is not classified is never destroyed: classify it first.',
    of: 'item',
  },
  HF038: {
    code: 'cooling-off',
    sentence: 'The days of cooling off are not over. Nothing is destroyed before.',
    of: 'wait',
  },
  HF058: {
    code: 'cooling-off-short',
    sentence:
      'What was sealed in production is destroyed seven days after its approval at the earliest. Cancel this list, have HOLDFAST_COOLING_OFF set to seven days or more, and make another one.',
    of: 'list',
  },
  HF039: { code: 'not-due', sentence: 'This record is not due under its schedule.', of: 'item' },
  HF040: {
    code: 'not-ruled',
    sentence:
      'The rules of the agency were not all applied to this record yet. That happens by itself, within minutes.',
    of: 'item',
  },
  HF041: {
    code: 'not-to-destroy',
    sentence: 'The series does not say that its records are destroyed.',
    of: 'item',
  },
  HF042: {
    code: 'step-open',
    sentence:
      'Something is still to be done to this record, or waits for a person. See what its page says, and let that be ended first.',
    of: 'item',
  },
  HF043: {
    code: 'reclassified',
    sentence: 'This record is under another series than when the list was approved. Put it on a new list.',
    of: 'item',
  },
  HF044: {
    code: 'list-frozen',
    sentence:
      'A list that was proposed does not change, and a record is on one such list at a time. To change it, cancel it and make another one.',
    of: 'list',
  },
  HF045: {
    code: 'wrong-step',
    sentence: 'The list is not at this step: somebody has taken it further, or ended it. Open it again.',
    of: 'list',
  },
  HF046: {
    code: 'not-gone',
    sentence: 'Something of it is still there, so it is not called destroyed.',
    of: 'wait',
  },
  HF047: {
    code: 'state-not-free',
    sentence: 'A record goes this way by a disposal alone, and never back.',
    of: 'item',
  },
  HF048: {
    code: 'record-ends',
    sentence: 'This record is being destroyed under its schedule, or was: nothing can be added to it.',
    of: 'item',
  },
  HF050: {
    code: 'changed-since',
    sentence:
      'The files or the days of this record are not those of the list that was approved: something came to it since. Put it on a new list, so that somebody looks at it as it is now.',
    of: 'item',
  },
  HF051: {
    code: 'on-another-list',
    sentence:
      'A record of this list is on another list as well, which is proposed or approved already. Cancel this list, and make another one.',
    of: 'list',
  },
  HF052: {
    code: 'marked-elsewhere',
    sentence: 'This record is destroyed under another list, whose certificate has it.',
    of: 'item',
  },
  HF053: {
    code: 'list-too-long',
    sentence:
      'A list has at most 2,000 records, so that its certificate stays small. Cancel it, and make several lists: by series, or with a day until which records are due.',
    of: 'list',
  },
  HF049: {
    code: 'role-missing',
    sentence:
      'A list is proposed by a retention officer and approved by an approver, people of the agency who signed in.',
    of: 'list',
  },
};

/** Why a record stays because of what lies in the stores. */
export const KEPT: Readonly<Record<string, string>> = {
  'version-unknown':
    'In the store lies a version of one of its files that no row names. Somebody has to find out whose it is: until then the record stays.',
  'version-missing':
    'In the store a version is missing that a row names. Somebody has to find out what became of it: until then the record stays.',
  'store-hold': 'The store holds one of its files, and no hold of the agency says why. The record stays.',
  'store-object-locked':
    'The lock of one of its files ends too long after the list began to be destroyed. The record stays, and is for a later list.',
};

/** Why a file of a record that is being destroyed is still there, and who does what about it. It is tried again with each pass. */
const NOT_DESTROYED: Readonly<Record<string, string>> = {
  'purger-missing':
    'The process that destroys was given no key of its own for this store. The administrator gives it one; until then nothing is destroyed.',
  'version-unknown':
    'In the store lies a version that no row names, put there after the destruction had begun. The administrator finds out whose it is and takes it away; until then the list is not completed.',
  'store-hold':
    'The store holds this file, though no hold of the agency lies on it. The administrator finds out who placed that hold in the store, and has it released there.',
  'store-object-locked': 'The lock of this file in the store has not ended. It is tried again when it has.',
  'manifest-kept': 'The manifest, which says what there was, stays while another file of the record does.',
};

/** By code, in a sentence: why a record of a list was kept. */
export const WHYS: ReadonlyMap<string, string> = new Map([
  ...Object.values(REFUSALS).map(({ code, sentence }) => [code, sentence] as const),
  ...Object.entries(KEPT),
]);
export const FAILED_WHYS: ReadonlyMap<string, string> = new Map(Object.entries(NOT_DESTROYED));

export function whyKept(code: string): string {
  return WHYS.get(code) ?? reasonOf(code);
}

/** Also of what a store answered. */
export function whyNotDestroyed(code: string): string {
  return FAILED_WHYS.get(code) ?? reasonOf(code);
}

/** Null: it is none of ours. */
export function refusalOf(error: unknown): Refusal | null {
  const state = error instanceof Error && 'code' in error ? String(error.code) : '';
  return REFUSALS[state] ?? null;
}

export function refusalBy(sqlstate: string): Refusal {
  return REFUSALS[sqlstate] ?? { code: 'refused', sentence: 'The database refused it.', of: 'item' };
}

export function refused(
  { code, sentence }: Pick<Refusal, 'code' | 'sentence'>,
  cause?: unknown,
): ArchiveError {
  return new ArchiveError('disposal-refused', sentence, { retry: 'never', cause, details: { reason: code } });
}

/** What the database refused becomes an error that says why; everything else rises as it is. */
export async function inItsWords<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const refusal = refusalOf(error);
    throw refusal === null ? error : refused(refusal, error);
  }
}
