/**
 * The custodian's office is told of what was sealed, by a real mail server: what a letter says and never says, storms, servers that
 * refuse or break, workers that die in the midst, and reminders.
 */
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addAgency, letGo } from '#agency/agency.ts';
import { ArchiveError } from '#errors.ts';
import { announceSealed, noteArrivals, openCompany, runStep } from '#record/record.ts';
import { announceParked } from '../../src/record/notices.ts';
import {
  addOffice,
  changeAddress,
  endOffice,
  openMailer,
  tellOnce,
  tryOffice,
  type Mailer,
  type NewOffice,
} from '#routing/routing.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { call, recordOf, settled } from '../support/looking.ts';
import { startMailServer, type MailServer } from '../support/mail-server.ts';
import { colleague } from '../support/people.ts';
import { png } from '../support/picture.ts';
import { freePort } from '../support/port.ts';

const CLERK: NewOffice = {
  name: 'Office of the City Clerk',
  email: 'clerk@rivertown.example',
  duty: 'custodian',
  policyId: null,
  citation: 'Rivertown policy 4.2',
};

let archive: Archive;
let server: MailServer;

beforeAll(async () => {
  // Mail is set up, so that the pages say so; its worker is started by no test but one.
  archive = await openArchive({
    env: { SMTP_URL: 'smtp://127.0.0.1:1', HOLDFAST_MAIL_FROM: 'holdfast@rivertown.example' },
  });
  await addAgency(archive.system.db, { id: 'lakeside', name: 'City of Lakeside', zone: 'America/Chicago' });
  await archive.work();
});
afterAll(async () => await archive?.close());
beforeEach(async () => {
  server = await startMailServer();
});
afterEach(async () => {
  await server.close();
  // Each test begins with nobody to tell.
  await archive.sql.query("update notice set ended_at = now(), ended_as = 'moot' where ended_at is null");
  await archive.sql.query("update notice set ended_at = ended_at - interval '1 day'");
  await archive.sql.query("update office set ended_at = now(), ended_by = 'test' where ended_at is null");
});

async function office(more: Partial<NewOffice> = {}, agency = 'rivertown'): Promise<string> {
  const added = await archive.system.db.inAgency(
    agency,
    async (at) => await addOffice(at, { ...CLERK, ...more }, 'test'),
  );
  if ('refused' in added) throw new Error(added.refused);
  return added.id;
}

/** Handed in with a picture, and all that the robots do with it done. */
async function handIn(
  event: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<string> {
  const files = [{ name: 'shot.png', type: 'image/png', bytes: await png(30, 30) }];
  const { status, body } = await archive.report(simpleReport(event), files, headers);
  expect(status).toBe(202);
  await stepsDone(body.recordId);
  return body.recordId;
}

async function stepsDone(recordId: string): Promise<void> {
  const owed = async (): Promise<number> =>
    (await archive.sql.query('select from step where record_id = $1', [recordId])).rowCount ?? 0;
  while ((await owed()) > 0) await sleep(30);
}

interface Telling {
  readonly gatherMs?: number;
  readonly url?: string;
}

/** Sends letters until none is due; answers what came of each. */
async function tell({ gatherMs = 0, url = server.url }: Telling = {}) {
  const mailer = openMailer({ url, from: 'Holdfast <holdfast@rivertown.example>' });
  const outcomes: string[] = [];
  for (;;) {
    const told = await tellOnce({ ...contextOf(mailer), gatherMs });
    if (told === null) break;
    outcomes.push(told);
  }
  mailer.close();
  return outcomes;
}

function contextOf(mailer: Mailer) {
  const { db, log, config, now } = archive.system;
  const { publicUrl, mode } = config;
  return { db, log, mailer, publicUrl, mode, gatherMs: 0, now };
}

/** As if the hours had passed. */
const waited = async (): Promise<void> => {
  await archive.sql.query('update notice set due_at = now() where ended_at is null');
};

const historyOf = async (recordId: string, type: string) =>
  (await recordOf(archive, recordId)).history.filter((entry) => entry.type === type);

describe('a letter', () => {
  test('goes to the office once the record is sealed, with what it needs and none of the content', async () => {
    const id = await office();
    const recordId = await handIn({
      text: 'A wallaby in the council chamber',
      note: 'quoll',
      author: { displayName: 'Pat Platypus', handle: '@platypus' },
      action: { verb: 'hide', ground: 'rivertown-social-media#3.a' },
    });
    expect(await tell()).toEqual(['mailed']);
    const [mail] = server.mails;
    const { code } = await archive.receipt(recordId);
    expect(mail).toMatchObject({
      from: 'holdfast@rivertown.example',
      to: 'clerk@rivertown.example',
      subject: 'TRIAL: City of Rivertown: 1 item handed in and sealed',
    });
    for (const said of [
      code,
      'what was asked: hide',
      'comment on City of Rivertown (facebook)',
      'safe to remove: yes',
      `http://archive.example/records/${recordId}`,
      'You are told because of: Rivertown policy 4.2.',
      'The content is archived. This says nothing about whether removing it is lawful or allowed by the policy.',
    ])
      expect(mail?.text.replaceAll(/\s+/g, ' ')).toContain(said);
    expect(mail?.text).toMatch(/clause: .+ \(.+\)/);
    for (const word of ['wallaby', 'quoll', 'Platypus', 'platypus']) expect(mail?.raw).not.toContain(word);
    expect(mail?.headers.get('auto-submitted')).toBe('auto-generated');
    expect(mail?.messageId).toMatch(/^<[0-9a-f-]{36}@archive\.example>$/);
    expect(await historyOf(recordId, 'office.told')).toMatchObject([
      { actor: 'worker:mail', body: { kind: 'sealed', office: id } },
    ]);
    expect(await tell()).toEqual([]);
  });

  test('after a storm is one for all, and those that come meanwhile go in the next', async () => {
    await office();
    const many = await Promise.all(Array.from({ length: 6 }, async () => await handIn()));
    expect(await tell({ gatherMs: 60_000 })).toEqual(['mailed']);
    expect(server.mails).toHaveLength(1);
    expect(server.mails[0]?.subject).toContain('6 items handed in and sealed');
    for (const recordId of many) expect(server.mails[0]?.text).toContain(recordId);
    const later = await handIn();
    expect(await tell({ gatherMs: 60_000 })).toEqual([]);
    expect(await tell({ gatherMs: 0 })).toEqual(['mailed']);
    expect(server.mails[1]?.text).toContain(later);
    expect(server.mails[1]?.text).not.toContain(many[0]);
  });

  test('waits for the robots that still look, and no longer than two minutes', async () => {
    await office();
    const recordId = await handIn();
    await archive.sql.query(
      "insert into step (record_id, name, agency_id, due_at) values ($1, 'inspect', 'rivertown', now() + interval '1 hour')",
      [recordId],
    );
    expect(await tell()).toEqual([]);
    await archive.sql.query(
      "update notice set created_at = created_at - interval '3 minutes' where record_id = $1",
      [recordId],
    );
    expect(await tell()).toEqual(['mailed']);
    await archive.sql.query('delete from step where record_id = $1', [recordId]);
  });

  test('goes to each office that the record concerns: by its policy, and to nobody else’s', async () => {
    await office({ email: 'all@rivertown.example' });
    await office({ email: 'media@rivertown.example', duty: 'copy', policyId: 'rivertown-social-media' });
    await office({ email: 'clerk@lakeside.example', name: 'Clerk of Lakeside' }, 'lakeside');
    const under = await handIn({ action: { verb: 'hide', ground: 'rivertown-social-media#3.a' } });
    await tell();
    expect(server.mails.map(({ to }) => to).toSorted()).toEqual([
      'all@rivertown.example',
      'media@rivertown.example',
    ]);
    server.mails.length = 0;
    const there = await archive.report(simpleReport({ text: 'x' }), [], {
      authorization: `Bearer ${await archive.key('moderator', 'lakeside')}`,
    });
    for (let tries = 0; tries < 200 && server.mails.length === 0; tries += 1) {
      await tell();
      await sleep(50);
    }
    expect(server.mails.map(({ to }) => to)).toEqual(['clerk@lakeside.example']);
    expect(server.mails[0]?.text).toContain(there.body.recordId);
    expect(server.mails[0]?.text).not.toContain(under);
  });

  test('is not owed for what was sealed before the office was named, nor to one that is told no more', async () => {
    await handIn();
    const id = await office();
    expect(await tell()).toEqual([]);
    const recordId = await handIn();
    await archive.system.db.inAgency('rivertown', async (at) => await endOffice(at, id, 'test'));
    expect(await tell()).toEqual(['moot']);
    expect(server.mails).toEqual([]);
    expect(await historyOf(recordId, 'office.told')).toEqual([]);
  });
});

describe('a mail server', () => {
  test('that is down delays the letter, which is the same one when it goes', async () => {
    await office();
    const port = await freePort();
    const recordId = await handIn();
    expect(await tell({ url: `smtp://127.0.0.1:${port}` })).toEqual(['later']);
    expect(await tell()).toEqual([]); // not at once again
    const { rows } = await archive.sql.query<{ letter: string; attempts: number; error_code: string }>(
      "select letter, attempts, error_code from notice where record_id = $1 and kind = 'sealed'",
      [recordId],
    );
    expect(rows).toMatchObject([{ attempts: 1, error_code: 'esocket' }]);
    // What comes meanwhile waits behind it, all of it, and goes in one.
    const meanwhile = [await handIn(), await handIn(), await handIn()];
    expect(await tell({ url: `smtp://127.0.0.1:${port}` })).toEqual([]);
    await waited();
    expect(await tell()).toEqual(expect.arrayContaining(['mailed', 'mailed']));
    const letters = server.mails.filter(({ subject }) => subject.includes('sealed'));
    expect(letters.map(({ messageId }) => messageId)[0]).toBe(`<${rows[0]?.letter}@archive.example>`);
    expect(letters).toHaveLength(2);
    for (const id of meanwhile) expect(letters[1]?.text).toContain(id);
  });

  test('that refuses is tried again for three days, then it is given up where everybody sees it', async () => {
    await office();
    const recordId = await handIn();
    server.refuse(550);
    expect(await tell()).toEqual(['later']);
    await archive.sql.query(
      "update notice set due_at = now(), begun_at = begun_at - interval '2 days' where record_id = $1 and kind = 'sealed'",
      [recordId],
    );
    expect(await tell()).toEqual(['later']);
    await archive.sql.query(
      "update notice set due_at = now(), begun_at = begun_at - interval '2 days' where record_id = $1 and kind = 'sealed'",
      [recordId],
    );
    expect(await tell()).toEqual(['given-up']);
    expect(await historyOf(recordId, 'office.not-told')).toMatchObject([
      { body: { kind: 'sealed', code: 'smtp-550' } },
    ]);
    server.refuse(null);
    expect(await tell()).toEqual([]);
    const custodian = await colleague(archive, ['custodian']);
    const page = await archive.app.inject({ url: '/worklist', headers: { cookie: custodian.cookie } });
    expect(page.body).toContain('Not every letter gets through to: Office of the City Clerk');
    expect(page.body).toContain(`/records/${recordId}`);
  });

  test('that breaks the line after it took the letter gets the same letter again, and never another', async () => {
    await office();
    const recordId = await handIn();
    server.breakAfterTaking(1);
    expect(await tell()).toEqual(['later']);
    await archive.sql.query("update notice set due_at = now() where record_id = $1 and kind = 'sealed'", [
      recordId,
    ]);
    expect(await tell()).toEqual(['mailed']);
    expect(server.mails).toHaveLength(2);
    expect(new Set(server.mails.map(({ messageId }) => messageId)).size).toBe(1);
    expect(await historyOf(recordId, 'office.told')).toHaveLength(1);
  });

  test('is given the password, and one with a wrong one is said to refuse it', async () => {
    await office();
    await handIn();
    const asking = await startMailServer({ password: 'pass word' });
    try {
      const wrong = new URL(asking.url);
      wrong.password = 'wrong';
      expect(await tell({ url: wrong.href })).toEqual(['later']);
      await archive.sql.query("update notice set due_at = now() where ended_at is null and kind = 'sealed'");
      const right = new URL(asking.url);
      right.password = 'pass word';
      expect(await tell({ url: right.href })).toEqual(['mailed']);
      expect(asking.mails).toHaveLength(1);
    } finally {
      await asking.close();
    }
  });

  test('elsewhere is given no password without TLS', async () => {
    await office();
    await handIn();
    const heard: string[] = [];
    const plain = createServer((socket) => {
      socket.write('220 here\r\n');
      socket.on('data', (data) => {
        heard.push(data.toString());
        socket.write('250-here\r\n250 AUTH PLAIN LOGIN\r\n');
      });
    });
    // An address of this machine that is not one of those that are known to be it.
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.2', resolve));
    const address = plain.address();
    if (typeof address !== 'object' || address === null) throw new Error('No address.');
    expect(await tell({ url: `smtp://holdfast:secret@127.0.0.2:${address.port}` })).toEqual(['later']);
    expect(heard.join('')).toContain('EHLO');
    expect(heard.join('')).not.toContain('AUTH');
    await new Promise((resolve) => plain.close(resolve));
  });
});

describe('a worker', () => {
  test('that dies while it sends leaves the letter to another, which sends the same one; what wakes up late changes nothing', async () => {
    await office();
    const recordId = await handIn();
    const letters: string[] = [];
    const sent = Promise.withResolvers<void>();
    const hung = tellOnce(
      contextOf({
        send: async ({ messageId }) => {
          letters.push(messageId);
          await sent.promise;
        },
        close: () => undefined,
      }),
    );
    while (letters.length === 0) await sleep(10);
    expect(await tell()).toEqual([]); // claimed still
    await archive.sql.query(
      "update notice set claimed_until = now() - interval '1 second' where record_id = $1 and letter is not null",
      [recordId],
    );
    expect(await tell()).toEqual(['mailed']);
    expect(server.mails.map(({ messageId }) => messageId)).toEqual(letters.map((id) => `<${id}>`));
    sent.resolve();
    await hung;
    expect(await historyOf(recordId, 'office.told')).toHaveLength(1);
  });

  test('that meets something else than a refusal counts the attempt, and lets others go on', async () => {
    await office();
    const recordId = await handIn();
    const broken = contextOf({
      send: async () => await Promise.reject(new Error('something of ours')),
      close: () => undefined,
    });
    expect(await tellOnce(broken)).toBe('later');
    const { rows } = await archive.sql.query(
      "select attempts, error_code, claimed_until from notice where record_id = $1 and kind = 'sealed'",
      [recordId],
    );
    expect(rows).toEqual([{ attempts: 1, error_code: 'internal', claimed_until: null }]);
  });

  test('of two at the same moment sends, and the other has nothing to send', async () => {
    await office();
    await Promise.all(Array.from({ length: 3 }, async () => await handIn()));
    const outcomes = await Promise.all([tell(), tell(), tell()]);
    expect(outcomes.flat()).toEqual(['mailed']);
    expect(server.mails).toHaveLength(1);
  });

  test('runs by itself, started as the processes start it', async () => {
    const own = await openArchive({
      env: {
        SMTP_URL: server.url,
        HOLDFAST_MAIL_FROM: 'holdfast@rivertown.example',
        HOLDFAST_MAIL_GATHER: '0s',
      },
    });
    try {
      await own.work('relay', 'seal', 'capture', 'mail');
      await own.system.db.inAgency('rivertown', async (at) => {
        const added = await addOffice(at, CLERK, 'test');
        if ('id' in added) await tryOffice(at, added.id, 'test');
      });
      for (let tries = 0; tries < 200 && server.mails.length === 0; tries += 1) await sleep(50);
      expect(server.mails[0]?.subject).toContain('letters arrive here');
      await own.report(simpleReport(), [{ name: 'a.png', type: 'image/png', bytes: await png(20, 20) }]);
      for (let tries = 0; tries < 400 && server.mails.length === 1; tries += 1) await sleep(50);
      expect(server.mails[1]?.subject).toContain('1 item handed in and sealed');
    } finally {
      await own.close();
    }
  });
});

describe('a reminder', () => {
  test('goes to whoever handed it in, when nobody said that it was removed', async () => {
    const moderator = await colleague(archive, ['moderator']);
    const signedIn = { cookie: moderator.cookie, 'sec-fetch-site': 'same-origin' };
    const sent = await archive.app.inject({
      method: 'POST',
      url: '/v1/deletion-events',
      headers: { ...signedIn, 'content-type': 'application/json' },
      payload: JSON.stringify(simpleReport({ text: 'bandicoot' })),
    });
    expect(sent.statusCode).toBe(202);
    const { recordId } = sent.json<{ recordId: string }>();
    await stepsDone(recordId);
    expect(await tell()).toEqual([]); // not yet
    await waited();
    expect(await tell()).toEqual(['mailed']);
    expect(server.mails[0]).toMatchObject({ to: moderator.email });
    expect(server.mails[0]?.subject).toContain('was it removed?');
    expect(server.mails[0]?.raw).not.toContain('bandicoot');
  });

  test('goes to the custodian’s office when a program handed it in; somebody who only gets copies is spared', async () => {
    await office();
    await office({ email: 'copy@rivertown.example', duty: 'copy' });
    await handIn();
    await tell();
    server.mails.length = 0;
    await waited();
    await tell();
    expect(server.mails.map(({ to }) => to)).toEqual(['clerk@rivertown.example']);
  });

  test('is not sent once somebody said so, nor for what is only kept, nor to somebody who has left', async () => {
    await office();
    const confirmed = await handIn();
    const said = await call(archive, `/v1/records/${confirmed}/removal`, {
      method: 'POST',
      role: 'moderator',
      payload: {},
    });
    expect(said.status).toBe(202);
    await handIn({ action: { verb: 'none' } });
    await tell();
    server.mails.length = 0;
    await waited();
    expect(await tell()).toEqual(['moot']);
    expect(server.mails).toEqual([]);
  });

  test('of somebody who has left goes to the custodian’s office', async () => {
    await office();
    const moderator = await colleague(archive, ['moderator']);
    const sent = await archive.app.inject({
      method: 'POST',
      url: '/v1/deletion-events',
      headers: {
        cookie: moderator.cookie,
        'sec-fetch-site': 'same-origin',
        'content-type': 'application/json',
      },
      payload: JSON.stringify(simpleReport()),
    });
    const { recordId } = sent.json<{ recordId: string }>();
    await stepsDone(recordId);
    await archive.system.db.inAgency(
      'rivertown',
      async (at) => await letGo(at, moderator.personId, 'test', new Date()),
    );
    await tell();
    server.mails.length = 0;
    await waited();
    expect(await tell()).toEqual(['moot', 'mailed']);
    expect(server.mails).toMatchObject([{ to: 'clerk@rivertown.example' }]);
    expect(server.mails[0]?.text).toContain(recordId);
  });
});

test('a step that stands still is told to the custodian’s office', async () => {
  await office();
  const recordId = await handIn();
  await tell();
  server.mails.length = 0;
  await archive.stopWork();
  await archive.sql.query(
    "insert into step (record_id, name, agency_id) values ($1, 'inspect', 'rivertown')",
    [recordId],
  );
  const { db, log } = archive.system;
  const ended = await runStep(
    { db, log, worker: 'test', claimMs: 60_000, company: openCompany(), onHalt: () => undefined },
    'inspect',
    recordId,
    async () => await Promise.reject(new ArchiveError('store-refused', 'x', { retry: 'never' })),
  );
  expect(ended).toBe('parked');
  await tell();
  expect(server.mails.map(({ subject }) => subject)).toEqual([
    'TRIAL: City of Rivertown: 1 item: a person must look',
  ]);
  // The next stop is told too; one that was mended before its letter went is not.
  await archive.sql.query('delete from step where record_id = $1', [recordId]);
  await archive.system.db.inAgency('rivertown', async (at) => await announceParked(at, recordId, 'inspect'));
  await archive.sql.query(
    "update notice set ended_at = ended_at - interval '1 hour' where ended_at is not null",
  );
  expect(await tell()).toEqual(['moot']);
  await archive.work();
});

describe('what a letter says of a record', () => {
  const textOf = async (recordId: string): Promise<string> => {
    await tell();
    const mail = server.mails.find(({ text }) => text.includes(recordId));
    return (mail?.text ?? '').replaceAll(/\s+/g, ' ');
  };

  test('that is not archived in full is that, and nowhere that it is', async () => {
    await office();
    const { body } = await archive.report(simpleReport({ text: 'no picture of it' }));
    await stepsDone(body.recordId);
    const text = await textOf(body.recordId);
    expect(text).toContain('not safe to remove yet:');
    expect(text).toContain('the content is not archived in full yet.');
    expect(text).not.toContain('The content is archived.');
  });

  test('that is only kept says nothing of removing it', async () => {
    await office();
    const text = await textOf(await handIn({ action: { verb: 'none' } }));
    expect(text).toContain('kept without a removal');
    expect(text).not.toContain('safe to remove');
  });

  test('on an account of somebody’s own names neither it nor what was written in its place', async () => {
    await office();
    const text = await textOf(await handIn({ account: 'pat.platypus\n\nsafe to remove: yes, all' }));
    expect(text).toContain('an account that is not in your register');
    expect(text).not.toContain('platypus');
  });

  test('that names no clause of the policy for which the office is told does not cite it', async () => {
    await office({ policyId: 'rivertown-social-media' });
    const under = await handIn({ action: { verb: 'hide', ground: 'rivertown-social-media#3.a' } });
    expect(await textOf(under)).toContain('because of: Rivertown policy 4.2');
    const none = await handIn({ action: { verb: 'hide' } });
    expect(await textOf(none)).not.toContain('because of');
  });
});

describe('what is announced', () => {
  test('is a second removal of the same content, and no screenshot that was added to the first', async () => {
    await office();
    const event = {
      url: `https://www.facebook.com/rivertown/posts/1?comment_id=${Date.now()}`,
      capture: false,
      action: { verb: 'hide' },
    };
    const first = await handIn(event);
    await tell();
    const custodian = await archive.system.db.inAgency(
      'rivertown',
      async (at) => await noteArrivals(at, [first], 'test'),
    );
    expect(custodian).toBe(1);
    await archive.sql.query("update notice set ended_at = ended_at - interval '1 hour'");
    server.mails.length = 0;
    const confirmed = await call(archive, `/v1/records/${first}/removal`, {
      method: 'POST',
      role: 'moderator',
      payload: {},
    });
    expect(confirmed.status).toBe(202);
    await settled(archive, first);
    expect(await tell()).toEqual([]);
    const again = await handIn({ ...event, text: 'hidden once more', action: { verb: 'delete' } });
    if (again === first) {
      expect(await tell()).toEqual(['mailed']);
      expect(server.mails[0]?.text).toContain(first);
      const { rows } = await archive.sql.query('select noted_at from arrival where record_id = $1', [first]);
      expect(rows).toEqual([{ noted_at: null }]);
    } else throw new Error('It became a record of its own.');
  });

  test('is not what an import brings', async () => {
    await office();
    const id = await handIn();
    await archive.sql.query('delete from notice where record_id = $1', [id]);
    await archive.sql.query('delete from arrival where record_id = $1', [id]);
    await archive.sql.query(
      `update fact set body = jsonb_set(body, '{data,channel}', '"import"') where record_id = $1`,
      [id],
    );
    await archive.system.db.inAgency('rivertown', async (at) => await announceSealed(at, id, 1));
    const { rowCount } = await archive.sql.query('select from arrival where record_id = $1', [id]);
    expect(rowCount).toBe(0);
    expect(await tell()).toEqual([]);
  });
});

test('more than fifty go in one letter, which lists fifty and says how many more', async () => {
  const id = await office();
  const recordIds: string[] = [];
  for (let i = 0; i < 3; i += 1) recordIds.push(await handIn());
  await archive.sql.query("update notice set ended_at = now(), ended_as = 'moot' where ended_at is null");
  await archive.sql.query(
    `insert into notice (agency_id, office_id, record_id, kind, about)
     select 'rivertown', $1, r.id, 'sealed', 'again ' || i from record r, generate_series(1, 30) i
      where r.id = any ($2::uuid[])`,
    [id, recordIds],
  );
  await archive.sql.query(
    "update notice set ended_at = ended_at - interval '1 hour' where ended_at is not null",
  );
  expect(await tell()).toEqual(['mailed']);
  expect(server.mails[0]?.subject).toContain('90 items');
  expect(server.mails[0]?.text).toContain('and 40 more: http://archive.example/worklist');
});

describe('an office', () => {
  test.each([
    ['name-unfit', { name: ' ' }],
    ['name-unfit', { name: 'Clerk\r\nBcc: everybody@lakeside.example' }],
    ['email-unfit', { email: 'a@b.example, c@d.example' }],
    ['email-unfit', { email: 'a@b.example\r\nBcc: c@d.example' }],
    ['email-unfit', { email: '<a@b.example>' }],
    ['duty-unknown', { duty: 'king' }],
    ['policy-unknown', { policyId: 'lakeside-rules' }],
    ['citation-unfit', { citation: 'a\nb' }],
  ] as const)('is refused as %s: %j', async (refusal, more) => {
    const added = await archive.system.db.inAgency(
      'rivertown',
      async (at) => await addOffice(at, { ...CLERK, ...more }, 'test'),
    );
    expect(added).toEqual({ refused: refusal });
  });

  test('that gets another address is told there at once what waited for it', async () => {
    const id = await office({ email: 'clrek@rivertown.example' });
    const recordId = await handIn();
    server.refuse(550);
    expect(await tell()).toEqual(['later']);
    server.refuse(null);
    const change = async (email: string) =>
      await archive.system.db.inAgency('rivertown', async (at) => await changeAddress(at, id, email, 'test'));
    expect(await change('a@b.example, c@d.example')).toBe('email-unfit');
    expect(await change('clerk@rivertown.example')).toBeNull();
    expect(await tell()).toEqual(['mailed']);
    expect(server.mails).toMatchObject([{ to: 'clerk@rivertown.example' }]);
    expect(server.mails[0]?.text).toContain(recordId);
    const other = await office({ email: 'other@rivertown.example' });
    expect(
      await archive.system.db.inAgency(
        'rivertown',
        async (at) => await changeAddress(at, other, 'CLERK@rivertown.example', 'test'),
      ),
    ).toBe('email-taken');
  });

  test('is tried once in ten minutes, so that nobody is flooded through us', async () => {
    const id = await office();
    const tried = async () =>
      await archive.system.db.inAgency('rivertown', async (at) => await tryOffice(at, id, 'test'));
    expect(await Promise.all([tried(), tried(), tried()])).toEqual(
      expect.arrayContaining(['owed', 'recently', 'recently']),
    );
    expect(await tell()).toEqual(['mailed']);
    expect(await tried()).toBe('recently');
  });

  test('with the same address twice is told of a thing once', async () => {
    await office();
    await office({ policyId: 'rivertown-social-media' });
    await handIn({ action: { verb: 'hide', ground: 'rivertown-social-media#3.a' } });
    expect(await tell()).toEqual(['mailed']);
  });

  test('is there once for each policy, and may be added anew after it ended', async () => {
    const id = await office();
    await expect(office()).rejects.toThrow('email-taken');
    await expect(office({ email: 'CLERK@rivertown.example' })).rejects.toThrow('email-taken');
    await office({ policyId: 'rivertown-social-media' });
    await archive.system.db.inAgency('rivertown', async (at) => await endOffice(at, id, 'test'));
    await office();
  });
});
