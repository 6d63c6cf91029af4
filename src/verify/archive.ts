/**
 * Checks the log of a running archive by what it shows to anybody: its newest checkpoint, its keys and, where the agency lets them out, its
 * tiles. Only the address that was given is asked, and nothing is sent to it but the paths of files.
 */
import { ArchiveError } from '#errors.ts';
import { openCheckpoint, type LogKey, type OpenedCheckpoint } from '#log/checkpoint.ts';
import { consistencyPath, provesConsistency } from '#log/merkle.ts';
import { verifierKey } from '#log/note.ts';
import { asOf, nodesFromTiles } from '#log/tiles.ts';
import { openFindingsOf, type Failure, type StepReport } from './report.ts';

const STEPS = [
  ['checkpoint', 'The newest checkpoint is signed by a key of the log'],
  ['continues', 'The log continues what you knew of it'],
] as const;
type ArchiveStep = (typeof STEPS)[number][0];

export interface ArchiveVerdict {
  readonly verified: boolean;
  readonly kind: 'archive';
  readonly checkpoint: { readonly origin: string; readonly size: number; readonly root: string } | null;
  /** Byte for byte; whoever keeps it can ask later whether the log continues it. */
  readonly note: string | null;
  readonly key: { readonly from: 'caller' | 'archive'; readonly vkeys: readonly string[] };
  readonly steps: readonly StepReport<ArchiveStep>[];
  readonly failures: readonly Failure<ArchiveStep>[];
  readonly failed: number;
}

export interface ArchiveQuestion {
  /** Of the archive, as `https://archive.example`. */
  readonly address: string;
  readonly agency: string;
  readonly vkey: string | null;
  /** Checkpoints of this log from elsewhere, as signed notes. */
  readonly since: readonly Buffer[];
}

const WAIT_MS = 20_000;
const MAX_ANSWER = 1_048_576;

/** Rejects with `server-unreachable` when nobody answers there as an archive does. */
export async function verifyArchive({
  address,
  agency,
  vkey,
  since,
}: ArchiveQuestion): Promise<ArchiveVerdict> {
  const given = vkey === null ? null : verifierKey(vkey);
  const below = `${address.replace(/\/+$/, '')}/v1/log/${encodeURIComponent(agency)}`;
  const findings = openFindingsOf(STEPS);
  const note = await fetched(`${below}/checkpoint`);
  const said = keysIn(await fetched(`${below}/keys`));
  if (note === null || said === null)
    throw unreachable(
      `${below} has no checkpoint and keys of a log: is the agency “${agency}” one of this archive, and has its log begun?`,
    );
  const origin = given?.name ?? said.origin;
  const keys: readonly LogKey[] =
    given === null
      ? said.keys.map(({ vkey: one, ...sizes }) => ({ key: verifierKey(one), ...sizes }))
      : [{ key: given }];
  const step = findings.step('checkpoint', 'checkpoints');
  const newest = step.tried('checkpoint', () => openCheckpoint(note, { origin, keys }));
  if (newest !== undefined) {
    step.look();
    const continues = findings.step('continues', 'checkpoints');
    if (since.length === 0) continues.note('Nothing older was given (--since).');
    // Those whose keys were retired are continued by what a key of yours signed.
    const earlier = {
      origin,
      keys: [...keys, ...(given === null ? [] : said.keys.flatMap((one) => olderKey(one, given.id)))],
    };
    let unseen = 0;
    for (const one of since) {
      const older = continues.tried('--since', () => openCheckpoint(one, earlier));
      if (older === undefined) continue;
      const why = await whyNot(older, newest, below);
      if (why === 'no-tiles') unseen += 1;
      else if (why === null) continues.look();
      else continues.fail('--since', why);
    }
    if (unseen > 0)
      findings.missing(
        'continues',
        `The agency lets out no tiles, and without them nobody outside can check that size ${newest.size} continues ${unseen} checkpoint(s) that you gave. Ask for a package: its proofs/consistency shows it.`,
      );
  }
  const steps = findings.report();
  return {
    verified:
      newest !== undefined && findings.failed() === 0 && !steps.some(({ result }) => result === 'missing'),
    kind: 'archive',
    checkpoint:
      newest === undefined
        ? null
        : { origin: newest.origin, size: newest.size, root: newest.root.toString('hex') },
    note: newest === undefined ? null : note.toString(),
    key: {
      from: given === null ? 'archive' : 'caller',
      vkeys: vkey === null ? said.keys.map((one) => one.vkey) : [vkey],
    },
    steps,
    failures: findings.failures(),
    failed: findings.failed(),
  };
}

/** Null: it does. */
async function whyNot(
  older: OpenedCheckpoint,
  newest: OpenedCheckpoint,
  below: string,
): Promise<string | null> {
  if (older.size > newest.size)
    return `It has size ${older.size}, and the archive shows size ${newest.size}: the log was set back, or this answer is an old one.`;
  if (older.size === newest.size || older.size === 0)
    return older.size === 0 || older.root.equals(newest.root)
      ? null
      : `There are two roots for size ${older.size}: the log was forked.`;
  try {
    const tiles = asOf(newest.size, async (path) => await fetched(`${below}/${path}`));
    const path = await consistencyPath(older.size, newest.size, nodesFromTiles(newest.size, tiles));
    return provesConsistency(older, newest, path)
      ? null
      : `The tiles do not lead from size ${older.size} to size ${newest.size}: something before was changed, or the tiles are not those of the checkpoint.`;
  } catch (error) {
    if (!(error instanceof ArchiveError) || error.code !== 'log-tile-wrong') throw error;
    return error.message.endsWith(' is not there.') ? 'no-tiles' : error.message;
  }
}

/** Null: there is no such file. */
async function fetched(url: string): Promise<Buffer | null> {
  let answer: Response;
  const parts: Uint8Array[] = [];
  try {
    answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(WAIT_MS) });
    let bytes = 0;
    for await (const part of answer.body ?? []) {
      bytes += part.length;
      if (bytes > MAX_ANSWER) throw unreachable(`${url} answers with more than ${MAX_ANSWER} bytes`);
      parts.push(part);
    }
  } catch (error) {
    if (error instanceof ArchiveError) throw error;
    throw unreachable(`${url} does not answer`, error);
  }
  if (answer.status === 404) return null;
  if (answer.status !== 200) throw unreachable(`${url} answers with HTTP ${answer.status}`);
  return Buffer.concat(parts);
}

interface SaidKey {
  readonly vkey: string;
  readonly firstSize: number;
  readonly lastSize?: number;
}

function keysIn(bytes: Buffer | null): { readonly origin: string; readonly keys: readonly SaidKey[] } | null {
  if (bytes === null) return null;
  let said: unknown;
  try {
    said = JSON.parse(bytes.toString());
  } catch {
    return null;
  }
  const { origin, keys } = (said ?? {}) as { origin?: unknown; keys?: unknown };
  if (typeof origin !== 'string' || !Array.isArray(keys)) return null;
  const read = (keys as readonly Record<string, unknown>[]).flatMap(({ vkey, firstSize, lastSize }) =>
    typeof vkey === 'string' && typeof firstSize === 'number'
      ? [{ vkey, firstSize, ...(typeof lastSize === 'number' ? { lastSize } : {}) }]
      : [],
  );
  return { origin, keys: read };
}

function olderKey({ vkey, ...sizes }: SaidKey, notThis: string): LogKey[] {
  const key = verifierKey(vkey);
  return key.id === notThis ? [] : [{ key, ...sizes }];
}

function unreachable(what: string, cause?: unknown): ArchiveError {
  return new ArchiveError('server-unreachable', `This archive cannot be asked: ${what}.`, {
    retry: 'later',
    cause,
  });
}
