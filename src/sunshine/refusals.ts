/** What the database refuses of requests and calendars (migrations 0044 and 0047), in our words. */
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
