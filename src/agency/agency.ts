/**
 * Agencies and what belongs to each: its keys, its removal grounds as versioned data, its register of accounts.
 *
 * Promise: a key is shown once and kept as a digest; a ground is resolved to the clause as it stands that day and copied
 * into the fact; nothing of one agency is read for another (the walls are in the database, migration 0005).
 */
export { addAgency, AGENCY_SLUG, listAgencies, type Agency } from './agencies.ts';
export {
  createKey,
  listKeys,
  openKeyring,
  revokeKey,
  ROLES,
  type Caller,
  type Keyring,
  type KeyView,
  type Role,
} from './keys.ts';
export {
  addPolicy,
  allGrounds,
  currentGrounds,
  listPolicies,
  type Ground,
  type PolicyVersion,
} from './policies.ts';
export { readPolicyFile, type PolicyRead } from './policy-file.ts';
export { addAccount, findAccount, listAccounts, type Account } from './accounts.ts';
export { samplePolicy } from './sample-policy.ts';
