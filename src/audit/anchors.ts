/**
 * What somebody outside signed over the log: the rows, against what was signed and against the copies among the files of the log, and
 * both against the history. Of authorities and witnesses that the settings do not name nobody here can say what they are worth: their rows are
 * held against the history alone.
 */
import { createHash } from 'node:crypto';
import { anchorRows, knownBy, namedIn, signedOver, type Outsiders } from '#anchor/anchor.ts';
import type { AgencyTx } from '#db/db.ts';
import { ANCHOR_FOLDER, anchoredCheckpointPath, anchorFileOf, anchorPath, authorityId } from '#log/log.ts';
import type { LogFiles } from '#store/store.ts';
import type { Findings } from './findings.ts';
import type { Believed } from './keys.ts';
import { obtainedAnchors } from './log-queries.ts';

export interface AnchorPass {
  readonly files: Pick<LogFiles, 'read' | 'list'>;
  readonly outside: Outsiders;
  readonly believed: Believed;
  /** When the snapshot was taken. A row that is younger than `clockMs` may have no copy yet. */
  readonly now: Date;
  readonly clockMs: number;
  readonly prefix: string;
}

/** Answers how many rows were looked at. */
export async function auditAnchors(at: AgencyTx, pass: AnchorPass, findings: Findings): Promise<number> {
  const { outside, believed, now, clockMs } = pass;
  const there = new Set<string>();
  const held = new Map<string, Set<string>>();
  const checkpoints = new Map<number, Buffer>();
  let rows = 0;
  for await (const page of anchorRows(async (work) => await work(at), null))
    for (const { kind, authority, size, at: said, blob, note, verifiedAt } of page) {
      rows += 1;
      const digest = createHash('sha256').update(blob).digest('hex');
      there.add(`${kind} ${authority} ${size} ${digest}`);
      const by = knownBy({ kind, authority }, outside);
      if (by === undefined) continue;
      const where = { size, which: `${kind} of ${authority}` };
      const opened = note === null ? null : believed.open(note);
      const signed =
        note === null || opened?.size !== size ? null : await signedOver({ kind, blob }, note, by);
      if (note === null || signed === null || !('at' in signed)) {
        findings.add('anchor-forged', where);
        continue;
      }
      // What was signed holds all the same, and at the time that was signed.
      if (signed.at !== said.getTime()) findings.add('anchor-forged', where);
      const path = anchorPath(size, kind, authority);
      held.set(path, (held.get(path) ?? new Set()).add(digest));
      const isNew = !checkpoints.has(size);
      checkpoints.set(size, note);
      if (now.getTime() - verifiedAt.getTime() <= clockMs) continue;
      // The copy of its checkpoint once, however many are over it.
      for (const file of isNew ? [path, anchoredCheckpointPath(size)] : [path])
        if ((await pass.files.read(pass.prefix + file)) === null)
          findings.add('anchor-copy-missing', { ...where, file });
    }
  await auditCopies(pass, { held, checkpoints }, findings);
  for (const { kind, authority, size, sha256 } of await obtainedAnchors(at))
    if (!there.has(`${kind} ${authority} ${size} ${sha256}`))
      findings.add('anchor-gone', { size, which: `${kind} of ${authority}` });
  return rows;
}

async function auditCopies(
  { files, outside, believed, prefix }: AnchorPass,
  {
    held,
    checkpoints,
  }: {
    readonly held: ReadonlyMap<string, ReadonlySet<string>>;
    readonly checkpoints: ReadonlyMap<number, Buffer>;
  },
  findings: Findings,
): Promise<void> {
  const named = new Map(namedIn(outside).map((one) => [`${one.kind} ${authorityId(one.authority)}`, one]));
  for await (const whole of files.list(prefix + ANCHOR_FOLDER)) {
    const path = whole.slice(prefix.length);
    const file = anchorFileOf(path);
    if (file === null) continue;
    if (file.kind === 'checkpoint') {
      const row = checkpoints.get(file.size);
      if (row !== undefined && (await files.read(whole))?.equals(row) !== true)
        findings.add('anchor-copy-other', { size: file.size, file: path });
      continue;
    }
    const who = named.get(`${file.kind} ${file.id}`);
    if (who === undefined) continue;
    const blob = await files.read(whole);
    if (blob === null || held.get(path)?.has(createHash('sha256').update(blob).digest('hex')) === true)
      continue;
    const note = await files.read(prefix + anchoredCheckpointPath(file.size));
    const by = knownBy(who, outside);
    const signed =
      note === null || by === undefined || believed.open(note)?.size !== file.size
        ? null
        : await signedOver({ kind: who.kind, blob }, note, by);
    const where = { size: file.size, file: path, which: `${who.kind} of ${who.authority}` };
    if (signed === null || !('at' in signed)) findings.add('anchor-copy-other', where);
    // Two true ones of one authority over one checkpoint: the copy is of the other.
    else if (!held.has(path)) findings.add('anchor-gone', where);
  }
}
