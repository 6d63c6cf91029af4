/** What somebody prints for a file: each fact of a page, and nothing that is only pressed. On Letter paper, in a real browser. */
import { mkdir } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addOffice } from '#routing/routing.ts';
import { addPolicy, NO_RULES, samplePolicy } from '#agency/agency.ts';
import { simpleReport } from '../support/archive.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { shoot } from '../support/page-check.ts';
import { signedInAs } from '../support/pages.ts';
import { colleague, type Colleague } from '../support/people.ts';
import type { Visitor } from '../support/visitor.ts';

/** 8.5 inches without the margins of 14 mm, as the style sheet has them. */
const PAPER = { width: 710, height: 950 };
let scene: ConsoleScene;
let at: Visitor;
let administrator: Colleague;
let custodian: Colleague;
let recordId: string;

beforeAll(async () => {
  scene = await openConsoleScene({ named: true });
  const { archive, picture } = scene;
  await archive.work();
  administrator = await colleague(archive, ['administrator']);
  custodian = await colleague(archive, ['custodian']);
  const files = [{ name: `${'long-name-'.repeat(12)}.png`, type: 'image/png', bytes: picture.bytes }];
  const sent = await archive.report(
    simpleReport({ text: `A wallaby ${'w'.repeat(200)}`, author: { displayName: 'Pat Example' } }),
    files,
  );
  ({ recordId } = sent.body);
  await archive.until(recordId, (receipt) => receipt.status === 'complete');
  await archive.system.db.inAgency('rivertown', async (tx) => {
    await addPolicy(tx, {
      ...samplePolicy,
      version: '2026-02',
      effectiveOn: '2026-02-01',
      rules: { ...NO_RULES, sendTo: [{ says: 'To the clerk, the same day.', citation: 'Policy 5' }] },
      grounds: samplePolicy.grounds.map((ground, i) =>
        i === 0 ? { ...ground, clause: `${ground.clause} And so on.` } : ground,
      ),
    });
  });
});
afterAll(async () => await scene?.close());
beforeEach(async () => {
  at = await scene.visitor();
  await at.page.setViewport(PAPER);
});
afterEach(async () => {
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
});

/** Texts of the page as it is printed, and what of it is wrong there. */
const LOOK = `(() => {
  const shown = (element) => element.checkVisibility({ checkVisibilityCSS: true });
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  const cut = [];
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const { parentElement: parent } = node;
    if (node.textContent.trim() === '' || parent.closest('script, style, noscript, .usa-sr-only') !== null || !shown(parent)) continue;
    texts.push(node.textContent);
    const range = document.createRange();
    range.selectNodeContents(node);
    const { right, width } = range.getBoundingClientRect();
    if (width > 0 && right > innerWidth + 1) cut.push(node.textContent.trim().slice(0, 60));
  }
  const pressed = [...document.querySelectorAll('nav, header .hf-header, button, input:not([type="hidden"]), select, textarea, a.usa-button')].filter(shown);
  return {
    text: texts.join(' ').replaceAll(/\\s+/g, ' '),
    cut,
    pressed: pressed.map((element) => element.outerHTML.slice(0, 120)),
    wide: document.documentElement.scrollWidth,
  };
})()`;

interface Printed {
  readonly text: string;
  readonly cut: readonly string[];
  readonly pressed: readonly string[];
  readonly wide: number;
}

const PAGES: readonly (readonly [string, 'administrator' | 'custodian', () => string, readonly string[]])[] =
  [
    [
      'record',
      'custodian',
      () => `/records/${recordId}`,
      [
        'A wallaby',
        'Pat Example',
        'Account',
        'Clause',
        'SHA-256',
        'What happened to it',
        'Reported',
        'SAFE TO REMOVE',
      ],
    ],
    ['records', 'custodian', () => '/records', ['Comment by', 'Pat Example', 'A wallaby', 'on facebook']],
    [
      'worklist',
      'custodian',
      () => '/worklist',
      ['New (1)', 'Comment by', 'Pat Example', 'Removed, or not?'],
    ],
    ['history', 'administrator', () => '/history', ['History of the agency', 'When', 'What', 'Who']],
    ['accounts', 'administrator', () => '/accounts', ['City of Rivertown', 'on facebook', 'approval']],
    ['policies', 'administrator', () => '/policies', ['Version 2026-02', 'In force']],
    [
      'policy',
      'administrator',
      () => `/policies/${samplePolicy.policyId}/versions/2026-02`,
      ['Where the text comes from', 'Clauses', 'And so on.'],
    ],
    [
      'policy compared',
      'administrator',
      () => `/policies/${samplePolicy.policyId}/compare?from=${samplePolicy.version}&to=2026-02`,
      ['What changed from', 'And so on.'],
    ],
    ['keys', 'administrator', () => '/keys', ['Keys are for programs', 'Its id:', 'Reports of any source']],
    [
      'offices',
      'administrator',
      () => '/offices',
      [
        'Office of the City Clerk',
        'clerk@rivertown.example',
        'What your policies order',
        'Keeps the records',
      ],
    ],
    [
      'people',
      'administrator',
      () => '/people',
      ['Somebody of rivertown', 'Custodian of records', 'Signs in with'],
    ],
  ];

describe('on paper', () => {
  test.each(PAGES)(
    '%s has each fact, nothing to press, and nothing cut off',
    async (name, role, path, facts) => {
      if (name === 'offices')
        await scene.archive.system.db.inAgency('rivertown', async (tx) => {
          await addOffice(
            tx,
            {
              name: 'Office of the City Clerk',
              email: 'clerk@rivertown.example',
              duty: 'custodian',
              policyId: null,
              citation: null,
            },
            'test',
          );
        });
      await signedInAs(at, role === 'custodian' ? custodian : administrator);
      await at.goTo(path());
      if (name === 'offices') await at.inPage(`document.querySelector('details.hf-more').open = false`);
      expect(await at.isShown('nav')).toBe(true);
      expect(await at.isShown('.hf-foot')).toBe(false);
      await at.page.emulateMediaType('print');
      const { text, cut, pressed, wide } = (await at.inPage(LOOK)) as Printed;
      for (const fact of facts) expect(text).toContain(fact);
      expect({ cut, pressed }).toEqual({ cut: [], pressed: [] });
      expect(wide).toBeLessThanOrEqual(PAPER.width);
      // Whose it is, where it is found again, and as it stood when.
      expect(text).toContain(`City of Rivertown · ${scene.origin}${path()} · as it stood 20`);
      await shoot(at, `print ${name}`);
      const folder = process.env['HOLDFAST_SHOTS'];
      if (folder !== undefined) await mkdir(folder, { recursive: true });
      const pdf = await at.page.pdf({
        format: 'Letter',
        preferCSSPageSize: true,
        ...(folder === undefined ? {} : { path: `${folder}/print-${name.replaceAll(' ', '-')}.pdf` }),
      });
      expect(Buffer.from(pdf.subarray(0, 5)).toString()).toBe('%PDF-');
    },
  );

  test('a list says where each record is found', async () => {
    await signedInAs(at, custodian);
    await at.goTo('/records');
    await at.page.emulateMediaType('print');
    const after = await at.inPage(
      `getComputedStyle(document.querySelector('.hf-records__link'), '::after').content`,
    );
    expect(after).toContain(`/records/${recordId}`);
  });
});
