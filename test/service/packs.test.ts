/**
 * Each policy pack walks its own rule: what its body would report is handed in under its own clause, sealed, and called safe; the
 * record keeps the clause as it stood, whatever the policy says afterwards.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  addAccount,
  addAgency,
  addPack,
  addPolicy,
  lackingOf,
  listPolicies,
  PACKS,
  type PolicyPack,
} from '#agency/agency.ts';
import { VERBS } from '#record/record.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { call } from '../support/looking.ts';
import { colleague } from '../support/people.ts';
import { png } from '../support/picture.ts';

let archive: Archive;
const TODAY = '2026-11-29';

beforeAll(async () => {
  archive = await openArchive();
  await archive.work();
});
afterAll(async () => await archive?.close());

/** What a body of this policy does, and what must come of it. */
interface Walk {
  readonly pack: string;
  readonly agency: string;
  /** A person of the body, for whom there is no account of its own. */
  readonly account: string;
  readonly verb: string;
  readonly ground: string;
  readonly citation: string;
  readonly clause: string;
  readonly kind?: string;
  /** A removal is waited for; `none`: it is kept without one. */
  readonly removal: 'awaited' | 'none';
}

// oxfmt-ignore
const WALKS: readonly Walk[] = [
  { pack: 'kcmo-ar-1-27', agency: 'kcmo', account: 'kcmo', verb: 'delete', ground: 'e.2', citation: 'AR 1-27, 5.0 A.2.e, item 2 of 10', clause: 'considered profane', removal: 'awaited' },
  { pack: 'kcmo-personal-accounts', agency: 'kcmo', account: 'an-employee', verb: 'none', ground: 'contact', citation: 'Employee Guidelines for Personal Social Media Use', clause: 'Chapters 109 or 610 RSMo', kind: 'message', removal: 'none' },
  { pack: 'kirkwood-social-media', agency: 'kirkwood', account: 'kirkwood', verb: 'hide', ground: 'e.3.e', citation: 'E.3.e', clause: 'Threats to any person', removal: 'awaited' },
  { pack: 'lees-summit-416', agency: 'lees-summit', account: 'ls', verb: 'hide', ground: '6.14.9', citation: '416.6.14, item 9 of 9', clause: 'harassing of another person', removal: 'awaited' },
  { pack: 'kcpd-261-1', agency: 'kcpd', account: 'a-page', verb: 'none', ground: 'iv.e', citation: 'IV.E', clause: 'shall notify their supervisor', removal: 'none' },
];

describe('the packs', () => {
  test('are the five policies, each with its clauses and its citations', () => {
    expect(PACKS.map(({ policyId, grounds }) => [policyId, grounds.length])).toEqual([
      ['kcmo-ar-1-27', 10],
      ['kcmo-personal-accounts', 1],
      ['kirkwood-social-media', 12],
      ['lees-summit-416', 10],
      ['kcpd-261-1', 2],
    ]);
    for (const { grounds, rules, source } of PACKS) {
      expect(new Set(grounds.map(({ clauseId }) => clauseId)).size).toBe(grounds.length);
      expect(new Set(grounds.map(({ citation }) => citation)).size).toBe(grounds.length);
      for (const { label, clause, citation } of grounds) {
        expect(label.length, 'fits on a phone').toBeLessThanOrEqual(36);
        expect(clause.length).toBeGreaterThan(10);
        expect(citation).not.toBe('');
      }
      expect(source).toBeDefined();
      for (const said of [
        rules?.custodian,
        ...(rules?.sendTo ?? []),
        ...(rules?.mayRemove ?? []),
        ...(rules?.verbs ?? []),
        ...(rules?.notices ?? []),
        ...(rules?.before ?? []),
        ...(rules?.kept ?? []),
      ])
        if (said != null) expect(said.citation, said.says).toMatch(/\w/);
      for (const { verb } of rules?.verbs ?? []) expect(VERBS).toContain(verb);
    }
  });

  const packOf = (id: string): PolicyPack => {
    const found = PACKS.find(({ policyId }) => policyId === id);
    if (found === undefined) throw new Error(`There is no pack ${id}.`);
    return found;
  };

  test.for(WALKS)('$pack: from the report under $ground to the receipt', async (walk) => {
    const pack = packOf(walk.pack);
    const { db } = archive.system;
    await addAgency(db, { id: walk.agency, name: pack.body, zone: 'America/Chicago' });
    await db.inAgency(walk.agency, async (at) => {
      expect(await addPack(at, pack, TODAY)).toBe('added');
      expect(await addPack(at, pack, TODAY), 'a version is added once').toBe('there');
      if (walk.removal === 'awaited')
        await addAccount(at, {
          platform: 'facebook',
          nativeId: null,
          handle: walk.account,
          url: null,
          name: pack.body,
        });
    });
    const asModerator = { agency: walk.agency, role: 'moderator' } as const;
    // What an agency decided is held for a second (src/reference.ts).
    await sleep(1100);
    const listed = (await call(archive, '/v1/policies', asModerator)).body as {
      policies: { policyId: string; rules: { verbs: { verb: string }[] }; source: string }[];
      grounds: { reference: string; purpose: string; citation: string }[];
    };
    const shown = listed.policies.find(({ policyId }) => policyId === pack.policyId);
    expect(shown).toMatchObject({ rules: pack.rules, source: pack.source });
    const ground = listed.grounds.find(({ reference }) => reference === `${pack.policyId}#${walk.ground}`);
    expect(ground).toMatchObject({ purpose: walk.removal === 'none' ? 'keep' : 'remove' });
    expect(ground?.citation).toContain(walk.citation);
    if (walk.removal === 'awaited') expect(pack.rules?.verbs.map(({ verb }) => verb)).toContain(walk.verb);

    const sent = await archive.report(
      simpleReport({
        account: walk.account,
        text: 'words of nobody',
        kind: walk.kind ?? 'comment',
        author: { displayName: 'A Person' },
        action: { verb: walk.verb, ground: `${pack.policyId}#${walk.ground}` },
      }),
      [{ name: 'shot.png', type: 'image/png', bytes: await png() }],
      { authorization: `Bearer ${await archive.key('moderator', walk.agency)}` },
    );
    expect(sent.status).toBe(202);
    const { recordId } = sent.body;
    const receipt = async (): Promise<Record<string, unknown>> =>
      (await call(archive, `/v1/records/${recordId}/receipt`, asModerator)).body;
    await expect.poll(receipt, { timeout: 60_000, interval: 100 }).toMatchObject({
      status: 'complete',
      safeToRemove: true,
      removal: walk.removal,
      tier: 'D',
    });

    // The policy changes the day after; what was removed under the old clause still says the old clause.
    await db.inAgency(walk.agency, async (at) => {
      const grounds = pack.grounds.map((one) => ({ ...one, clause: `changed: ${one.clause}` }));
      await addPolicy(at, { ...pack, version: 'next', effectiveOn: TODAY, grounds });
    });
    const record = (
      await call(archive, `/v1/records/${recordId}`, { agency: walk.agency, role: 'custodian' })
    ).body as {
      facts: { body: { data: { action: { grounds: Record<string, string>[] } } } }[];
      accountRegistered: boolean;
    };
    const [named] = record.facts[0]?.body.data.action.grounds ?? [];
    expect(named).toMatchObject({ policyId: pack.policyId, policyVersion: pack.version });
    expect(named?.['citation']).toContain(walk.citation);
    expect(named?.['text']).toContain(walk.clause);
    expect(named?.['text']).not.toContain('changed');
    expect(record.accountRegistered).toBe(walk.removal === 'awaited');
  });

  test('lees-summit-416: who moderates agrees in writing first, is told until it is on file, and is kept from nothing', async () => {
    const { db } = archive.system;
    await addAgency(db, { id: 'agreeing', name: 'City of Rivertown', zone: 'America/Chicago' });
    const pack = packOf('lees-summit-416');
    await db.inAgency('agreeing', async (at) => {
      await addPack(at, pack, TODAY);
      await addPack(at, packOf('kcpd-261-1'), TODAY);
    });
    const moderator = await colleague(archive, ['moderator'], 'agreeing');
    const administrator = await colleague(archive, ['administrator'], 'agreeing');
    const told = async (): Promise<boolean> => {
      const { body } = await archive.app.inject({ url: '/report', headers: { cookie: moderator.cookie } });
      expect(body).toContain('id="report"');
      return body.includes('asks you to agree in writing before you moderate');
    };
    expect(await told()).toBe(true);
    const sent = await archive.app.inject({
      method: 'POST',
      url: '/v1/deletion-events',
      headers: { cookie: moderator.cookie, 'sec-fetch-site': 'same-origin' },
      payload: simpleReport({ action: { verb: 'hide', ground: 'lees-summit-416#6.14.9' } }),
    });
    expect(sent.statusCode, 'what is about to go is archived all the same').toBe(202);

    const { personId } = moderator;
    const answer = await archive.app.inject({
      method: 'POST',
      url: `/people/${personId}/agreements`,
      headers: {
        cookie: administrator.cookie,
        'sec-fetch-site': 'same-origin',
        'content-type': 'application/x-www-form-urlencoded',
      },
      payload: `${personId}-version=lees-summit-416 2019-12-12&${personId}-day=2026-11-02&${personId}-paper=`,
    });
    expect(answer.statusCode).toBe(200);
    expect(await told()).toBe(false);
  });

  test('of the five, one asks for an agreement in writing, and says where', async () => {
    const { db } = archive.system;
    await addAgency(db, { id: 'all-five', name: 'City of Rivertown', zone: 'America/Chicago' });
    const asked = await db.inAgency('all-five', async (at) => {
      for (const pack of PACKS) expect(await addPack(at, pack, TODAY)).toBe('added');
      const nobody = '01990000-0000-7000-8000-000000000000';
      expect(
        await lackingOf(at, nobody, await listPolicies(at), '2019-12-11'),
        'the day before it took effect',
      ).toEqual([]);
      return await lackingOf(at, nobody, await listPolicies(at), TODAY);
    });
    expect(asked).toMatchObject([
      { policyId: 'lees-summit-416', version: '2019-12-12', citation: 'Policy 416, 416.4.3', isPack: true },
    ]);
  });
});
