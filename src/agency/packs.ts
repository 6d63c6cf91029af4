/**
 * Policy packs: the policies of real bodies as data, ready to be added to an agency. The clauses are the policies' own words, because
 * a record keeps the clause that it was removed under; labels, and everything that says what a policy asks for, are ours, each with its
 * citation. What a text does not say is null here, and never filled in.
 *
 * To add one: write its file, list it here, and `test/service/packs.test.ts` walks it.
 */
import type { AgencyTx } from '#db/db.ts';
import { kcmoAr127 } from './packs/kcmo-ar-1-27.ts';
import { kcmoPersonal } from './packs/kcmo-personal.ts';
import { kcpd2611 } from './packs/kcpd-261-1.ts';
import { kirkwood } from './packs/kirkwood.ts';
import { leesSummit416 } from './packs/lees-summit-416.ts';
import { addNextVersion, readPolicy, type PolicyVersion } from './policies.ts';

export interface PolicyPack extends Omit<PolicyVersion, 'effectiveOn'> {
  /** The public body whose policy it is. */
  readonly body: string;
  /** Null: the text does not say; then it counts from the day on which an agency adds it. */
  readonly effectiveOn: string | null;
}

export const PACKS: readonly PolicyPack[] = [kcmoAr127, kcmoPersonal, kirkwood, leesSummit416, kcpd2611];

/** Whether this version is one of them: then its words are English. */
export function isPack(policyId: string, version: string): boolean {
  return PACKS.some((pack) => pack.policyId === policyId && pack.version === version);
}

/** `there`: the agency has this very version. `policy-taken`: it has the policy in a version of its own. */
export type PackAdded = 'added' | 'there' | 'policy-taken';

/**
 * The first version of a policy. Where the agency has one already, somebody reads the pack against it and makes it the next
 * version, with its day: nobody's own wording is put aside in passing. `today`: a civil date of the agency.
 */
export async function addPack(at: AgencyTx, pack: PolicyPack, today: string, by = 'cli'): Promise<PackAdded> {
  if ((await readPolicy(at, pack.policyId, pack.version)) !== null) return 'there';
  const policy = { ...pack, effectiveOn: pack.effectiveOn ?? today };
  const { outcome } = await addNextVersion(at, policy, null, today, by);
  return outcome === 'added' ? 'added' : 'policy-taken';
}
