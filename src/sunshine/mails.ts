/** Mails that were taken in: as they came, until a person has entered the request; from then on as its correspondence. */
import { hash } from 'node:crypto';
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import { newId } from '#record/record.ts';
import { actingAs } from './acting.ts';
import { readMail, type MailPart } from './mail.ts';
import { noteCorrespondence } from './requests.ts';

/** What nobody entered within a day is forgotten: it is in the mail box still. */
export async function takeMail(at: AgencyTx, bytes: Buffer, actor: string): Promise<string> {
  const { agencyId, tx } = at;
  const id = newId();
  await sql`delete from mail_taken where agency_id = ${agencyId} and at < now() - interval '1 day'`.execute(
    tx,
  );
  await sql`insert into mail_taken (agency_id, id, bytes, by) values (${agencyId}, ${id}, ${bytes}, ${actor})`.execute(
    tx,
  );
  return id;
}

/** Null: it was entered, or forgotten, or is somebody else's. */
export async function readTaken(
  { agencyId, tx }: AgencyTx,
  id: string,
  actor: string,
): Promise<Buffer | null> {
  const { rows } = await sql<{ bytes: Buffer }>`
    select bytes from mail_taken where agency_id = ${agencyId} and id = ${id} and by = ${actor}`.execute(tx);
  return rows[0]?.bytes ?? null;
}

export const mailGone = (): ArchiveError =>
  new ArchiveError(
    'mail-not-found',
    'This mail was entered already, or more than a day has passed since it was taken in. Take it in once more.',
    { retry: 'never' },
  );

/** In the transaction that enters the request. */
export async function keepMail(
  at: AgencyTx,
  requestId: string,
  { id, receivedAt }: { readonly id: string; readonly receivedAt: Date },
  actor: string,
): Promise<void> {
  const { agencyId, tx } = at;
  // Of two who press at one moment one has it.
  const { rows } = await sql<{ bytes: Buffer }>`
    delete from mail_taken where agency_id = ${agencyId} and id = ${id} and by = ${actor} returning bytes`.execute(
    tx,
  );
  const bytes = rows[0]?.bytes;
  if (bytes === undefined) throw mailGone();
  const { head, parts } = await readMail(bytes);
  const n = await noteCorrespondence(
    at,
    requestId,
    {
      way: 'in',
      channel: 'mail',
      about: null,
      feeCents: null,
      words: Array.from(head.replaceAll('\0', ' ').toWellFormed()).slice(0, 10_000).join(''),
      at: receivedAt,
    },
    actor,
  );
  if (n === null) throw mailGone();
  await actingAs(at, actor);
  await sql`
    insert into request_mail (agency_id, request_id, n, bytes, sha256, parts, by)
    values (${agencyId}, ${requestId}, ${n}, ${bytes}, ${hash('sha256', bytes, 'hex')}, ${JSON.stringify(parts.map(bare))}::jsonb, ${actor})`.execute(
    tx,
  );
}

/** What the database can hold of a name. */
const bare = ({ name, ...rest }: MailPart): MailPart => ({
  ...rest,
  name: name === null ? null : name.replaceAll('\0', ' ').toWellFormed().slice(0, 255),
});

export interface KeptMail {
  readonly n: number;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly parts: readonly MailPart[];
}

/** Without their bytes. */
export async function listMails({ agencyId, tx }: AgencyTx, requestId: string): Promise<readonly KeptMail[]> {
  const { rows } = await sql<KeptMail>`
    select n, sha256, length(bytes) as "sizeBytes", parts from request_mail
     where agency_id = ${agencyId} and request_id = ${requestId} order by n`.execute(tx);
  return rows;
}

export async function readMailBytes(
  { agencyId, tx }: AgencyTx,
  requestId: string,
  n: number,
): Promise<Buffer | null> {
  const { rows } = await sql<{ bytes: Buffer }>`
    select bytes from request_mail where agency_id = ${agencyId} and request_id = ${requestId} and n = ${n}`.execute(
    tx,
  );
  return rows[0]?.bytes ?? null;
}
