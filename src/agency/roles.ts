/** What people and programs may be to an agency. What each may call is said at the calls. */
const ROLES = [
  'moderator',
  'custodian',
  'retention-officer',
  'approver',
  'auditor',
  'administrator',
  'intake',
  'system-administrator',
] as const;
export type Role = (typeof ROLES)[number];

/** Whoever runs the machine. They belong to the agency `system` and to no other, and are nothing else (migration 0017). */
export const SYSTEM_ROLE = 'system-administrator';
export const SYSTEM_AGENCY = 'system';

/** Of an agency's people: `intake` is a program's. */
export const PEOPLE_ROLES = ROLES.filter((role) => role !== 'intake' && role !== SYSTEM_ROLE);
/** Of keys: what two people approve, no program does. */
export const KEY_ROLES = ROLES.filter((role) => role !== 'approver' && role !== SYSTEM_ROLE);
export type KeyRole = Exclude<Role, 'approver' | typeof SYSTEM_ROLE>;

/** What its people may be, and nothing else. */
export function rolesIn(agencyId: string): readonly Role[] {
  return agencyId === SYSTEM_AGENCY ? [SYSTEM_ROLE] : PEOPLE_ROLES;
}

/**
 * Who asks, by a key or signed in. `id` is the key's or the person's; limits count by it. A session goes along, so that what it
 * hands in counts only while it does.
 */
export interface Caller {
  readonly agencyId: string;
  readonly kind: 'key' | 'person';
  readonly id: string;
  readonly roles: readonly Role[];
  readonly sessionId: string | null;
}

/** As histories name them. */
export function actorOf({ kind, id }: Pick<Caller, 'kind' | 'id'>): string {
  return `${kind}:${id}`;
}
