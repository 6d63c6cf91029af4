/** What the database refuses of requests, calendars and letters (migrations 0044, 0046, 0047, 0049 and 0054), in our words. */
import { ArchiveError, type ErrorCode } from '#errors.ts';

const REFUSALS: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  HF060: [
    'sunshine-request-state',
    'The request cannot go to this state from the one that it is in. Read it again; GET /v1/requests/{id} says how it stands.',
  ],
  HF061: [
    'sunshine-request-state',
    'This request is closed, and stays so. If the same person asks again, enter another request.',
  ],
  HF062: [
    'sunshine-request-state',
    'When the custodian received it was said before, or lies before its first receipt by the body. It is said once, because the clock runs from it.',
  ],
  HF063: [
    'calendar-changed',
    'The calendar was changed meanwhile, so nothing was. Read it again, and send your change with the number that it has now.',
  ],
  HF064: [
    'sunshine-request-state',
    'The custodian of records has not received this request, so it cannot be answered yet. Say first when the custodian received it.',
  ],
  HF065: [
    'sunshine-request-state',
    'A request lapses only when it waits for a payment or an answer, a notice that it will lapse went to the requester, and the days after it are over (610.026 RSMo, read second-hand). Its clock says which day that is.',
  ],
  HF102: [
    'sunshine-request-state',
    'Nothing says where its requester is reached, so the notice reached nobody and this request does not lapse. Say where an answer reaches them and send the notice again, or note that it was given to them in person or by telephone.',
  ],
  HF066: [
    'sunshine-request-state',
    'The receipts of this request are not what this corrects, so nothing was changed. Read it again; a receipt is corrected with its reason, and both stay on file.',
  ],
  HF069: [
    'sunshine-request-state',
    'It is kept until a later day, as was said before, so nothing was changed. It can be kept for longer, and not for shorter.',
  ],
  HF070: [
    'sunshine-request-state',
    'Somebody else was at this request meanwhile, so nothing was changed. Read it again, and do what is left.',
  ],
  HF071: [
    'sunshine-request-state',
    'This request is closed: nothing more is looked for because of it. If the same person asks again, enter another request.',
  ],
  HF073: [
    'hold-released',
    'The hold of this search does not lie any more, so nothing was collected. Search again.',
  ],
  HF074: [
    'sunshine-request-state',
    'Until when it is kept is said when the request is closed, or after. Close it first: while it is open, everything of it is kept.',
  ],
  HF080: [
    'number-changed',
    'This was changed meanwhile, so nothing was. Read it again, and send your change with the number that it has now.',
  ],
  HF081: [
    'letter-refused',
    'A letter of this kind is no such correspondence. Send it as a letter, and not by hand.',
  ],
  HF082: [
    'letter-refused',
    'The law wants something said in a letter of this kind that is not in it: the cause, the place and the earliest time and date of a delay, the provision of a denial, or the certificate of a search.',
  ],
  HF083: ['letter-refused', 'The notice names an earlier day than the period allows.'],
  HF084: [
    'letter-refused',
    'A letter of this kind cannot go out while the request stands as it does. Read it again.',
  ],
  HF105: [
    'letter-refused',
    'A letter that says how a request ended goes when it has ended so, and says that there were no records with the certificate of the last search alone.',
  ],
  HF085: [
    'letter-refused',
    'A letter that hands out records leads to a production of this request that is released, by a link that has not ended. Release it first, or choose another one.',
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
