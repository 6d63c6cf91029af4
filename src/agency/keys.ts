/**
 * Keys for programs. People sign in (`sign-in.ts`). A key is 32 random bytes with a prefix that secret
 * scanners recognise; Postgres keeps its SHA-256. Scope: one agency, one role.
 */
import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { AgencyTx, Db } from '#db/db.ts';
import { newId } from '#record/record.ts';
import { KEY_ROLES, type Caller, type KeyRole } from './roles.ts';

/** The key itself is in the answer and nowhere else. */
export async function createKey(
  db: Db,
  { agencyId, role, label }: { readonly agencyId: string; readonly role: KeyRole; readonly label: string },
): Promise<{ readonly key: string; readonly keyId: string }> {
  const key = `hfk_${randomBytes(32).toString('base64url')}`;
  const keyId = newId();
  await db.system
    .insertInto('api_key')
    .values({ agency_id: agencyId, id: keyId, role, label, hash: digest(key), revoked_at: null })
    .execute();
  return { key, keyId };
}

export async function revokeKey(db: Db, agencyId: string, keyId: string, now: Date): Promise<boolean> {
  const revoked = await db.system
    .updateTable('api_key')
    .set({ revoked_at: now })
    .where('agency_id', '=', agencyId)
    .where('id', '=', keyId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return revoked.numUpdatedRows === 1n;
}

export interface KeyView {
  readonly keyId: string;
  readonly role: KeyRole;
  readonly label: string;
  readonly createdAt: Date;
  /** The newest entry in the history that was made with it; null: it made none. */
  readonly lastUsed: Date | null;
  readonly revokedAt: Date | null;
}

/** Oldest first, revoked ones too. */
export async function listKeys({ agencyId, tx }: AgencyTx): Promise<KeyView[]> {
  const { rows } = await sql<KeyView>`
    with used as (select actor, max(at) as at from event where agency_id = ${agencyId} and actor like 'key:%' group by actor)
    select k.id as "keyId", k.role, k.label, k.created_at as "createdAt", u.at as "lastUsed", k.revoked_at as "revokedAt"
      from api_key k left join used u on u.actor = 'key:' || k.id
     where k.agency_id = ${agencyId} order by k.created_at, k.id`.execute(tx);
  return rows;
}

export interface Keyring {
  /** Null: no such key, or revoked. */
  callerOf(key: string): Promise<Caller | null>;
}

const KEEP_MS = 1000;
const KEEP_AT_MOST = 10_000;

/**
 * Looks keys up by digest, so that nothing is compared byte by byte. Answers are kept for one second; a revoked key
 * can read for that long, and can write for no moment: accepting a report checks the key in its own transaction.
 */
export function openKeyring(db: Db): Keyring {
  const kept = new Map<string, { readonly until: number; readonly caller: Promise<Caller | null> }>();
  return {
    callerOf: async (key) => {
      const hash = digest(key);
      const name = hash.toString('base64');
      const now = performance.now();
      const held = kept.get(name);
      if (held !== undefined && held.until > now) return await held.caller;
      if (kept.size >= KEEP_AT_MOST) kept.clear();
      const caller = lookUp(db, hash);
      kept.set(name, { until: now + KEEP_MS, caller });
      caller.catch(() => kept.delete(name));
      return await caller;
    },
  };
}

async function lookUp(db: Db, hash: Buffer): Promise<Caller | null> {
  const row = await db.system
    .selectFrom('api_key')
    .select(['agency_id', 'id', 'role'])
    .where('hash', '=', hash)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  const role = KEY_ROLES.find((name) => name === row?.role);
  return row === undefined || role === undefined
    ? null
    : { agencyId: row.agency_id, kind: 'key', id: row.id, roles: [role], sessionId: null };
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
