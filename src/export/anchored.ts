/**
 * Who outside vouches for a package: time stamps and cosignatures over its own checkpoint. What `policy.txt` asks for is decided before the
 * payload is written, which binds it. So witnesses are asked once before: where they cannot be had, the package goes out all the same, and
 * its policy says that none is asked for.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { anchorNow, anchorsAt, anchorsOver, type Anchor } from '#anchor/anchor.ts';
import type { AgencyTx } from '#db/db.ts';
import type { LogReader } from '#log/log.ts';
import { quorumOf, type Quorum, type WitnessPolicy } from '../witness-policy.ts';
import type { ExportContext } from './export.ts';
import { witnessesBehind } from './late.ts';
import * as queries from './queries.ts';

type Checkpoint = Awaited<ReturnType<LogReader['checkpointOf']>>;

const AGAIN_MS = 500;

/** Null: none is asked for, or it cannot be had now. */
export async function quorumToBeHad(context: ExportContext, agencyId: string): Promise<Quorum | null> {
  const { witnesses } = context.anchors;
  if (witnesses === null || witnesses.quorum === null) return null;
  const { size, failed } = await anchorNow(asking(context), agencyId);
  const answers = (name: string): number | undefined =>
    witnesses.witnesses.some((one) => one.name === name && one.url !== null) &&
    !failed.some(({ kind, authority }) => kind === 'witness' && authority === name)
      ? 1
      : undefined;
  return size === null || quorumOf(witnesses.quorum, answers, 'largest') === undefined
    ? null
    : witnesses.quorum;
}

/** The checkpoint to which the package leads: as published, and cosigned by the quorum where one is asked for. */
export async function anchoredCheckpoint(
  context: ExportContext,
  agencyId: string,
  quorum: Quorum | null,
  end: number,
): Promise<Checkpoint> {
  const { db, logReader, now } = context;
  for (;;) {
    const { size } = await anchorNow(asking(context), agencyId, 'every');
    if (size === null) return await db.inAgency(agencyId, logReader.checkpointOf);
    const { checkpoint, by } = await db.inAgency(agencyId, async (at) => ({
      checkpoint: await queries.checkpointAt(at, size),
      by: quorum === null ? [] : await cosignaturesOf(context, at, size),
    }));
    const has = (name: string): number | undefined =>
      by.some(({ authority }) => authority === name) ? 1 : undefined;
    if (quorum === null || quorumOf(quorum, has, 'largest') !== undefined) return checkpoint;
    if (now().getTime() > end) throw witnessesBehind();
    await sleep(AGAIN_MS);
  }
}

/** Of witnesses that the settings name, over this very size; what does not hold is not handed out. */
export async function cosignaturesOf(
  { anchors, log, logReader }: Pick<ExportContext, 'anchors' | 'log' | 'logReader'>,
  at: AgencyTx,
  size: number,
): Promise<readonly Anchor[]> {
  const found = await anchorsAt(at, size, { ...anchors, log, keysOf: logReader.keysOf });
  return found
    .filter(({ kind }) => kind === 'witness')
    .toSorted((a, b) => (a.authority < b.authority ? -1 : 1));
}

/** Of each authority that the settings name the first stamp over each of these entries (in the order of the log), and over `size`. */
export async function stampsOver(
  { anchors, log, logReader }: Pick<ExportContext, 'anchors' | 'log' | 'logReader'>,
  at: AgencyTx,
  entries: readonly number[],
  size: number,
): Promise<readonly Anchor[]> {
  const outside = { authorities: anchors.authorities, witnesses: null, log, keysOf: logReader.keysOf };
  const stamps = new Map<string, Anchor>();
  /** Over an entry, and over each after it that is below all of their sizes. */
  let first: readonly Anchor[] = [];
  let reach = 0;
  for (const index of entries) {
    if (index >= reach) {
      first = await anchorsOver(at, index, outside);
      reach = first.length === 0 ? Infinity : Math.min(...first.map((one) => one.size));
    }
    for (const one of first) stamps.set(`${one.size} ${one.authority}`, one);
  }
  for (const one of await anchorsAt(at, size, outside)) stamps.set(`${one.size} ${one.authority}`, one);
  return [...stamps.values()]
    .filter((one) => one.size <= size)
    .toSorted((a, b) => a.size - b.size || (a.authority < b.authority ? -1 : 1));
}

/** For whoever checks: without the addresses, which may have passwords in them, and with our own keys as those of the log. */
export function policyText(
  keys: readonly { readonly vkey: string }[],
  policy: WitnessPolicy | null,
  quorum: Quorum | null,
): string {
  const lines = (policy?.text ?? '').split('\n').flatMap((line) => {
    const words = line.split(/[ \t]+/).filter((word) => word !== '');
    const [word = ''] = words;
    if (word === 'witness') return [words.slice(0, 3).join(' ')];
    return word === 'group' || (word === 'quorum' && quorum !== null) ? [words.join(' ')] : [];
  });
  return [
    ...keys.map(({ vkey }) => `log ${vkey}`),
    ...lines,
    ...(quorum === null ? ['quorum none'] : []),
    '',
  ].join('\n');
}

function asking({ db, log, anchors, logReader, now }: ExportContext) {
  return { db, log, anchors, reader: logReader, now };
}
