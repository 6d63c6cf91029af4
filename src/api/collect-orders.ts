/** What a call says of a search for a request, of records that are named, and of until when they are kept. Nothing is trimmed, and nothing is guessed. */
import type { FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { isCivilDay } from '#civil.ts';
import { ArchiveError } from '#errors.ts';
import { HOLD_RECORDS_MAX } from '#retention/retention.ts';
import type { CollectedSearch } from '#sunshine/sunshine.ts';
import { orderOf } from './orders.ts';
import { ListQuery } from './schemas.ts';

const closed = { additionalProperties: false } as const;
const { q, cursor: _cursor, limit: _limit, parked: _parked, ...FILTERS } = ListQuery.properties;

export const SearchBody = Type.Object(
  {
    q: Type.Optional(Type.Union([q, Type.Null()])),
    filters: Type.Optional(
      Type.Object(FILTERS, { ...closed, description: 'As GET /v1/records takes them, but for "parked"' }),
    ),
  },
  closed,
);
export const NamedBody = Type.Object(
  {
    records: Type.Array(Type.String({ format: 'uuid' }), {
      minItems: 1,
      maxItems: HOLD_RECORDS_MAX,
      description: 'Ids of records, to be held and reviewed one by one',
    }),
  },
  closed,
);
export const KeptBody = Type.Object(
  {
    until: Type.String({
      description: 'A day from today on, YYYY-MM-DD: the last one on which its records are kept',
    }),
    reason: Type.String({ minLength: 1, maxLength: 5000 }),
  },
  closed,
);

const invalid = (sentence: string): ArchiveError =>
  new ArchiveError('sunshine-request-invalid', sentence, { retry: 'never' });

export function searchOf(request: FastifyRequest): CollectedSearch {
  const said = orderOf(
    request,
    SearchBody,
    'sunshine-request-invalid',
    `Expected {"q": "words", "filters": {…}} as application/json, with filters out of ${Object.keys(FILTERS).join(', ')} as GET /v1/records takes them. What a person must look at ("parked") is no filter here: the hold stands on the search.`,
  );
  const words = said.q ?? null;
  const filters: Record<string, string> = {};
  for (const [name, value] of Object.entries<string>(said.filters ?? {})) {
    const at = name === 'from' || name === 'to' ? new Date(value) : null;
    if (at !== null && Number.isNaN(at.getTime()))
      throw invalid(`/filters/${name}: expected a time such as 2026-11-21T14:03:00Z.`);
    filters[name] = at === null ? value : at.toISOString();
  }
  return searchable({ q: words, filters });
}

/** Everything that there is would be held by an empty search: somebody forgot a field. */
export function searchable(search: CollectedSearch): CollectedSearch {
  if ((search.q === null || search.q.trim() === '') && Object.keys(search.filters).length === 0)
    throw invalid(
      'Expected words to look for, or at least one filter: an empty search would hold every record of the agency.',
    );
  return search.q !== null && search.q.trim() === '' ? { ...search, q: null } : search;
}

export function namedOf(request: FastifyRequest): readonly string[] {
  const { records } = orderOf(
    request,
    NamedBody,
    'sunshine-request-invalid',
    `Expected {"records": ["id of a record", …]} as application/json, 1 to ${HOLD_RECORDS_MAX}; for more, a search.`,
  );
  return records.map((id) => id.toLowerCase());
}

export function keptOf(request: FastifyRequest, today: string): Static<typeof KeptBody> {
  const said = orderOf(
    request,
    KeptBody,
    'sunshine-request-invalid',
    'Expected {"until": "YYYY-MM-DD", "reason": "why"} as application/json.',
  );
  return keptChecked(said, today);
}

export function keptChecked(
  said: { readonly until: string; readonly reason: string },
  today: string,
): { until: string; reason: string } {
  if (!isCivilDay(said.until) || said.until < today)
    throw invalid('/until: expected a day from today on that the calendar has, as YYYY-MM-DD.');
  if (
    said.reason.trim() === '' ||
    said.reason.length > 5000 ||
    said.reason.includes('\0') ||
    !said.reason.isWellFormed()
  )
    throw invalid('/reason: expected a text of 1 to 5000 characters that is not blank.');
  return { until: said.until, reason: said.reason };
}
