/**
 * Requests under the Sunshine Law: every row of what was asked, decided, written, charged and handed out against the entry that says so, and each
 * production also against the log's commitment to its bytes and against the store. Whoever owns the database changes none of it unseen.
 */
import { commitment } from '#commitment.ts';
import type { AgencyTx } from '#db/db.ts';
import type { ObjectReader } from '#store/store.ts';
import { DESK, notSaid } from './desk-queries.ts';
import type { Findings } from './findings.ts';
import { LETTERS } from './letter-queries.ts';
import { PRODUCTIONS, sealedProductions, type SealedProduction } from './production-queries.ts';
import { lookAtObject } from './store-look.ts';

export interface DeskLooked {
  productions: number;
  bytes: number;
  /** Of how many entries of earlier versions something is not proved, because they did not say it. */
  readonly notProved: readonly { readonly what: string; readonly entries: number }[];
}

interface DeskPass {
  readonly store: ObjectReader;
  /** Every byte of each production is read; otherwise the store is asked. */
  readonly full: boolean;
}

export async function auditDesk(at: AgencyTx, pass: DeskPass, findings: Findings): Promise<DeskLooked> {
  const { agencyId, tx } = at;
  for (const [what, asks] of [...DESK, ...LETTERS, ...PRODUCTIONS])
    for (const { id, which } of (await asks(agencyId).execute(tx)).rows)
      findings.add(what, { which: `${which}: ${id}` });
  const { rows: notProved } = await notSaid(agencyId).execute(tx);
  const looked: DeskLooked = { productions: 0, bytes: 0, notProved };
  for (const one of await sealedProductions(at)) {
    looked.productions += 1;
    looked.bytes += await auditSealed(agencyId, one, pass, findings);
  }
  return looked;
}

/** From the log's commitment to the digest in the row, and from that to the object in the store. Answers how many bytes were read. */
async function auditSealed(
  agencyId: string,
  one: SealedProduction,
  { store, full }: DeskPass,
  findings: Findings,
): Promise<number> {
  const { id, state, sha256, bytes, key, versionId, lockedUntil, row, entry } = one;
  const where = { which: `production ${id}` };
  if (sha256 === null || bytes === null || entry === null) {
    findings.add('production-other', {
      which: `${entry === null ? 'invented' : 'gone'}: what was sealed of ${id}`,
    });
    return 0;
  }
  const { salt = '', packageCommitment } = entry;
  const isCommitted =
    /^[0-9a-f]{64}$/.test(salt) &&
    packageCommitment === commitment(Buffer.from(salt, 'hex'), 'entry/packageCommitment', sha256);
  if (
    !isCommitted ||
    entry.bytes !== bytes ||
    key !== `production/${agencyId}/${id}/${sha256}.zip` ||
    (entry.row !== undefined && entry.row !== row)
  )
    findings.add('production-bytes', where);
  // Of what was withdrawn the lock is not renewed, and nobody fetches it.
  if (state === 'withdrawn' || key === null) return 0;
  return await lookAtObject(store, { key, versionId, sha256, bytes, lockedUntil }, full, findings, where);
}
