/**
 * The three long trials of the audit: attempts of the database's owner, bits turned over in the store, and an archive at work. The tests
 * try each kind once; the gate tries a thousand of each.
 */
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { auditAgency, type AuditReport, type Finding } from '#audit/audit.ts';
import { appendEvent } from '#record/record.ts';
import { simpleReport } from './archive.ts';
import { AGENCY, type AuditedArchive } from './audited-archive.ts';
import type { Chance } from './chance.ts';
import { TAMPERINGS, type Database } from './tampering.ts';

/** What was tried, how often, and which steps found it. */
interface Tally {
  tried: number;
  found: number;
  readonly steps: Map<string, number>;
}

export class Tallies {
  readonly #kinds = new Map<string, Tally>();

  count(kind: string, { ok, findings }: AuditReport): void {
    const tally = this.#kinds.get(kind) ?? { tried: 0, found: 0, steps: new Map<string, number>() };
    tally.tried += 1;
    if (!ok) tally.found += 1;
    for (const step of new Set(findings.map((one) => one.step)))
      tally.steps.set(step, (tally.steps.get(step) ?? 0) + 1);
    this.#kinds.set(kind, tally);
  }

  get kinds(): readonly string[] {
    return [...this.#kinds.keys()].sort();
  }

  get tried(): number {
    return [...this.#kinds.values()].reduce((all, { tried }) => all + tried, 0);
  }

  get found(): number {
    return [...this.#kinds.values()].reduce((all, { found }) => all + found, 0);
  }

  /** Kinds of which one was not found. */
  get missed(): readonly string[] {
    return [...this.#kinds].filter(([, { tried, found }]) => found < tried).map(([kind]) => kind);
  }

  table(): string {
    return [...this.#kinds]
      .map(
        ([kind, { tried, found, steps }]) =>
          `${kind.padEnd(58)} ${String(found).padStart(4)} of ${String(tried).padEnd(4)} ${[...steps].map(([step, n]) => `${step} ${n}`).join(', ')}`,
      )
      .join('\n');
  }
}

/** Each kind in its turn, each undone. */
export async function tryTamperings(
  audited: AuditedArchive,
  attempts: number,
  chance: Chance,
  tried: readonly string[] = Object.keys(TAMPERINGS),
): Promise<Tallies> {
  const asked = { ask: await audited.context('ask'), none: await audited.context('none') };
  const kinds = Object.entries(TAMPERINGS).filter(([kind]) => tried.includes(kind));
  const tallies = new Tallies();
  for (let n = 0; n < attempts; n += 1) {
    const [kind, tamper] = kinds[n % kinds.length] as (typeof kinds)[number];
    const report = await audited.afterwards(
      async (tx) => {
        await tamper(tx as unknown as Database, chance);
      },
      { ...asked[kind.startsWith('object') ? 'ask' : 'none'], clockMs: 500 },
    );
    tallies.count(kind, report);
  }
  return tallies;
}

/** Each object in its turn, and each put back. Answers also the objects whose finding named another one. */
export async function turnBits(
  audited: AuditedArchive,
  flips: number,
  chance: Chance,
): Promise<{ readonly tallies: Tallies; readonly objects: number; readonly unnamed: readonly string[] }> {
  const root = join(audited.archive.dataDir, 'store', 'objects');
  const names = (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.name.endsWith('~state'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => path.includes(`/${AGENCY}/rec/`))
    .sort();
  const turns = flips < names.length ? ofEachKind(names, flips) : names;
  const context = await audited.context('full');
  const tallies = new Tallies();
  const unnamed: string[] = [];
  for (let n = 0; n < flips; n += 1) {
    const path = turns[n % turns.length] as string;
    const bytes = await readFile(path);
    const other = Buffer.from(bytes);
    const bit = chance.below(bytes.length * 8);
    other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    await chmod(path, 0o600);
    await writeFile(path, other);
    // Now and then with every record; it is the same function that looks.
    const recordId = path.split('/rec/')[1]?.split('/')[0] ?? '';
    const report = await audited.afterwards(
      async () => undefined,
      n % 25 === 0 ? context : { ...context, only: [recordId] },
    );
    await writeFile(path, bytes);
    await chmod(path, 0o444);
    tallies.count(kindOf(path), report);
    const key = path.slice(root.length + 1);
    if (!report.findings.some(({ where }) => where.file === key)) unnamed.push(key);
  }
  return { tallies, objects: names.length, unnamed };
}

/** At least so many of them, as many of one kind as of another. */
function ofEachKind(names: readonly string[], howMany: number): readonly string[] {
  const kinds = Object.values(Object.groupBy(names, kindOf)).map((of) => of ?? []);
  return kinds.flatMap((of) => spread(of, Math.ceil(howMany / kinds.length)));
}

/** So many of them, from the whole length. */
function spread(names: readonly string[], howMany: number): readonly string[] {
  return Array.from({ length: howMany }, (_, n) => names[Math.floor((n * names.length) / howMany)] as string);
}

function kindOf(path: string): string {
  if (path.endsWith('/salt')) return 'salt';
  if (path.endsWith('/manifest.json')) return 'manifest';
  return path.endsWith('.json') ? 'fact' : 'file';
}

interface Looked {
  /** What was found although nobody touched anything. */
  readonly alarms: readonly { readonly after: number; readonly findings: readonly Finding[] }[];
  /** Entries that no checkpoint covered yet, and records that were not sealed yet, over all looks. */
  readonly newer: number;
  readonly unsealed: number;
}

/** Something happens, and at once somebody looks. */
export async function lookAtWork(
  { archive, recordIds, context: contextOf }: AuditedArchive,
  looks: number,
  chance: Chance,
): Promise<Looked> {
  const { db } = archive.system;
  const alarms: Looked['alarms'][number][] = [];
  await archive.work();
  let newer = 0;
  let unsealed = 0;
  for (let n = 0; n < looks; n += 1) {
    const recordId = chance.pick(recordIds);
    if (n % (looks < 400 ? 10 : 40) === 0) await archive.report(simpleReport());
    else
      await db.inAgency(AGENCY, async (at) => {
        if (n % 3 === 0)
          await appendEvent(at, null, { type: 'office.changed', actor: 'cli', body: { office: recordId } });
        else
          await appendEvent(at, recordId, {
            type: 'view.opened',
            actor: 'worker:seal',
            body: { what: 'artifact', n },
          });
      });
    // Each time the whole log; every fifth time every record, otherwise the one that something happened to.
    const context = await contextOf(n % 50 === 0 ? 'full' : 'none', []);
    const { findings, log, records } = await auditAgency(
      db,
      n % 5 === 0 ? context : { ...context, only: [recordId] },
      AGENCY,
    );
    if (findings.length > 0) alarms.push({ after: n, findings });
    newer += log.newer;
    unsealed += records.unsealed;
  }
  return { alarms, newer, unsealed };
}
