/** What is served: pages with their policy, files of ours, the list of calls, and receipts that no text can break out of. */
import fastify from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { StoredFact } from '#intake/fact-schema.ts';
import {
  problemPage as problemPageIn,
  receiptPage as receiptPageIn,
  registerConsole,
} from '#console/console.ts';
import type { Receipt } from '#record/record.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { openForm } from '../support/reporting.ts';
import { sampleReceipt } from '../support/sample-receipt.ts';
import { DESK, type Visitor } from '../support/visitor.ts';

const HERE = { mode: 'production', viewer: null, language: 'en', path: '/' } as const;
type Receipted = Parameters<typeof receiptPageIn>;
const receiptPage = (receipt: Receipted[0], about: Pick<Receipted[1], 'agencyName' | 'zone'>): string =>
  receiptPageIn(
    receipt,
    { statusUrl: 'http://archive.example/verify?code=ABCDE-FGHJK', signedBy: null, ...about },
    HERE,
  );
const problemPage = (problem: Parameters<typeof problemPageIn>[0], mode: 'trial' | 'production'): string =>
  problemPageIn(problem, { ...HERE, mode });

let scene: ConsoleScene;
let at: Visitor;

beforeAll(async () => {
  scene = await openConsoleScene();
});
afterAll(async () => await scene.close());
beforeEach(async () => {
  at = await scene.visitor();
});
afterEach(async () => {
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
});

const asPerson = { headers: { accept: 'text/html' } };

describe('what is served', () => {
  /** And from where each may show pictures: those that are chosen on it, and those of a record. */
  const PAGES = [
    ['/report', () => "'self' blob:"],
    ['/keep', () => "'self' blob:"],
    ['/report/records/01990000-0000-7000-8000-000000000001', () => `'self' blob: ${scene.content}`],
    ['/report/records/01990000-0000-7000-8000-000000000001/receipt', () => "'self'"],
    ['/docs', () => "'self'"],
    ['/nowhere', () => "'self'"],
  ] as const;

  test('each page comes with its policy, and allows no script of its own', async () => {
    for (const [path, allowed] of PAGES) {
      const images = allowed();
      const answer = await fetch(scene.origin + path, asPerson);
      const text = await answer.text();
      expect(answer.headers.get('content-security-policy')).toBe(
        `default-src 'none'; script-src 'self'; style-src 'self'; img-src ${images}; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
      );
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('referrer-policy')).toBe('same-origin');
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(text).not.toMatch(/<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=/i);
      expect(text).toContain('TRIAL: not for official records');
    }
    expect(PAGES.length).toBe(6);
  });

  test('a script that got into a page would not run', async () => {
    await at.goTo('/report');
    await at.inPage(
      `document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.ran = true' }))`,
    );
    expect(await at.inPage(`'ran' in window`)).toBe(false);
    expect(at.said.splice(0).some((line) => /content security policy/i.test(line))).toBe(true);
  });

  test('files of ours are cached for ever, and nothing else is there', async () => {
    // A phone fetches no fonts.
    await at.page.setViewport(DESK);
    await openForm(scene, at);
    const loaded = (
      (await at.inPage(
        `performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)`,
      )) as string[]
    ).filter((path) => path.startsWith('/assets/'));
    expect(loaded.filter((path) => path.endsWith('.woff2')).length).toBeGreaterThan(0);
    expect(loaded.filter((path) => path.endsWith('.js')).length).toBeGreaterThan(4);
    for (const path of loaded) {
      const answer = await fetch(scene.origin + path, asPerson);
      expect([
        path,
        answer.status,
        answer.headers.get('cache-control'),
        answer.headers.get('x-content-type-options'),
      ]).toEqual([path, 200, 'public, max-age=31536000, immutable', 'nosniff']);
    }
    const own = (loaded.find((path) => path.endsWith('report.js')) ?? '').replace('report.js', '');
    const uswds = own.replace('/holdfast/', '/uswds/');
    for (const path of [
      own,
      own.slice(0, -1),
      `${own}nothing.js`,
      `${own}..%2fconsole.ts`,
      `${own}%2e%2e/console.ts`,
      uswds,
      `${uswds}js/uswds.min.js`,
      `${uswds}scss/uswds.scss`,
      `${uswds}css/uswds.min.css.map`,
      `${uswds}..%2f..%2fpackage.json`,
    ]) {
      expect([path, (await fetch(scene.origin + path, asPerson)).status]).toEqual([path, 404]);
    }
  });

  test('the address of the archive leads to the form', async () => {
    const answer = await fetch(`${scene.origin}/`, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/report']);
  });

  test('every call of the document is listed, and no other', async () => {
    const { paths } = (await (await fetch(`${scene.origin}/openapi.json`)).json()) as {
      readonly paths: Readonly<Record<string, object>>;
    };
    const calls = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(calls.length).toBeGreaterThan(12);
    await at.goTo('/docs');
    const listed = await at.page.$$eval('.hf-call__name', (names) =>
      names.map((name) => name.textContent ?? ''),
    );
    expect(new Set(listed)).toEqual(new Set(calls));
    expect(listed).toHaveLength(calls.length);
    expect(await at.textOf('main')).toContain(`${calls.length} calls`);
  });

  test('the words of the document stay text, and in production nothing says trial', async () => {
    const app = fastify();
    const hostile = 'A record, <script>alert(1)</script> whole';
    await registerConsole(app, {
      frameOf: () => ({ mode: 'production', viewer: null, language: 'en', path: '/' }),
      publicUrl: 'https://archive.example',
      contentFor: () => 'https://content.example',
      unconfirmedOf: async () => 0,
      choicesOf: async () => null,
      openapi: () => ({
        paths: { '/v1/<b>': { get: { tags: ['<i>'], summary: hostile, responses: { 200: {} } } } },
      }),
    });
    try {
      for (const [path] of PAGES.filter(([one]) => one !== '/nowhere'))
        expect((await app.inject(path)).body).not.toContain('TRIAL');
      const { body } = await app.inject('/docs');
      expect(body).toContain('A record, &lt;script&gt;alert(1)&lt;/script&gt; whole');
      expect(body).toContain('GET /v1/&lt;b&gt;');
      expect(body).not.toMatch(/<script(?![^>]*\ssrc=)|<[bi]>/);
    } finally {
      await app.close();
    }
    expect(
      receiptPage(
        { ...sampleReceipt, mode: 'production' },
        { agencyName: 'City of Rivertown', zone: 'America/Chicago' },
      ),
    ).not.toContain('TRIAL');
    const problem = { status: 404, title: 'T', detail: 'D', code: 'c', requestId: 'r' };
    expect(problemPage(problem, 'production')).not.toContain('TRIAL');
  });
});

describe('a receipt', () => {
  const about = { agencyName: 'City of Rivertown', zone: 'America/Chicago' };

  test('states what it must', () => {
    const text = receiptPage(sampleReceipt, about)
      .replaceAll(/<[^>]+>/g, ' ')
      .replaceAll(/\s+/g, ' ');
    const [seal] = sampleReceipt.seals;
    for (const part of [
      'TRIAL: not for official records',
      sampleReceipt.code,
      'SAFE TO REMOVE',
      'Tier D',
      'It does not prove:',
      sampleReceipt.statement,
      sampleReceipt.store.sentence,
      sampleReceipt.log.sentence,
      'Nov 21, 2026, 2:03:00 PM CST',
      '2026-11-21T20:03:00.123Z',
      seal?.sha256 ?? '?',
      seal?.key ?? '?',
      seal?.versionId ?? '?',
      seal?.lockedUntil ?? '?',
      ' 1,800 ',
    ])
      expect(text).toContain(part);
  });

  test('says no while something is missing', () => {
    const text = receiptPage(
      {
        ...sampleReceipt,
        safeToRemove: false,
        evidence: [],
        tier: null,
        missing: [{ code: 'seal-pending', sentence: 'It is being sealed.' }],
        seals: [],
      },
      about,
    );
    expect(text).not.toContain('SAFE TO REMOVE');
    expect(text).toContain('DO NOT REMOVE YET');
    expect(text).toContain('It is being sealed.');
  });

  test('says in each case what the live page says', () => {
    const word = (more: Partial<Receipt>): string =>
      /hf-state__word">([^<]*)</.exec(receiptPage({ ...sampleReceipt, ...more }, about))?.[1] ?? '';
    const missing = [{ code: 'seal-pending' as const, sentence: 'It is being sealed.' }];
    const stillThere = {
      answer: 'there',
      at: '2026-11-21T14:03:00.000Z',
      outcome: 'captured',
      sentence: 'There.',
    } as const;
    expect([
      word({}),
      word({ removal: 'confirmed' }),
      word({ removal: 'none' }),
      word({ removal: 'confirmed', secondLook: stillThere }),
      word({ status: 'disposed' }),
      ...(['awaited', 'confirmed', 'none'] as const).map((removal) =>
        word({ removal, safeToRemove: false, missing }),
      ),
    ]).toEqual([
      'SAFE TO REMOVE',
      'SEALED, AND REMOVED',
      'SEALED AND KEPT',
      'SEALED, BUT SEEN AFTER THE REMOVAL',
      'NO LONGER KEPT',
      'DO NOT REMOVE YET',
      'REMOVED, NOT ARCHIVED IN FULL',
      'NOT SEALED YET',
    ]);
  });

  const textOf = (more: Partial<Receipt>): string =>
    receiptPage({ ...sampleReceipt, ...more }, about)
      .replaceAll(/<[^>]+>/g, ' ')
      .replaceAll(/\s+/g, ' ');

  test('never prints a series that nobody confirmed as if it were law', () => {
    const series = { reason: 'kind comment' };
    const unconfirmed = textOf({ classification: { edition: 'gs-2025', series: 'GS 001', ...series } });
    expect(unconfirmed).toContain(
      'Series GS 001, schedule gs-2025. This agency has not confirmed it: it blocks destruction, and is not law.',
    );
    const sample = textOf({
      classification: { edition: 'rivertown-sample-2026', series: 'SAMPLE-01', ...series },
    });
    expect(sample).toContain(
      'Sample series SAMPLE-01, sample schedule rivertown-sample-2026. It is an invented example and not confirmed: it blocks destruction, and is not law.',
    );
    expect(textOf({ classification: null })).not.toContain('not confirmed');
    const confirmed = { edition: 'gs-2025', series: 'GS 001', ...series, confirmed: true };
    expect(textOf({ classification: confirmed })).not.toContain('not law');
  });

  test('claims neither that nothing changed nor that thirty days are the end', () => {
    for (const tier of ['A', 'B', 'C', 'D'] as const) {
      const text = textOf({ tier });
      expect(text).toContain(`Tier ${tier}:`);
      expect(text).not.toMatch(/not changed since|at the stated time/);
      expect(text).toContain('this receipt does not say that anybody has checked them since');
      expect(text).toContain('Whoever has a file and this receipt can do so at any time');
      expect(text).toContain('The lock is a lease, renewed again and again while the record must be kept');
    }
    expect(textOf({ seals: [], tier: null })).not.toContain('lease');
  });

  test('prints when the page was pictured and when it was removed, each with its source', () => {
    expect(textOf({})).not.toContain('Page pictured');
    const times = { ...sampleReceipt.times, capturedAt: '2026-11-21T20:03:05.000Z' };
    expect(textOf({ times })).toMatch(
      /Page pictured Nov 21, 2026, 2:03:05 PM CST 2026-11-21T20:03:05\.000Z by the archive’s own clock/,
    );
    const removed = (removedAt: Receipt['removedAt']): string =>
      /Removal (Confirmed.*?) Retention/.exec(textOf({ removal: 'confirmed', removedAt }))?.[1] ?? '';
    const stated = { value: '2026-11-21T21:00:00Z', source: 'submitter-typed', notAfter: null };
    expect(removed({ ...stated, precision: 'min' })).toBe(
      'Confirmed: it was reported as removed. Nov 21, 2026, 3:00:00 PM CST 2026-11-21T21:00:00Z as the person who reported it typed it, to the minute',
    );
    // In this zone it would be the day before.
    const day = removed({ ...stated, value: '2026-11-21T00:00:00Z', precision: 'day' });
    expect(day).toContain('2026-11-21T00:00:00Z');
    expect(day).not.toContain('Nov 20');
    expect(
      removed({
        value: null,
        precision: 'unknown',
        source: 'submitter-typed',
        notAfter: '2026-11-21T21:00:00Z',
      }),
    ).toContain('The time was not stated; not after Nov 21, 2026, 3:00:00 PM CST');
    expect(removed(null)).toContain('The time was not stated.');
  });

  test('names each kind of file in words', () => {
    const handedIn: readonly string[] =
      StoredFact.properties.data.properties.captures.items.properties.role.enum;
    const roles = [...handedIn, 'fact', 'salt', 'manifest', 'rendering', 'page-text', 'capture-report'];
    expect(roles.length).toBeGreaterThan(15);
    const [seal] = sampleReceipt.seals;
    if (seal === undefined) throw new Error('The sample has no seal.');
    for (const role of roles) {
      const text = textOf({ seals: [{ ...seal, role }] });
      const label = /Locked until ([^]*?) seal 1/.exec(text)?.[1] ?? '';
      expect([role, label]).toEqual([role, expect.stringMatching(/^[A-Z][\w-]* /)]);
    }
    expect(textOf({ seals: [{ ...seal, role: 'rendering' }] })).toContain('A rendering of ours');
    for (const outcome of ['captured', 'partial', 'gone', 'wall', 'empty', 'blocked', 'timeout'])
      expect(textOf({ capture: { outcome, targetFound: false, sandbox: true } })).not.toContain('Outcome “');
  });

  test('shows hostile text as text', async () => {
    const hostile = `"><img src=x onerror="window.ran=1"><script>window.ran=1</script>'<!--\u0000`;
    const [seal] = sampleReceipt.seals;
    if (seal === undefined) throw new Error('The sample has no seal.');
    const receipt = {
      ...sampleReceipt,
      recordId: hostile,
      platform: hostile,
      account: hostile,
      code: hostile,
      seals: [{ ...seal, role: hostile, key: hostile, versionId: hostile, lockedUntil: hostile }],
      missing: [{ code: 'seal-pending' as const, sentence: hostile }],
      parked: [{ step: hostile, code: hostile, reason: hostile }],
      classification: { edition: hostile, series: hostile, reason: hostile },
      capture: { outcome: hostile, targetFound: false, sandbox: false },
      store: { ...sampleReceipt.store, sentence: hostile },
      statement: hostile,
    };
    const texts = [
      receiptPage(receipt, { agencyName: hostile, zone: hostile }),
      problemPage(
        { status: 400, title: hostile, detail: hostile, code: hostile, requestId: hostile },
        'trial',
      ),
    ];
    for (const text of texts) {
      // Without any policy: what the markup alone lets through.
      await at.page.goto('about:blank');
      await at.page.setContent(text.replaceAll(/<link[^>]*>/g, ''), { waitUntil: 'domcontentloaded' });
      expect(await at.inPage(`['ran' in window, document.querySelectorAll('img, script').length]`)).toEqual([
        false,
        0,
      ]);
      expect(await at.textOf('main')).toContain(
        `"><img src=x onerror="window.ran=1"><script>window.ran=1</script>'<!--\uFFFD`,
      );
    }
  });

  test('with a zone that nobody knows still shows UTC', () => {
    expect(receiptPage(sampleReceipt, { ...about, zone: 'Nowhere/At_All' })).toContain(
      '2026-11-21T20:03:00.123Z',
    );
  });
});
