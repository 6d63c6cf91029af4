/**
 * What is no evidence must not give "safe to remove", from the report to the receipt, on real parts; and beside each group
 * its counter-checks, so that a rule that always says no fails here too. Stores that lie: `never-safe-store.test.ts`.
 */
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openArchive, simpleReport, type Archive, type TestFile } from '../support/archive.ts';
import { addTo, codesOf, settled } from '../support/looking.ts';
import { png } from '../support/picture.ts';
import { COMMENT } from '../support/site/pages.ts';
import { openSampleSite, type SampleSite } from '../support/site/site.ts';

const shot = async (): Promise<TestFile> => ({
  name: 'shot.png',
  type: 'image/png',
  bytes: await png(60, 40),
});

async function handIn(
  archive: Archive,
  more: Record<string, unknown> = {},
  files: readonly TestFile[] = [],
): Promise<string> {
  const answer = await archive.report(simpleReport(more), files);
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  return answer.body.recordId;
}

/** Sealed and complete, and still no. */
async function neverSafe(archive: Archive, recordId: string, codes: readonly string[]) {
  const { record, receipt } = await settled(archive, recordId);
  expect(codesOf(receipt)).toEqual(codes);
  expect(receipt).toMatchObject({ safeToRemove: false, status: 'complete', evidence: [], tier: null });
  // All of it is sealed all the same: nothing that was handed in is lost for being no evidence.
  expect(record.artifacts.every((file) => file.seal !== null)).toBe(true);
  expect(receipt.statement).toContain('not archived in full');
  return record;
}

describe('on a folder, with a browser and a site on this machine', () => {
  let archive: Archive;
  let site: SampleSite;
  beforeAll(async () => {
    site = await openSampleSite();
    archive = await openArchive({
      browser: true,
      env: { HOLDFAST_CAPTURE_ALLOW: site.hostPort, HOLDFAST_CAPTURE_CONCURRENCY: '4' },
    });
    await archive.work();
  });
  afterAll(async () => {
    await archive?.close();
    await site?.close();
  });

  describe('what was captured', () => {
    const { text } = COMMENT;
    test.concurrent.each([
      ['a wall where the page was', '/wall-in-place', { text }, 'wall', ['capture-not-evidence']],
      ['a way that led to a login', '/members-only', { text }, 'wall', ['capture-not-evidence']],
      ['an empty page', '/empty', { text }, 'empty', ['capture-not-evidence']],
      ['a page that is gone', '/gone-410', { text }, 'gone', ['capture-not-evidence']],
      [
        'a way to an address of this machine',
        '/redirect-to?to=http%3A%2F%2F127.0.0.9%2F',
        { text },
        'blocked',
        ['capture-not-evidence'],
      ],
      [
        'a way to a private name',
        '/redirect-to?to=http%3A%2F%2Fpayroll.corp%2F',
        { text },
        'blocked',
        ['capture-not-evidence'],
      ],
      ['a page without the text', '/posts/elm-street-without', { text }, 'captured', ['target-not-found']],
      [
        'a page without the element',
        `/posts/elm-street-without#${COMMENT.id}`,
        { text: undefined },
        'captured',
        ['target-not-found'],
      ],
      [
        'a page, and neither text nor element was named',
        '/posts/elm-street',
        { text: undefined },
        'captured',
        ['nothing-to-find'],
      ],
    ] as const)('is no evidence: %s', async (_name, path, more, outcome, codes) => {
      const record = await neverSafe(
        archive,
        await handIn(archive, { ...more, url: site.origin + path }),
        codes,
      );
      expect(record).toMatchObject({
        captureOutcome: outcome,
        capture: { outcome, target: null, targetAsked: codes[0] !== 'nothing-to-find' },
      });
      // Which rule decided, with its figure, for whoever asks why.
      expect(record.capture?.['evidence']).not.toEqual([]);
      expect(record.artifacts.map((file) => file.origin)).toContain('capture');
    });

    test('a private name that is reported is refused at once, in words', async () => {
      const answer = await archive.report(simpleReport({ url: 'http://payroll.corp/' }));
      expect(answer).toMatchObject({ status: 422, body: { code: 'address-not-public' } });
    });

    test.concurrent.each([
      ['by its text', '/posts/elm-street', { text }],
      ['by its element', `/posts/elm-street#${COMMENT.id}`, { text: undefined }],
    ] as const)('but is evidence when it shows what was reported, %s', async (_name, path, more) => {
      const { record, receipt } = await settled(
        archive,
        await handIn(archive, { ...more, url: site.origin + path }),
      );
      expect(receipt).toMatchObject({ safeToRemove: true, missing: [], tier: 'B', status: 'complete' });
      expect(record.captureOutcome).toBe('captured');
    });

    test.concurrent('and a picture beside a wall is enough', async () => {
      const { receipt } = await settled(
        archive,
        await handIn(archive, { url: `${site.origin}/wall-in-place` }, [await shot()]),
      );
      expect(receipt).toMatchObject({ safeToRemove: true, tier: 'D', capture: { outcome: 'wall' } });
    });
  });

  describe('what was handed in', () => {
    test.concurrent('text alone gives a rendering, which is no evidence; a screenshot added later is', async () => {
      const recordId = await handIn(archive);
      const record = await neverSafe(archive, recordId, ['evidence-missing']);
      expect(record.artifacts.map((file) => file.origin).toSorted()).toEqual(['raw', 'rendering']);
      expect(record).toMatchObject({ captureOutcome: 'none', capture: { reason: 'no-live-page' } });

      const added = await addTo(archive, recordId, simpleReport({ text: undefined }), [await shot()]);
      expect(added.status).toBe(202);
      expect(await archive.until(recordId, (receipt) => receipt.safeToRemove)).toMatchObject({ tier: 'D' });
    });

    const truncated = async (): Promise<Uint8Array> => {
      const whole = await png(200, 200);
      return whole.subarray(0, Math.floor(whole.length / 2));
    };
    const SVG =
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>';
    const PDF = '%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n';
    test.concurrent.each([
      ['a picture that ends in the middle', 'image/png', truncated, 'damaged', 'picture-not-decodable'],
      ['a picture of no bytes', 'image/png', () => Buffer.alloc(0), 'empty', 'picture-not-decodable'],
      [
        'words that claim to be a picture',
        'image/png',
        () => Buffer.from('a picture, honestly'),
        'not-a-picture',
        'picture-not-decodable',
      ],
      [
        'an SVG, which is a program',
        'image/svg+xml',
        () => Buffer.from(SVG),
        'not-a-picture',
        'picture-not-decodable',
      ],
      [
        'a PDF that claims to be a picture',
        'image/png',
        () => Buffer.from(PDF),
        'not-a-picture',
        'picture-not-decodable',
      ],
      ['a PDF', 'application/pdf', () => Buffer.from(PDF), null, 'evidence-missing'],
    ] as const)('is kept and no evidence: %s', async (_name, type, bytes, reason, code) => {
      const sent = await bytes();
      const recordId = await handIn(archive, { capture: false }, [{ name: 'file', type, bytes: sent }]);
      const record = await neverSafe(archive, recordId, [code]);
      const file = record.artifacts.find((one) => one.origin === 'handed-in');
      expect(file?.picture).toEqual(reason === null ? null : { decodable: false, reason });
      expect(file?.sizeBytes).toBe(sent.length);
    });

    test.concurrent.each([
      ['png', 1, 1],
      ['jpeg', 30, 20],
      ['webp', 30, 20],
      ['gif', 30, 20],
    ] as const)('is evidence: a %s of %i by %i', async (format, width, height) => {
      const bytes = await sharp(await png(width, height))
        .toFormat(format)
        .toBuffer();
      // Its name and claimed type are a lie, which is no matter: the bytes are what counts.
      const recordId = await handIn(archive, { capture: false }, [
        { name: 'x.png', type: 'image/png', bytes },
      ]);
      const { record, receipt } = await settled(archive, recordId);
      expect(receipt).toMatchObject({ safeToRemove: true, tier: 'D', missing: [] });
      expect(record.artifacts.find((one) => one.origin === 'handed-in')?.picture).toEqual({
        decodable: true,
        width,
        height,
        format,
      });
    });
  });
});

describe('without a browser', () => {
  test('text alone is sealed, said to have no capture, and not safe', async () => {
    const archive = await openArchive();
    try {
      await archive.work();
      const url = 'https://social.example/posts/1';
      const record = await neverSafe(archive, await handIn(archive, { url }), ['evidence-missing']);
      expect(record).toMatchObject({ captureOutcome: 'none', capture: { reason: 'browser-missing' } });
      const { receipt } = await settled(archive, await handIn(archive, { url: `${url}2` }, [await shot()]));
      expect(receipt).toMatchObject({ safeToRemove: true, tier: 'D' });
    } finally {
      await archive.close();
    }
  });
});
