/**
 * Tickets: one look at one file of a record, at the content server, which knows nobody. The address holds 32 random bytes, the
 * database their SHA-256. A ticket counts for a minute, and for no moment longer than the session or the key that it was given to.
 *
 * Within its minute it may be used again. A browser asks twice when a line broke, asks HEAD first, or asks anew for the same
 * picture in a larger frame; a ticket that was good once would show a broken picture then, and would have to be given anew, as
 * a second look in the history that nobody took. What "once" would protect against is an address that is found later: it is over by then.
 */
import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { AgencyTx, Db } from '#db/db.ts';
import { newId } from '#record/record.ts';
import { actorOf, type Caller } from './roles.ts';
import { tokenDigest } from './sessions.ts';

/** From the press to the first byte, on a slow phone; what has begun by then goes on for as long as `ticketStands`. */
export const TICKET_S = 60;

export interface ViewedFile {
  readonly recordId: string;
  readonly n: number;
  /** False: to be kept as a file, never shown. */
  readonly shows: boolean;
  /** The origin of the console's pages, which alone may show it. */
  readonly console: string;
}

/** The token is in the answer and nowhere else. Takes those along that are over. */
export async function giveTicket(
  { agencyId, tx }: AgencyTx,
  caller: Caller,
  { recordId, n, shows, console }: ViewedFile,
): Promise<string> {
  await tx
    .deleteFrom('view_ticket')
    .where('agency_id', '=', agencyId)
    .where('expires_at', '<', sql<Date>`now()`)
    .execute();
  const token = randomBytes(32).toString('base64url');
  await tx
    .insertInto('view_ticket')
    .values({
      agency_id: agencyId,
      id: newId(),
      hash: tokenDigest(token),
      record_id: recordId,
      n,
      session_id: caller.kind === 'person' ? caller.sessionId : null,
      key_id: caller.kind === 'key' ? caller.id : null,
      shows,
      console,
      expires_at: sql<Date>`now() + make_interval(secs => ${TICKET_S})`,
    })
    .execute();
  return token;
}

export interface Ticket extends ViewedFile {
  readonly agencyId: string;
  /** As histories name whoever it was given to. */
  readonly actor: string;
  /** Whom it was given to: one of the two. */
  readonly sessionId: string | null;
  readonly keyId: string | null;
}

/** Null: there is no such ticket, it is over, or whoever it was given to is not at work any more. Looking does not count as work. */
export async function ticketBy(db: Db, token: string): Promise<Ticket | null> {
  const at = await db.system
    .selectFrom('view_ticket')
    .select(['agency_id', 'id'])
    .where('hash', '=', tokenDigest(token))
    .executeTakeFirst();
  if (at === undefined) return null;
  return await db.inAgency(at.agency_id, async ({ agencyId, tx }) => {
    const row = await tx
      .selectFrom('view_ticket as t')
      .leftJoin('api_key as k', (join) =>
        join
          .onRef('k.agency_id', '=', 't.agency_id')
          .onRef('k.id', '=', 't.key_id')
          .on('k.revoked_at', 'is', null)
          .on(sql<boolean>`(k.expires_at is null or k.expires_at > now())`),
      )
      .select([
        't.record_id',
        't.n',
        't.shows',
        't.console',
        't.session_id',
        'k.id as key_id',
        sql<
          string | null
        >`case when t.session_id is not null then signed_in(t.agency_id, t.session_id, false)->>'personId' end`.as(
          'person_id',
        ),
      ])
      .where('t.agency_id', '=', agencyId)
      .where('t.id', '=', at.id)
      .where('t.expires_at', '>', sql<Date>`now()`)
      .executeTakeFirst();
    if (row === undefined) return null;
    const { key_id, person_id, record_id, session_id, ...ticket } = row;
    const [kind, id] = person_id !== null ? (['person', person_id] as const) : (['key', key_id] as const);
    if (id === null) return null;
    return {
      ...ticket,
      agencyId,
      recordId: record_id,
      actor: actorOf({ kind, id }),
      sessionId: session_id,
      keyId: key_id,
    };
  });
}

/**
 * Whether whoever it was given to may still have it; its minute is of no matter any more, and its row may be gone. A session that is only
 * left alone ends nothing here: whoever waits for a large file on a slow line presses nothing meanwhile.
 */
export async function ticketStands(
  db: Db,
  { agencyId, sessionId, keyId }: Pick<Ticket, 'agencyId' | 'sessionId' | 'keyId'>,
): Promise<boolean> {
  return await db.inAgency(agencyId, async ({ tx }) => {
    const { rows } = await sql`
      select from session s join person p on p.agency_id = s.agency_id and p.id = s.person_id
       where s.agency_id = ${agencyId} and s.id = ${sessionId} and s.ended_at is null and s.expires_at > now() and p.left_at is null
      union all
      select from api_key k where k.agency_id = ${agencyId} and k.id = ${keyId} and k.revoked_at is null
         and (k.expires_at is null or k.expires_at > now())`.execute(tx);
    return rows.length === 1;
  });
}
