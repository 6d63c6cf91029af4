/**
 * What the store says of a record, held against the rows that an index has of it already: what is missing there, and what differs. Pure.
 *
 * Rows that differ are never written over: the record is refused and the columns are named. An index that is behind, because it
 * comes from a backup, is led on: missing rows are added, a seal that was open is closed. One that is ahead, because something was
 * reported since, keeps what it has.
 */
import canonicalize from 'canonicalize';
import type { Selectable } from 'kysely';
import type { Tables } from '#db/db.ts';
import type { RecordRows } from './rows.ts';

export interface Indexed {
  readonly record: Selectable<Tables['record']>;
  readonly facts: readonly Selectable<Tables['fact']>[];
  readonly artifacts: readonly Selectable<Tables['artifact']>[];
  readonly seals: readonly Selectable<Tables['seal']>[];
  readonly objects: readonly Selectable<Tables['object']>[];
  readonly looks: readonly Selectable<Tables['second_look']>[];
}

export interface Plan {
  /** `table key: column`, never a value. */
  readonly differences: readonly string[];
  /** Nothing is missing: nothing is written. */
  readonly same: boolean;
  readonly missing: Pick<RecordRows, 'facts' | 'artifacts' | 'seals' | 'objects' | 'looks'>;
  /** There, and not yet in the seal, closed or confirmed. */
  readonly behind: Pick<RecordRows, 'facts' | 'artifacts' | 'seals' | 'objects'>;
  readonly newCapture: boolean;
}

/** What the first fact says, and no later one changes. */
const OF_THE_FIRST = ['subject', 'received_at', 'platform', 'account', 'kind', 'excerpt', 'author'] as const;
/** What all facts together say. The series may be another by now, which is for the index to say. */
const OF_ALL = ['verb', 'grounds', 'address', 'removal', 'removed_at', 'account_id'] as const;

const COMPARED = {
  fact: [
    'source',
    'id',
    'type',
    'recorded_at',
    'actor',
    'body',
    'delivery',
    'confirms',
    'words',
    'words_sha256',
    'named',
    'done',
    'noted',
  ],
  artifact: [
    'artifact_id',
    'origin',
    'role',
    'media_type',
    'claimed_type',
    'original_name',
    'size_bytes',
    'sha256',
    'received_at',
    'fact_n',
  ],
  seal: ['opened_at'],
  object: ['seal_no', 'role', 'sha256', 'size_bytes', 'media_type'],
  second_look: ['looked_at', 'answer', 'because', 'outcome', 'finding'],
} as const;

export function planFor(rows: RecordRows, indexed: Indexed): Plan {
  const differences: string[] = [];
  const differ = (what: string, one: object, other: object, columns: readonly string[]): void => {
    for (const column of columns)
      if (!same(valueOf(one, column), valueOf(other, column))) differences.push(`${what}: ${column}`);
  };
  /** Splits into what is missing, and pairs of what is there. */
  const meet = <T extends object, U extends object>(
    wanted: readonly T[],
    there: readonly U[],
    keyOf: (row: T | U) => string | number,
  ) => {
    const known = new Map(there.map((row) => [keyOf(row), row]));
    const pairs: (readonly [T, U])[] = [];
    const missing: T[] = [];
    for (const row of wanted) {
      const found = known.get(keyOf(row));
      if (found === undefined) missing.push(row);
      else pairs.push([row, found]);
    }
    return { missing, pairs, beyond: there.length - pairs.length };
  };

  const facts = meet(rows.facts, indexed.facts, ({ n }) => n);
  for (const [row, found] of facts.pairs) {
    differ(`fact ${row.n}`, row, found, COMPARED.fact);
    if (found.seal_no !== null && found.seal_no !== row.seal_no) differences.push(`fact ${row.n}: seal_no`);
  }
  const artifacts = meet(rows.artifacts, indexed.artifacts, ({ n }) => n);
  for (const [row, found] of artifacts.pairs) {
    differ(`artifact ${row.n}`, row, found, COMPARED.artifact);
    if (found.seal_no !== null && found.seal_no !== row.seal_no)
      differences.push(`artifact ${row.n}: seal_no`);
  }
  const seals = meet(rows.seals, indexed.seals, ({ no }) => no);
  for (const [row, found] of seals.pairs)
    differ(
      `seal ${row.no}`,
      row,
      found,
      found.sealed_at === null ? COMPARED.seal : [...COMPARED.seal, 'store_kind', 'immutability', 'mode'],
    );
  const objects = meet(rows.objects, indexed.objects, ({ key }) => key);
  for (const [row, found] of objects.pairs) {
    differ(`object ${row.key}`, row, found, COMPARED.object);
    if (found.confirmed_at !== null && found.version_id !== row.version_id)
      differences.push(`object ${row.key}: version_id`);
  }
  const sealed = new Set(rows.seals.map(({ no }) => no));
  const named = new Set(rows.objects.map(({ key }) => key));
  for (const { key, seal_no } of indexed.objects)
    if (sealed.has(seal_no) && !named.has(key)) differences.push(`object ${key}: not in the manifest`);
  const looks = meet(rows.looks, indexed.looks, ({ fact_n }) => fact_n);
  for (const [row, found] of looks.pairs)
    differ(`second look ${row.fact_n}`, row, found, COMPARED.second_look);

  differ('record', rows.record, indexed.record, OF_THE_FIRST);
  if (facts.missing.length > 0 && facts.beyond > 0)
    differences.push('fact: the index has some that the store does not have, and lacks others');
  if (facts.missing.length === 0 && facts.beyond === 0) differ('record', rows.record, indexed.record, OF_ALL);
  const newCapture = artifacts.missing.some(({ origin }) => origin === 'capture' || origin === 'rendering');
  if (artifacts.missing.length === 0 && artifacts.beyond === 0)
    differ('record', rows.record, indexed.record, ['capture_outcome', 'capture']);

  const missing = {
    facts: facts.missing,
    artifacts: artifacts.missing,
    seals: seals.missing,
    objects: objects.missing,
    looks: looks.missing,
  };
  const behind = {
    facts: facts.pairs.flatMap(([row, found]) => (found.seal_no === null ? [row] : [])),
    // Also those of a seal that was open: their bytes are in staging no more.
    artifacts: artifacts.pairs.flatMap(([row, found]) =>
      found.seal_no === null || found.staged !== null || found.inline !== null ? [row] : [],
    ),
    seals: seals.pairs.flatMap(([row, found]) => (found.sealed_at === null ? [row] : [])),
    // Between the confirmation of an object and the end of its seal its bytes are still in the row.
    objects: objects.pairs.flatMap(([row, found]) =>
      found.confirmed_at === null || (found.body !== null && row.body === null) ? [row] : [],
    ),
  };
  const empty = (lists: object): boolean =>
    Object.values(lists).every((list: unknown[]) => list.length === 0);
  return { differences, same: empty(missing) && empty(behind), missing, behind, newCapture };
}

function valueOf(row: object, column: string): unknown {
  return (row as Record<string, unknown>)[column];
}

function same(one: unknown, other: unknown): boolean {
  if (one instanceof Date && other instanceof Date) return one.getTime() === other.getTime();
  return canonicalize(one ?? null) === canonicalize(other ?? null);
}
