/**
 * Letters of requests that go by mail. As with notices: claim, committed → send → one transaction: ended, history. A crash in between sends
 * it once more, under the same Message-ID. What is owed was written in the commit in which a person sent the letter.
 */
import { sql } from 'kysely';
import type { AgencyTx, Db } from '#db/db.ts';
import { codeOf } from '#errors.ts';
import { appendEvent } from '#record/record.ts';
import { inLine } from './letters.ts';
import { MailRefused, unsaid } from './mailer.ts';
import type { TellContext, TellOutcome } from './round.ts';

const CLAIM_MS = 300_000;
const BACKOFF_FIRST_MS = 60_000;
const BACKOFF_LAST_MS = 3_600_000;
const GIVE_UP_MS = 3 * 86_400_000;

interface ClaimedLetter {
  readonly agencyId: string;
  readonly requestId: string;
  readonly n: number;
  readonly attempts: number;
  readonly until: string;
}

/** The one that has waited longest. Null: none was due. */
export async function mailLetterOnce(context: TellContext): Promise<TellOutcome | null> {
  const { db, log, mailer, publicUrl, mode } = context;
  const claimed = await claim(db);
  if (claimed === null) return null;
  const { agencyId, requestId, n, attempts } = claimed;
  try {
    const letter = await db.inAgency(agencyId, async (at) => await readClaimed(at, claimed));
    const [heading = '', ...rest] = letter.words.replaceAll('\r\n', '\n').split('\n');
    await mailer.send({
      to: { name: '', address: letter.contact.trim() },
      subject: `${mode === 'trial' ? 'TRIAL: ' : ''}${inLine(heading).trim()}`,
      text: `${rest.join('\n').replace(/^\n+/, '')}\n`,
      replyTo: letter.office === null ? null : { name: letter.officeName ?? '', address: letter.office },
      messageId: `letter-${requestId}-${n}@${new URL(publicUrl).hostname}`,
      attachments: [{ name: `letter-${n}.pdf`, type: 'application/pdf', bytes: letter.pdf }],
    });
    await db.inAgency(agencyId, async (at) => await end(at, claimed, 'mailed', null));
  } catch (error) {
    const code = error instanceof MailRefused ? error.code : codeOf(error);
    log.warn({ requestId, n, code, attempts, ...unsaid(error) }, 'letter.failed');
    return await db.inAgency(agencyId, async (at) => await notSent(at, claimed, code));
  }
  log.info({ requestId, n, attempts }, 'letter.mailed');
  return 'mailed';
}

async function claim(db: Db): Promise<ClaimedLetter | null> {
  const { rows } = await sql<ClaimedLetter>`
    update letter_mail m
       set begun_at = coalesce(m.begun_at, now()), attempts = m.attempts + 1, claimed_until = now() + ${CLAIM_MS} * interval '1 millisecond'
      from (select request_id, n from letter_mail
             where ended_at is null and due_at <= now() and (claimed_until is null or claimed_until < now())
             order by due_at limit 1 for update skip locked) d
     where m.request_id = d.request_id and m.n = d.n
    returning m.agency_id as "agencyId", m.request_id as "requestId", m.n, m.attempts, m.claimed_until::text as until`.execute(
    db.system,
  );
  return rows[0] ?? null;
}

async function readClaimed({ agencyId, tx }: AgencyTx, { requestId, n }: ClaimedLetter) {
  const { rows } = await sql<{
    contact: string;
    words: string;
    pdf: Buffer;
    office: string | null;
    officeName: string | null;
  }>`
    select r.contact, c.words, l.pdf, o.email as office, o.name as "officeName"
      from request_letter l join request r on r.id = l.request_id
      join request_correspondence c on c.request_id = l.request_id and c.n = l.n
      -- Who answers writes to the office of the custodian, and not to a machine.
      left join lateral (select o.name, o.email from office o where o.agency_id = l.agency_id and o.ended_at is null
                            and o.duty = 'custodian' and o.policy_id is null order by o.id limit 1) o on true
     where l.agency_id = ${agencyId} and l.request_id = ${requestId} and l.n = ${n}`.execute(tx);
  const [row] = rows;
  if (row === undefined) throw new Error('The letter that is owed is not there.');
  return row;
}

/** Nothing where it is somebody else's by now. */
async function end(
  at: AgencyTx,
  { requestId, n, until }: ClaimedLetter,
  as: 'mailed' | 'given-up',
  code: string | null,
): Promise<void> {
  const { rows } = await sql`
    update letter_mail set ended_at = now(), ended_as = ${as}
     where agency_id = ${at.agencyId} and request_id = ${requestId} and n = ${n} and ended_at is null
       and claimed_until = ${until}::timestamptz returning n`.execute(at.tx);
  if (rows.length === 0) return;
  const type = as === 'mailed' ? 'request.letter-mailed' : 'request.letter-not-mailed';
  await appendEvent(at, null, {
    type,
    actor: 'worker:mail',
    body: { request: requestId, n, ...(code === null ? {} : { code }) },
  });
}

async function notSent(at: AgencyTx, claimed: ClaimedLetter, code: string): Promise<'later' | 'given-up'> {
  const waitMs = Math.min(BACKOFF_LAST_MS, BACKOFF_FIRST_MS * 2 ** Math.min(claimed.attempts - 1, 10));
  const { rows } = await sql<{ over: boolean }>`
    update letter_mail set error_code = ${code}, due_at = now() + ${waitMs} * interval '1 millisecond'
     where agency_id = ${at.agencyId} and request_id = ${claimed.requestId} and n = ${claimed.n} and ended_at is null
       and claimed_until = ${claimed.until}::timestamptz
    returning begun_at < now() - ${GIVE_UP_MS} * interval '1 millisecond' as over`.execute(at.tx);
  if (rows[0]?.over !== true) return 'later';
  await end(at, claimed, 'given-up', code);
  return 'given-up';
}
