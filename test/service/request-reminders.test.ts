/** The custodian is reminded of what is due, by a real mail server: of each thing once, by its number and day, and without a word of it. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  changeState,
  closeRequest,
  noteCorrespondence,
  oweReminders,
  receiveRequest,
} from '#sunshine/sunshine.ts';
import { addOffice, openMailer, tellOnce } from '#routing/routing.ts';
import { openArchive, type Archive } from '../support/archive.ts';
import { startMailServer, type MailServer } from '../support/mail-server.ts';
import { colleague, type Colleague } from '../support/people.ts';

/** Wednesday, 9 December 2026, 9:00 am in Missouri; nobody entered a calendar. */
const WEDNESDAY = new Date('2026-12-09T15:00:00Z');
const CLERK = 'clerk@rivertown.example';

let archive: Archive;
let server: MailServer;
let custodian: Colleague;
let moment = WEDNESDAY;
beforeAll(async () => {
  archive = await openArchive({ adapt: (system) => ({ ...system, now: () => moment }) });
  custodian = await colleague(archive, ['custodian']);
  await colleague(archive, ['moderator']);
  await archive.system.db.inAgency('rivertown', async (at) => {
    const office = { name: 'Office of the City Clerk', policyId: null, citation: null };
    await addOffice(at, { ...office, email: CLERK, duty: 'custodian' }, 'test');
    await addOffice(at, { ...office, email: 'copy@rivertown.example', duty: 'copy' }, 'test');
  });
});
afterAll(async () => await archive?.close());
beforeEach(async () => {
  server = await startMailServer();
  moment = WEDNESDAY;
});
afterEach(async () => {
  await server.close();
  await archive.sql.query("update notice set ended_at = now(), ended_as = 'moot' where ended_at is null");
});

async function tell(): Promise<string[]> {
  const mailer = openMailer({ url: server.url, from: 'Holdfast <holdfast@rivertown.example>' });
  const { db, log, config, now } = archive.system;
  const { publicUrl, mode } = config;
  const outcomes: string[] = [];
  for (;;) {
    const told = await tellOnce({ db, log, mailer, publicUrl, mode, gatherMs: 0, now });
    if (told === null) break;
    outcomes.push(told);
  }
  mailer.close();
  return outcomes;
}

const owe = async (): Promise<number> => await oweReminders(archive.system);

async function asked(custodianAt: string | null, words: string, first = custodianAt): Promise<string> {
  const { requestId } = await archive.system.db.inAgency(
    'rivertown',
    async (at) =>
      await receiveRequest(
        at,
        {
          channel: 'letter',
          words,
          requester: words,
          contact: words,
          format: null,
          language: null,
          firstReceivedAt: new Date(first ?? ''),
          receivedByCustodianAt: custodianAt === null ? null : new Date(custodianAt),
        },
        'test',
      ),
  );
  return requestId;
}
const said = async (
  id: string,
  about: 'delay' | 'statement-request' | 'statement',
  at_: string,
  promised: string | null = null,
): Promise<void> =>
  void (await archive.system.db.inAgency(
    'rivertown',
    async (at) =>
      await noteCorrespondence(
        at,
        id,
        {
          way: about === 'statement-request' ? 'in' : 'out',
          channel: 'mail',
          about,
          feeCents: null,
          promisedFor: promised === null ? null : new Date(promised),
          words: 'x',
          at: new Date(at_),
        },
        'test',
      ),
  ));
const closed = async (id: string): Promise<void> =>
  void (await archive.system.db.inAgency(
    'rivertown',
    async (at) =>
      await closeRequest(at, id, { outcome: 'denied', closedAt: moment, appealUntil: null }, 'test'),
  ));
const trackingOf = async (id: string): Promise<string> => {
  const { rows } = await archive.sql.query<{ tracking: string }>(
    'select tracking from request where id = $1',
    [id],
  );
  return (rows[0]?.tracking ?? '').replaceAll(/.{4}(?=.)/g, '$&-');
};

test('each is told once of what is due, overdue, owed or lies about; without a word of it, and not before the office opens', async () => {
  const secret = `kowari${randomUUID().slice(0, 8)}`;
  const tomorrow = await asked('2026-12-07T10:00-06:00', secret);
  const today = await asked('2026-12-04T10:00-06:00', secret);
  const late = await asked('2026-12-03T10:00-06:00', secret);
  const over = await asked('2026-11-30T10:00-06:00', secret);
  await said(over, 'delay', '2026-12-02T10:00-06:00', '2026-12-08T12:00-06:00');
  const promisedToday = await asked('2026-11-30T10:00-06:00', secret);
  await said(promisedToday, 'delay', '2026-12-02T10:00-06:00', '2026-12-09T15:00-06:00');
  const promisedNext = await asked('2026-11-30T10:00-06:00', secret);
  await said(promisedNext, 'delay', '2026-12-02T10:00-06:00', '2026-12-10T12:00-06:00');
  const lies = await asked(null, secret, '2026-12-07T10:00-06:00');
  const statement = await asked('2026-12-01T10:00-06:00', secret);
  await closed(statement);
  await said(statement, 'statement-request', '2026-12-04T10:00-06:00');
  // Of these nobody is reminded.
  const quiet = [
    await asked('2026-12-08T10:00-06:00', secret),
    await asked(null, secret, '2026-12-08T10:00-06:00'),
    await asked('2026-12-03T10:00-06:00', secret),
    await asked('2026-12-01T10:00-06:00', secret),
  ];
  await said(quiet[2] ?? '', 'delay', '2026-12-07T10:00-06:00', '2026-12-18T12:00-06:00');
  await closed(quiet[3] ?? '');

  for (const early of ['2026-12-09T13:59:00Z', '2026-12-06T18:00:00Z']) {
    moment = new Date(early);
    expect(await owe(), early).toBe(0);
  }
  moment = WEDNESDAY;
  expect(await owe()).toBe(16);
  expect(await owe(), 'nothing is owed twice').toBe(0);
  expect(await tell()).toEqual(['mailed', 'mailed']);
  expect(server.mails.map(({ to }) => to).toSorted()).toEqual([CLERK, custodian.email].toSorted());
  const [mail] = server.mails;
  expect(mail?.subject).toBe('TRIAL: City of Rivertown: 8 requests wait');
  for (const [id, sentence] of [
    [tomorrow, 'is to be acted on by the end of Thursday, December 10, 2026, which is the next business day'],
    [today, 'is to be acted on by the end of today, Wednesday, December 9, 2026'],
    [late, 'was to be acted on by the end of Tuesday, December 8, 2026'],
    [over, 'was promised for Tuesday, December 8, 2026 by the delay letter'],
    [promisedToday, 'was promised for today, Wednesday, December 9, 2026, by the delay letter'],
    [
      promisedNext,
      'was promised for Thursday, December 10, 2026 by the delay letter, and that is the next business day',
    ],
    [lies, 'came to the body, and the custodian of records does not have it yet'],
    [statement, 'owes a statement of the grounds by the end of today, Wednesday, December 9, 2026'],
  ] as const) {
    expect(mail?.text.replaceAll(/\s+/g, ' ')).toContain(`Request ${await trackingOf(id)} ${sentence}`);
    expect(mail?.text).toContain(`/requests/${id}`);
  }
  for (const id of quiet) expect(mail?.raw).not.toContain(await trackingOf(id));
  for (const { raw } of server.mails) expect(raw).not.toContain(secret);

  moment = new Date('2026-12-09T21:00:00Z');
  expect(await owe()).toBe(0);
  expect(await tell()).toEqual([]);
  // The next morning what was due is overdue, and what was due tomorrow is due today.
  moment = new Date('2026-12-10T15:00:00Z');
  expect(await owe()).toBeGreaterThan(0);
  const { rows } = await archive.sql.query(
    'select request_id, about from notice where ended_at is null and office_id is not null order by about',
  );
  expect(rows).toEqual(
    expect.arrayContaining([
      { request_id: tomorrow, about: 'due-today 2026-12-10' },
      { request_id: today, about: 'overdue 2026-12-09' },
    ]),
  );
});

test('what was done before the letter went is not told; what the mail server refused goes later, as the same letter', async () => {
  await archive.sql.query(
    "update request set state = 'closed', outcome = 'denied', closed_at = now(), closed_by = 'x' where custodian_received_at is not null and state <> 'closed'",
  );
  const first = await asked('2026-12-04T10:00-06:00', 'x');
  expect(await owe()).toBeGreaterThanOrEqual(2);
  await said(first, 'delay', '2026-12-09T08:30-06:00', '2026-12-18T12:00-06:00');
  await archive.sql.query(
    "update notice set ended_at = now(), ended_as = 'moot' where ended_at is null and request_id <> $1",
    [first],
  );
  expect(await tell()).toEqual(['moot', 'moot']);
  expect(server.mails).toEqual([]);
  const second = await asked('2026-12-04T11:00-06:00', 'x');
  expect(await owe()).toBe(2);
  // A state alone acts on nothing.
  await archive.system.db.inAgency(
    'rivertown',
    async (at) => await changeState(at, second, { from: 'open', to: 'delayed' }, 'test'),
  );
  server.refuse(451);
  expect(await tell()).toEqual(['later', 'later']);
  server.refuse(null);
  await archive.sql.query('update notice set due_at = now() where ended_at is null');
  expect(await tell()).toEqual(['mailed', 'mailed']);
  expect(server.mails).toHaveLength(2);
  expect(server.mails[0]?.text).toContain(await trackingOf(second));
  expect(await tell()).toEqual([]);
});
