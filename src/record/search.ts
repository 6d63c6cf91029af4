/** Search and lists: ids from the index under its own role, then the rows under the walls. Newest first, paged by cursor. */
import { sql } from 'kysely';
import { ArchiveError } from '#errors.ts';
import type { AgencyTx } from '#db/db.ts';
import { recordIdOf } from './ids.ts';
import { listed, LISTED } from './queries.ts';
import type { ListedRecord } from './views.ts';

export interface SearchInput {
  readonly q: string | null;
  /** platform, account, ground, verb, state, outcome, removal, series, parked, from, to. */
  readonly filters: Readonly<Record<string, string | undefined>>;
  readonly cursor: string | null;
  /** 1 to 200. */
  readonly limit: number;
}

export interface FoundRecord extends ListedRecord {
  readonly series: string | null;
  readonly parked: boolean;
  /**
   * Where the words stand that were looked for. `pictures`: without what a program read in its pictures, which has errors, this record would
   * not have been found. Null: no words were looked for.
   */
  readonly matchedIn: 'words' | 'pictures' | null;
}

export interface Found {
  readonly records: readonly FoundRecord[];
  /** Hand it in again for the next page; null: that was the last. */
  readonly nextCursor: string | null;
}

export async function searchRecords({ agencyId, tx }: AgencyTx, input: SearchInput): Promise<Found> {
  const after = input.cursor === null ? null : readCursor(input.cursor);
  const { rows: ids } = await sql<{ id: string; received_at: Date }>`
    select id, received_at from search_records(${input.q}, ${JSON.stringify(input.filters)}::jsonb, ${after?.at ?? null}::timestamptz,
                                               ${after?.id ?? null}::uuid, ${input.limit + 1})`.execute(tx);
  const page = ids.slice(0, input.limit);
  const rows =
    page.length === 0
      ? []
      : await tx
          .selectFrom('record')
          .select(LISTED)
          .select((eb) => [
            // What counts now; of a record that is not complete, what it was reported under.
            sql<
              string | null
            >`case when state in ('reported', 'sealed') then series else (select t.series from retention t where t.record_id = record.id) end`.as(
              'series',
            ),
            eb
              .exists(
                eb
                  .selectFrom('step')
                  .select('name')
                  .whereRef('step.record_id', '=', 'record.id')
                  .where('parked_at', 'is not', null),
              )
              .as('parked'),
            sql<boolean | null>`is_found_by_pictures(search, search_query(${agencyId}, ${input.q}))`.as(
              'by_pictures',
            ),
          ])
          .where('agency_id', '=', agencyId)
          .where(
            'id',
            'in',
            page.map((row) => row.id),
          )
          .orderBy('received_at', 'desc')
          .orderBy('id', 'desc')
          .execute();
  const last = page.at(-1);
  return {
    records: rows.map((row) => ({
      ...listed(row),
      series: row.series,
      parked: Boolean(row.parked),
      matchedIn: input.q === null ? null : row.by_pictures === true ? 'pictures' : 'words',
    })),
    nextCursor:
      ids.length > input.limit && last !== undefined ? writeCursor(last.received_at, last.id) : null,
  };
}

/** A place in the order, not a promise about rows: opaque to callers. */
function writeCursor(at: Date, id: string): string {
  return Buffer.from(`${at.toISOString()} ${id}`).toString('base64url');
}

function readCursor(text: string): { readonly at: string; readonly id: string } {
  const [at, id] = Buffer.from(text, 'base64url').toString('utf8').split(' ');
  if (at === undefined || id === undefined || !isInstant(at) || recordIdOf(id) === null)
    throw new ArchiveError(
      'cursor-invalid',
      'This cursor is not one of ours. Leave it out to begin at the newest record.',
      { retry: 'never' },
    );
  return { at, id };
}

/** As `writeCursor` writes it. What Date would also read as a time, Postgres may not. */
function isInstant(text: string): boolean {
  return /^[1-9]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) && !Number.isNaN(Date.parse(text));
}
