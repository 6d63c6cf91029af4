/**
 * Keys for programs. People sign in (`sign-in.ts`). A key is 32 random bytes with a prefix that secret
 * scanners recognise; Postgres keeps its SHA-256. Scope: one agency, one role, and, where it is said, one source and a last day.
 *
 * A source bounds what a key can put into the archive, not what it reads: reports by it must carry that `source`, or one below it.
 * Sources of ours name agency, channel and platform in this order, and what the fact is about is held against them too, so a leaked key
 * of the Facebook connector invents nothing of another platform. No deeper: an account is written in more ways than one. All of it is
 * looked at in the statement that makes a report durable (`key_refusal`, migration 0014).
 */
import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { AgencyTx, Db } from '#db/db.ts';
import { appendEvent, CHANNELS, newId } from '#record/record.ts';
import { KEY_ROLES, type Caller, type KeyRole } from './roles.ts';
import { wordsOrNot } from './words.ts';

export interface NewKey {
  readonly role: KeyRole;
  readonly label: string;
  /** Null or absent: any. */
  readonly source?: string | null;
  /** Null or absent: until it is revoked. */
  readonly expiresAt?: Date | null;
}
export interface MadeKey {
  /** In this answer and nowhere else. */
  readonly key: string;
  readonly keyId: string;
}
export type KeyProblems = Partial<Record<'label' | 'source' | 'expiresAt', string>>;

/** What is wrong with it, and what to do. */
export function keyProblems(agencyId: string, key: Omit<NewKey, 'role'>, now: Date): KeyProblems {
  const problems: { -readonly [Member in keyof KeyProblems]: string } = {};
  const label = wordsOrNot(key.label, 200);
  if (label !== null) problems.label = `Say what the key is for. ${label}`;
  const source = key.source ?? null;
  if (source !== null && !isSource(source, agencyId))
    problems.source = `Enter the beginning of a source, without a slash at its end, or nothing. One of ours is /agencies/${agencyId}/<channel>/<platform>, such as /agencies/${agencyId}/webhook/facebook, and no deeper than a platform. The channel is one of: ${CHANNELS.join(', ')}. The platform is of a-z, 0-9 and -.`;
  const expiresAt = key.expiresAt ?? null;
  if (expiresAt !== null && !(expiresAt.getTime() > now.getTime()))
    problems.expiresAt = 'Choose a moment that is still to come, or none.';
  return problems;
}

/** As reports name one. */
const PLATFORM = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** A URI reference (RFC 3986) that is absolute in itself or on this host; of ours, one of this agency, down to the platform. */
function isSource(source: string, agencyId: string): boolean {
  if (source.length > 500 || !/^(?:\/|[a-z][a-z0-9+.-]*:)[\x21-\x7e]*[^/\s]$/i.test(source)) return false;
  const [, own, agency, channel, platform, deeper] = source.split('/');
  if (own !== 'agencies') return true;
  // Whatever no report can carry would make a key that never hands anything in.
  return (
    agency === agencyId &&
    (channel === undefined || CHANNELS.some((one) => one === channel)) &&
    (platform === undefined || PLATFORM.test(platform)) &&
    deeper === undefined
  );
}

/** `by`: as histories name them. */
export async function createKey(
  db: Db,
  key: NewKey & { readonly agencyId: string; readonly by?: string },
): Promise<MadeKey> {
  return await db.inAgency(key.agencyId, async (at) => await makeKey(at, key, key.by ?? 'cli'));
}

/** `replaces`: the key whose place it takes. Made with an entry in the history, or not at all. */
export async function makeKey(
  at: AgencyTx,
  { role, label, source, expiresAt }: NewKey,
  by: string,
  replaces: string | null = null,
): Promise<MadeKey> {
  const key = `hfk_${randomBytes(32).toString('base64url')}`;
  const keyId = newId();
  await at.tx
    .insertInto('api_key')
    .values({
      agency_id: at.agencyId,
      id: keyId,
      role,
      label,
      hash: digest(key),
      revoked_at: null,
      source: source ?? null,
      expires_at: expiresAt ?? null,
      created_by: by,
      replaces,
    })
    .execute();
  await appendEvent(at, null, {
    type: 'key.made',
    actor: by,
    body: { key: keyId, role, ...(replaces === null ? {} : { replaces }) },
  });
  return { key, keyId };
}

export type RotationRefusal = 'not-live' | 'replaced' | 'two-live' | 'ends-in-the-past';

/** `ends`: when the old one is over. */
export type RotatedKey = MadeKey & { readonly ends: Date };

/**
 * A new key for the same purpose, beside the old one, which goes on until `endsAt`, or until its own end where that comes first.
 * While it does, neither can be rotated: never are three live for one purpose. A new key that is over does not count: it may
 * have been lost before it was put in place. Whoever rotates the same key waits for its row.
 */
export async function rotateKey(
  at: AgencyTx,
  keyId: string,
  { endsAt, expiresAt, by, now }: { endsAt: Date; expiresAt: Date | null; by: string; now: Date },
): Promise<RotatedKey | { readonly refused: RotationRefusal }> {
  if (!(endsAt.getTime() > now.getTime())) return { refused: 'ends-in-the-past' };
  await sql`select from api_key where agency_id = ${at.agencyId} and id = ${keyId} for update`.execute(at.tx);
  const keys = await listKeys(at);
  const old = keys.find((one) => one.keyId === keyId);
  if (old === undefined || !isLive(old, now)) return { refused: 'not-live' };
  if (keys.some((one) => one.replaces === keyId && isLive(one, now))) return { refused: 'replaced' };
  const before = keys.find((one) => one.keyId === old.replaces);
  if (before !== undefined && isLive(before, now)) return { refused: 'two-live' };
  const made = await makeKey(at, { ...old, expiresAt }, by, keyId);
  const ends = old.expiresAt === null || endsAt < old.expiresAt ? endsAt : old.expiresAt;
  await at.tx
    .updateTable('api_key')
    .set({ expires_at: ends })
    .where('agency_id', '=', at.agencyId)
    .where('id', '=', keyId)
    .execute();
  await appendEvent(at, null, {
    type: 'key.ends',
    actor: by,
    body: { key: keyId, at: ends.toISOString() },
  });
  return { ...made, ends };
}

export async function revokeKey(
  db: Db,
  agencyId: string,
  keyId: string,
  now: Date,
  by = 'cli',
): Promise<boolean> {
  return await db.inAgency(agencyId, async (at) => await revoke(at, keyId, now, by));
}

async function revoke(at: AgencyTx, keyId: string, now: Date, by: string): Promise<boolean> {
  const revoked = await at.tx
    .updateTable('api_key')
    .set({ revoked_at: now })
    .where('agency_id', '=', at.agencyId)
    .where('id', '=', keyId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  if (revoked.numUpdatedRows !== 1n) return false;
  await appendEvent(at, null, { type: 'key.revoked', actor: by, body: { key: keyId } });
  return true;
}

export interface KeyView {
  readonly keyId: string;
  readonly role: KeyRole;
  readonly label: string;
  readonly source: string | null;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly expiresAt: Date | null;
  /** The newest entry in the history that was made with it; null: it made none. */
  readonly lastUsed: Date | null;
  readonly revokedAt: Date | null;
  /** The key whose place it took. */
  readonly replaces: string | null;
}

export function isLive({ revokedAt, expiresAt }: KeyView, now: Date): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt > now);
}

/** Oldest first, revoked ones too. */
export async function listKeys({ agencyId, tx }: AgencyTx): Promise<KeyView[]> {
  const { rows } = await sql<KeyView>`
    with used as (select actor, max(at) as at from event where agency_id = ${agencyId} and actor like 'key:%' group by actor)
    select k.id as "keyId", k.role, k.label, k.source, k.created_at as "createdAt", k.created_by as "createdBy",
           k.expires_at as "expiresAt", u.at as "lastUsed", k.revoked_at as "revokedAt", k.replaces
      from api_key k left join used u on u.actor = 'key:' || k.id
     where k.agency_id = ${agencyId} order by k.created_at, k.id`.execute(tx);
  return rows;
}

export interface Keyring {
  /** Null: no such key, or revoked, or its time is over. */
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
    .where(sql<boolean>`(expires_at is null or expires_at > now())`)
    .executeTakeFirst();
  const role = KEY_ROLES.find((name) => name === row?.role);
  return row === undefined || role === undefined
    ? null
    : { agencyId: row.agency_id, kind: 'key', id: row.id, roles: [role], sessionId: null };
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
