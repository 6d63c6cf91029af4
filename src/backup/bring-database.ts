/**
 * Rows out of a backup into an empty database, in one transaction. Of a record that was destroyed since, no row passes: its lines are left
 * out before the database sees them, so that neither its tables nor its write-ahead log ever hold them. What stays of it is what stays
 * after a destruction: the row that says so, its history, and its leaves in the log without the salts that open their commitments.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openDump, openLoad } from '#db/copy.ts';
import { fieldsOf, NULL, textOf } from './copy-text.ts';
import type { Replay } from './destroyed.ts';
import { linesIn } from './folder.ts';
import { broken, type BackupManifest } from './format.ts';
import { noteLoad } from './queries.ts';
import { ORDER } from './take.ts';

type Table = BackupManifest['database']['tables'][number];
/** The line as it is to be loaded; null: not at all. */
type Pass = (fields: string[]) => string[] | null;

/** Of a destroyed record these rows stay; what its disposal wrote about it does, too. Any other table with a record in it loses its rows. */
const STAYS: readonly RegExp[] = [/^event$/, /^disposal/, /^hold_record$/];
const KEY = /^a\/([a-z0-9-]+)\/rec\/([0-9a-f-]{36})\//;

export interface Loaded {
  readonly rows: number;
  /** Rows of destroyed records that were left out or emptied. */
  readonly leftOut: number;
}

export interface Loading {
  readonly ownerUrl: string;
  readonly folder: string;
  readonly manifest: BackupManifest;
  readonly digest: string;
  readonly replay: Replay;
  readonly signal: AbortSignal;
}

export async function loadDatabase({
  ownerUrl,
  folder,
  manifest,
  digest,
  replay,
  signal,
}: Loading): Promise<Loaded> {
  // Written by the migrations that were just run; every other table is emptied, also those that a backup leaves out.
  const load = await openLoad(ownerUrl, ['migration']);
  const sent = new Map<string, string>();
  let [rows, leftOut] = [0, 0];
  try {
    const here = new Map(load.tables.map((table) => [table.name, table]));
    for (const table of manifest.database.tables) {
      signal.throwIfAborted();
      const into = here.get(table.name);
      if (into === undefined || into.columns.join() !== table.columns.join())
        throw broken(`the table ${table.name} has other columns than its migrations make`);
      const hash = createHash('sha256');
      const count = { out: 0 };
      await pipeline(
        createReadStream(join(folder, table.path), { highWaterMark: 2 ** 18 }),
        async function* pass(chunks: AsyncIterable<Buffer>) {
          const source = replay.count === 0 ? chunks : without(chunks, passOf(table, replay), count);
          for await (const chunk of source) {
            hash.update(chunk);
            yield chunk;
          }
        },
        load.copy(into),
      );
      sent.set(table.name, hash.digest('hex'));
      rows += table.rows;
      leftOut += count.out;
    }
    for (const sequence of manifest.database.sequences) await load.setSequence(sequence);
    await noteLoad(load, { backup: digest, done: false });
    await load.commit();
  } catch (error) {
    await load.abandon();
    throw error;
  }
  await compareLoaded(ownerUrl, sent);
  return { rows: rows - leftOut, leftOut };
}

/** Out again, byte for byte what went in: nothing on the way lost, changed or added a row. */
async function compareLoaded(ownerUrl: string, sent: ReadonlyMap<string, string>): Promise<void> {
  const dump = await openDump(ownerUrl);
  try {
    for (const table of dump.tables) {
      const expected = sent.get(table.name);
      if (expected === undefined) continue;
      const hash = createHash('sha256');
      for await (const chunk of dump.copy(table, ORDER[table.name] ?? null) as AsyncIterable<Buffer>)
        hash.update(chunk);
      if (hash.digest('hex') !== expected)
        throw broken(`the table ${table.name} reads otherwise than it was loaded`);
    }
  } finally {
    await dump.close();
  }
}

const GATHERED = 2 ** 18;

async function* without(
  chunks: AsyncIterable<Buffer>,
  pass: Pass,
  count: { out: number },
): AsyncGenerator<Buffer> {
  let [header, waiting] = [true, ''];
  for await (const line of linesIn(chunks)) {
    const fields = header ? null : pass(fieldsOf(line));
    if (!header && fields === null) count.out += 1;
    else {
      const passed = fields === null ? line : fields.join('\t');
      if (passed !== line) count.out += 1;
      waiting += `${passed}\n`;
    }
    header = false;
    if (waiting.length < GATHERED) continue;
    yield Buffer.from(waiting);
    waiting = '';
  }
  if (waiting !== '') yield Buffer.from(waiting);
}

/** What is written over the members of a record that say something of it; what is not named stays. */
const EMPTIED: Readonly<Record<string, string>> = {
  state: 'disposed',
  excerpt: NULL,
  author: NULL,
  address: NULL,
  capture_outcome: NULL,
  capture: NULL,
  removed_at: NULL,
  series_reason: NULL,
  grounds: '{}',
  search: '',
};

function passOf({ name, columns }: Table, replay: Replay): Pass {
  const at = (column: string): number => columns.indexOf(column);
  const value = (fields: readonly string[], column: string): string | null => textOf(fields[at(column)]);
  const set = (fields: readonly string[], values: Readonly<Record<string, string>>): string[] =>
    fields.map((field, i) => values[columns[i] ?? ''] ?? field);
  const isRecords = (fields: readonly string[]): boolean =>
    replay.has(value(fields, 'agency_id'), value(fields, name === 'record' ? 'id' : 'record_id'));
  if (name === 'record')
    return (fields) =>
      isRecords(fields)
        ? set(fields, {
            ...EMPTIED,
            subject: `unknown:${value(fields, 'id') ?? ''}`,
            // What is in the agency's register is not of the record alone.
            ...(value(fields, 'account_id') === null ? { account: 'destroyed' } : {}),
          })
        : fields;
  if (name === 'log_leaf') return (fields) => (isRecords(fields) ? set(fields, { salt: NULL }) : fields);
  if (STAYS.some((one) => one.test(name))) return (fields) => fields;
  if (at('record_id') !== -1) return (fields) => (isRecords(fields) ? null : fields);
  if (at('key') === -1) return (fields) => fields;
  return (fields) => {
    const [, agency, record] = KEY.exec(value(fields, 'key') ?? '') ?? [];
    if (!replay.has(agency ?? null, record ?? null)) return fields;
    // The leaf of its row still makes the root of the batch.
    return name === 'fixity_row' ? set(fields, { key: NULL, version_id: NULL, sha256: NULL }) : null;
  };
}
