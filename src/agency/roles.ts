/** What people and programs may be to an agency. What each may call is said at the calls. */
const ROLES = [
  'moderator',
  'custodian',
  'retention-officer',
  'approver',
  'auditor',
  'administrator',
  'intake',
] as const;
export type Role = (typeof ROLES)[number];

/** Of people: `intake` is a program's. */
export const PEOPLE_ROLES = ROLES.filter((role) => role !== 'intake');
/** Of keys: what two people approve, no program does. */
export const KEY_ROLES = ROLES.filter((role) => role !== 'approver');
export type KeyRole = Exclude<Role, 'approver'>;

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
