/**
 * What decides how long a record is kept, and who approved that it goes: series, days and lists of disposal as their rows stand, against
 * what the history says was done to them. A row that somebody wrote by hand is in no entry, however well it fits the others. Pure.
 */
import type { Manifest } from '#seal/seal.ts';
import type { Findings } from './findings.ts';
import type { RecordEvent, RecordRows } from './record-queries.ts';
import type { Standing } from './standing-queries.ts';

/** Of an event that was put back after a restore only its entry is known, which does not say what was done. */
function areTold(events: readonly RecordEvent[]): boolean {
  return events.every(({ body }) => body['restored'] !== true);
}

/** A record has series and days from when it is complete until it is destroyed. */
function isKept({ record }: RecordRows): boolean {
  return record.state === 'complete' || record.state === 'disposing';
}

/**
 * `known`: since when the agency has each series. What a record was sealed under it stands under from the beginning, where the agency had
 * that series then; everything else was added, taken away or moved, and each time is in the history.
 */
export function compareSeries(
  rows: RecordRows,
  { series }: Standing,
  manifests: readonly Manifest[],
  known: ReadonlyMap<string, Date>,
  findings: Findings,
): void {
  const { record, events } = rows;
  const told = events.filter(({ type }) => type === 'record.reclassified');
  if (!isKept(rows) || !areTold(told)) return;
  const own = nameOf(record);
  const sealed = manifests.map(({ classification }) => nameOf(classification ?? {}));
  const may = new Set([own, ...sealed].filter((name) => name !== null));
  const must = new Set<string>();
  const completed = events.find(({ type }) => type === 'record.completed')?.at;
  const since = own === null ? undefined : known.get(own);
  if (own !== null && completed !== undefined && since !== undefined && since < completed) must.add(own);
  for (const { body } of told) {
    const [now, before] = [
      `${String(body['edition'])} ${String(body['schedule'])}`,
      `${String(body['from'])} ${String(body['schedule'])}`,
    ];
    for (const names of [may, must]) {
      if (body['did'] === 'removed') names.delete(now);
      else names.add(now);
      if (body['did'] === 'moved') names.delete(before);
    }
  }
  for (const one of series)
    if (!may.has(one))
      findings.add('series-other', { record: record.id, which: `${one}: not in the history` });
  for (const one of must)
    if (!series.includes(one))
      findings.add('series-other', { record: record.id, which: `${one}: taken away` });
}

function nameOf({
  edition,
  series,
}: {
  readonly edition?: unknown;
  readonly series?: unknown;
}): string | null {
  return typeof edition === 'string' && typeof series === 'string' ? `${edition} ${series}` : null;
}

/** Days that facts name follow from the facts; each other one was entered by somebody, and may have been withdrawn. */
export function compareDays(rows: RecordRows, { days, said }: Standing, findings: Findings): void {
  const { record, events } = rows;
  const told = events.filter(({ type }) => type === 'record.dated');
  if (!isKept(rows) || !areTold(told)) return;
  const differ = (which: string, one: readonly string[], other: readonly string[]): void => {
    if (one.toSorted().join('\n') !== other.toSorted().join('\n'))
      findings.add('day-other', { record: record.id, which });
  };
  const named = ({ event, day }: { readonly event: string; readonly day: string }): string =>
    `${event} ${day}`;
  const entered = days.filter(({ by }) => by !== 'fact');
  const ofEvents = (did: string): string[] =>
    told
      .filter(({ body }) => body['did'] === did)
      .map(({ body }) => `${String(body['event'])} ${String(body['day'])}`);
  differ(
    'named by facts',
    days.filter(({ by, isWithdrawn }) => by === 'fact' && !isWithdrawn).map(named),
    said,
  );
  differ('entered', entered.map(named), ofEvents('entered'));
  differ('withdrawn', entered.filter(({ isWithdrawn }) => isWithdrawn).map(named), ofEvents('withdrawn'));
}

/**
 * Holds that lie on a record, against who held and released it. Of what was put back after a restore the hold itself may be lost: another
 * one has its place, which is in the history too.
 */
export function compareHolds({ record, events }: RecordRows, { holds }: Standing, findings: Findings): void {
  if (record.state === 'disposed') return;
  const [may, must] = [new Set<string>(), new Set<string>()];
  for (const { type, body } of events) {
    const hold = holdIn(body);
    if (type === 'record.held') {
      may.add(hold);
      if (body['restored'] !== true) must.add(hold);
    }
    if (type === 'record.released') {
      must.delete(hold);
      // After the backup: the hold that came back with it lies on the record again.
      if (body['restored'] !== true) may.delete(hold);
    }
  }
  for (const one of holds)
    if (!may.has(one)) findings.add('hold-other', { record: record.id, which: `${one}: nobody held it` });
  for (const one of must)
    if (!holds.includes(one))
      findings.add('hold-other', { record: record.id, which: `${one}: nobody released it` });
}

/** As the trigger enters it, or as an entry of the log names it. */
function holdIn(body: Readonly<Record<string, unknown>>): string {
  const { hold, about } = body;
  if (typeof hold === 'string') return hold;
  const named: readonly unknown[] = Array.isArray(about) ? about : [];
  const [first = ''] = named.flatMap((one) =>
    typeof one === 'string' && one.startsWith('hold:') ? [one.slice('hold:'.length)] : [],
  );
  return first;
}
