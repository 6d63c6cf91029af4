/**
 * The words of a reminder: of which request, by its number, and which day. Neither what was asked nor by whom: a mail box is no archive, and
 * whoever may read it signs in.
 */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';
import { inLine } from './letters.ts';
import type { Addressee } from './queries.ts';

export interface RemindedOf {
  readonly noticeId: string;
  readonly requestId: string;
  readonly tracking: string;
  /** As `due-today 2026-12-09`. */
  readonly about: string;
  /** Nothing is to be done about it any more. */
  readonly moot: boolean;
}

/** What the letter reminds of, and whether somebody did it meanwhile. Neither words nor names: they are not selected. */
export async function remindedIn(at: AgencyTx, letter: string): Promise<RemindedOf[]> {
  const { rows } = await sql<RemindedOf>`
    select n.id as "noticeId", r.id as "requestId", r.tracking, n.about,
           case when n.about like 'statement-%' then not exists (
                  select from request_correspondence c where c.agency_id = r.agency_id and c.request_id = r.id and c.about = 'statement-request'
                     and not exists (select from request_correspondence s where s.agency_id = r.agency_id and s.request_id = r.id
                                        and s.about = 'statement' and s.at >= c.at and not never_sent(s.request_id, s.n)))
                when n.about like 'first-receipt %' then r.state <> 'received'
                when r.state = 'closed' or request_is_answered(r.agency_id, r.id) then true
                when n.about like 'promise-%' then false
                else exists (
                  select from request_correspondence c where c.agency_id = r.agency_id and c.request_id = r.id and c.about = 'delay'
                                  and not never_sent(c.request_id, c.n)) end as moot
      from notice n join request r on r.agency_id = n.agency_id and r.id = n.request_id
     where n.agency_id = ${at.agencyId} and n.letter = ${letter} and n.ended_at is null
     order by substring(n.about from '\\S+$'), n.about, r.id`.execute(at.tx);
  return rows;
}

/** By what the reminder is of (`src/sunshine/reminders.ts`). `610.023.3` and `.4` were read. */
const SAID: Readonly<Record<string, (day: string) => string>> = {
  'due-next': (day) =>
    `is to be acted on by the end of ${day}, which is the next business day (610.023.3 RSMo)`,
  'due-today': (day) => `is to be acted on by the end of today, ${day} (610.023.3 RSMo)`,
  overdue: (day) => `was to be acted on by the end of ${day} (610.023.3 RSMo)`,
  'promise-next': (day) => `was promised for ${day} by the delay letter, and that is the next business day`,
  'promise-today': (day) => `was promised for today, ${day}, by the delay letter`,
  'promise-over': (day) => `was promised for ${day} by the delay letter, and that is over`,
  'statement-next': (day) =>
    `owes a statement of the grounds by the end of ${day}, which is the next business day (610.023.4 RSMo)`,
  'statement-today': (day) => `owes a statement of the grounds by the end of today, ${day} (610.023.4 RSMo)`,
  'statement-overdue': (day) => `owed a statement of the grounds by the end of ${day} (610.023.4 RSMo)`,
  'first-receipt': (day) =>
    `came to the body, and the custodian of records does not have it yet. Counted from its first receipt it would be due by the end of ${day}; the law counts from the receipt by the custodian`,
};

/** So many are told one by one; of more a letter says how many. */
const LISTED = 50;

export function requestLetterOf({
  to,
  reminded,
  publicUrl,
  mode,
}: {
  readonly to: Addressee;
  readonly reminded: readonly RemindedOf[];
  readonly publicUrl: string;
  readonly mode: 'trial' | 'production';
}): { readonly subject: string; readonly text: string } {
  const trial = mode === 'trial';
  const count = reminded.length;
  const items = reminded.slice(0, LISTED).map(({ about, tracking, requestId }, i) => {
    const [of = '', day = ''] = about.split(' ');
    const said = SAID[of]?.(daySaid(day)) ?? `is due by the end of ${daySaid(day)}`;
    return `${i + 1}. Request ${tracking.replaceAll(/.{4}(?=.)/g, '$&-')} ${said}.\n   ${publicUrl}/requests/${requestId}`;
  });
  const paragraphs = [
    ...(trial ? ['TRIAL: not for official records.'] : []),
    `${inLine(to.name)}, ${inLine(to.agencyName)}`,
    count === 1 ? 'A request waits for you:' : `${count} requests wait for you:`,
    ...items,
    ...(count > LISTED ? [`and ${count - LISTED} more: ${publicUrl}/requests`] : []),
    'What was asked, and by whom, is not in this letter: sign in to read it. How each day was counted stands on the page of the request.',
  ];
  return {
    subject: `${trial ? 'TRIAL: ' : ''}${inLine(to.agencyName)}: ${count === 1 ? '1 request waits' : `${count} requests wait`}`,
    text: `${paragraphs.join('\n\n')}\n`,
  };
}

const daySaid = (day: string): string =>
  new Intl.DateTimeFormat('en-US', { dateStyle: 'full', timeZone: 'UTC' }).format(
    new Date(`${day}T12:00:00Z`),
  );
