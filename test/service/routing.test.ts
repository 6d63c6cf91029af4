/**
 * The custodian's office is told of what was sealed, by a real mail server: what a letter says and never says, storms, servers that
 * refuse or break, workers that die in the midst, and reminders.
 */
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addAgency, letGo } from '#agency/agency.ts';
import { ArchiveError } from '#errors.ts';
import { openCompany, runStep } from '#record/record.ts';
import { addOffice, endOffice, openMailer, tellOnce, tryOffice, type NewOffice } from '#routing/routing.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { call, recordOf } from '../support/looking.ts';
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
  await archive.sql.query('select 1');
  for (;;) {
    const { rowCount } = await archive.sql.query('select 1 from step where record_id = $1', [body.recordId]);
    if (rowCount === 0) return body.recordId;
    await sleep(30);
  }
}

interface Telling {
  readonly gatherMs?: number;
  readonly remindMs?: number;
  readonly url?: string;
  readonly now?: () => Date;
}

/** Sends letters until none is due; answers what came of each. */
async function tell({ gatherMs = 0, remindMs = 3_600_000, url = server.url, now }: Telling = {}) {
  const { db, log, config } = archive.system;
  const mailer = openMailer({ url, from: 'Holdfast <holdfast@rivertown.example>' });
  const context = {
    db,
    log,
    mailer,
    publicUrl: config.publicUrl,
    mode: config.mode,
    gatherMs,
    remindMs,
    now: now ?? (() => new Date()),
  };
  const outcomes: string[] = [];
  for (;;) {
    const told = await tellOnce(context);
    if (told === null) break;
    outcomes.push(told);
  }
  mailer.close();
  return outcomes;
}

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
      subject: 'TRIAL: City of Rivertown: 1 item archived',
    });
    for (const said of [
      code,
      'what was asked: hide',
      'rivertown (facebook)',
      'safe to remove: yes',
      `http://archive.example/records/${recordId}`,
      'You are told because of: Rivertown policy 4.2.',
      'This says nothing about whether removing it is lawful or allowed by the policy.',
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
    expect(server.mails[0]?.subject).toContain('6 items archived');
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
    await archive.sql.query('update notice set due_at = now() where record_id = $1', [recordId]);
    // What came meanwhile is another letter.
    await handIn();
    expect(await tell()).toEqual(['mailed', 'mailed']);
    expect(server.mails.map(({ messageId }) => messageId)).toContain(`<${rows[0]?.letter}@archive.example>`);
  });

  test('that refuses is tried again for three days, then it is given up where everybody sees it', async () => {
    await office();
    const recordId = await handIn();
    server.refuse(550);
    expect(await tell()).toEqual(['later']);
    await archive.sql.query('update notice set due_at = now() where record_id = $1', [recordId]);
    const inFourDays = (): Date => new Date(Date.now() + 4 * 86_400_000);
    expect(await tell({ now: inFourDays })).toEqual(['given-up']);
    expect(await historyOf(recordId, 'office.not-told')).toMatchObject([
      { body: { kind: 'sealed', code: 'smtp-550' } },
    ]);
    server.refuse(null);
    expect(await tell()).toEqual([]);
    const custodian = await colleague(archive, ['custodian']);
    const page = await archive.app.inject({ url: '/worklist', headers: { cookie: custodian.cookie } });
    expect(page.body).toContain('Letters do not get through to: Office of the City Clerk');
    expect(page.body).toContain(`/records/${recordId}`);
  });

  test('that breaks the line after it took the letter gets the same letter again, and never another', async () => {
    await office();
    const recordId = await handIn();
    server.breakAfterTaking(1);
    expect(await tell()).toEqual(['later']);
    await archive.sql.query('update notice set due_at = now() where record_id = $1', [recordId]);
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
      await archive.sql.query('update notice set due_at = now() where ended_at is null');
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
  test('that dies while it sends leaves the letter to another, which sends the same one', async () => {
    await office();
    const recordId = await handIn();
    const { db, log } = archive.system;
    const letters: string[] = [];
    const dying = {
      send: async ({ messageId }: { readonly messageId: string }) => {
        letters.push(messageId);
        await new Promise<never>((_, reject) => setTimeout(() => reject(new Error('died')), 10));
      },
      close: () => undefined,
    };
    const context = {
      db,
      log,
      mailer: dying,
      publicUrl: 'http://archive.example',
      mode: 'trial' as const,
      gatherMs: 0,
      remindMs: 1,
      now: () => new Date(),
    };
    await expect(tellOnce(context)).rejects.toThrow('died');
    expect(await tell()).toEqual([]); // claimed still
    await archive.sql.query(
      "update notice set claimed_until = now() - interval '1 second' where record_id = $1",
      [recordId],
    );
    expect(await tell()).toEqual(['mailed']);
    expect(server.mails.map(({ messageId }) => messageId)).toEqual(letters.map((id) => `<${id}>`));
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
        if ('id' in added) await tryOffice(at, added.id);
      });
      for (let tries = 0; tries < 200 && server.mails.length === 0; tries += 1) await sleep(50);
      expect(server.mails[0]?.subject).toContain('letters arrive here');
      await own.report(simpleReport(), [{ name: 'a.png', type: 'image/png', bytes: await png(20, 20) }]);
      for (let tries = 0; tries < 400 && server.mails.length === 1; tries += 1) await sleep(50);
      expect(server.mails[1]?.subject).toContain('1 item archived');
    } finally {
      await own.close();
    }
  });
});

describe('a reminder', () => {
  const later = { remindMs: 1 };

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
    await archive.until(recordId, (receipt) => receipt.status === 'complete');
    expect(await tell()).toEqual([]); // not yet
    expect(await tell(later)).toEqual(['mailed']);
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
    await tell(later);
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
    expect(await tell(later)).toEqual(['moot']);
    expect(server.mails).toEqual([]);
    const moderator = await colleague(archive, ['moderator']);
    await archive.sql.query(
      `insert into notice (agency_id, person_id, record_id, kind) values ('rivertown', $1, $2, 'reminder')`,
      [moderator.personId, await handIn()],
    );
    await archive.system.db.inAgency(
      'rivertown',
      async (at) => await letGo(at, moderator.personId, 'test', new Date()),
    );
    await tell(later);
    expect(server.mails.map(({ to }) => to)).not.toContain(moderator.email);
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

  test('is there once for each policy, and may be added anew after it ended', async () => {
    const id = await office();
    await expect(office()).rejects.toThrow('email-taken');
    await expect(office({ email: 'CLERK@rivertown.example' })).rejects.toThrow('email-taken');
    await office({ policyId: 'rivertown-social-media' });
    await archive.system.db.inAgency('rivertown', async (at) => await endOffice(at, id, 'test'));
    await office();
  });
});
