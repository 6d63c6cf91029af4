/** The receipt as people have it: the page with its picture for a phone, and the PDF that can be read aloud and checked. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkReceipt } from '#log/log.ts';
import type { SignedReceipt } from '#record/record.ts';
import { multipart, simpleReport } from '../support/archive.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { checkPage, onEachScreen } from '../support/page-check.ts';
import { signedInAs } from '../support/pages.ts';
import { objectsOf } from '../support/pdf-structure.ts';
import { colleague, type Colleague } from '../support/people.ts';
import type { Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let somebody: Colleague;
let receipt: SignedReceipt;

beforeAll(async () => {
  scene = await openConsoleScene({ named: true });
  const { archive, picture } = scene;
  await archive.work();
  somebody = await colleague(archive, ['moderator']);
  const sent = await archive.report(simpleReport({ text: 'A wallaby', account: '袋鼠 & <Söhne>' }), [
    { name: 'shot.png', type: 'image/png', bytes: picture.bytes },
  ]);
  receipt = (await archive.until(
    sent.body.recordId,
    (one) =>
      one.safeToRemove && one.status === 'complete' && (one as SignedReceipt).proof.receiptKey !== null,
  )) as SignedReceipt;
});
afterAll(async () => await scene?.close());

const pdf = async (language = 'en', more: object = {}): Promise<Buffer> => {
  const answer = await scene.archive.app.inject({
    url: `/v1/records/${receipt.recordId}/receipt`,
    headers: {
      authorization: `Bearer ${await scene.archive.key()}`,
      accept: 'application/pdf',
      'accept-language': language,
      ...more,
    },
  });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toBe('application/pdf');
  return answer.rawPayload;
};

describe('the PDF', () => {
  test('has a title, a language and marked content, and says which standards it keeps', async () => {
    for (const [language, lang, title] of [
      ['en', 'en-US', 'Receipt'],
      ['es', 'es-US', 'Comprobante'],
    ] as const) {
      const bytes = await pdf(language);
      const text = bytes.toString('latin1');
      expect(text.startsWith('%PDF-1.7')).toBe(true);
      expect(text).toMatch(/\/MarkInfo \d+ 0 R/);
      expect(text).toContain('/Marked true');
      expect(text).toContain(`/Lang (${lang})`);
      expect(text).toContain('/DisplayDocTitle true');
      expect(text).toContain(`${title} ${receipt.code}</rdf:li>`);
      expect(text).toContain('<pdfaid:part>3</pdfaid:part>');
      expect(text).toContain('<pdfaid:conformance>A</pdfaid:conformance>');
      expect(text).toContain('<pdfuaid:part>1</pdfuaid:part>');
    }
  });

  test('has every text in one tree of headings, paragraphs, lists and tables', async () => {
    const objects = objectsOf(await pdf());
    const elements = [...objects].filter(
      ([, { dictionary }]) => /\/P \d+ 0 R/.test(dictionary) && /\/S \/\w+/.test(dictionary),
    );
    const kinds = elements.map(([, { dictionary }]) => /\/S \/(\w+)/.exec(dictionary)?.[1] ?? '');
    const count = (kind: string): number => kinds.filter((one) => one === kind).length;
    expect(count('Document')).toBe(1);
    expect(count('H1')).toBe(1);
    expect(count('H2')).toBeGreaterThanOrEqual(3);
    expect(count('P')).toBeGreaterThan(8);
    expect(count('Figure')).toBe(1);
    expect(count('Table')).toBe(1);
    expect(count('TR')).toBe(receipt.seals.length + 1);
    expect(count('TD')).toBe(receipt.seals.length * 3);
    expect(count('TH')).toBe(receipt.seals.length + 4);
    expect(count('Lbl')).toBe(count('LBody'));
    const root = [...objects].find(([, { dictionary }]) => dictionary.includes('/Type /StructTreeRoot'))?.[0];
    const parents = new Map(
      elements.map(([number, { dictionary }]) => [number, Number(/\/P (\d+) 0 R/.exec(dictionary)?.[1])]),
    );
    for (const [number] of elements) {
      let here = number;
      for (let steps = 0; here !== root; steps += 1) {
        expect(steps, `element ${number} hangs on the tree`).toBeLessThan(10);
        here = parents.get(here) ?? -1;
      }
    }
    // Everything drawn is in the tree, or marked as no content.
    const pages = [...objects.values()].flatMap(({ dictionary, stream }) =>
      stream !== null && !/\/(?:Type|Subtype|N|Length1) /.test(dictionary) && stream.includes(' BDC')
        ? [stream.toString('latin1')]
        : [],
    );
    expect(pages.length).toBeGreaterThan(0);
    for (const page of pages) {
      let open = 0;
      for (const line of page.split('\n')) {
        if (/\bB(?:DC|MC)$/.test(line)) open += 1;
        if (line === 'EMC') open -= 1;
        if (/\bT[jJ]$|^[Sf]$/.test(line)) expect(open, line).toBeGreaterThan(0);
      }
      expect(open).toBe(0);
    }
  });

  test('carries its fonts, and says of the picture where it leads', async () => {
    const text = (await pdf()).toString('latin1');
    const fonts = text.match(/\/Type \/FontDescriptor/g)?.length ?? 0;
    expect(fonts).toBe(3);
    expect(text.match(/\/FontFile2 \d+ 0 R/g)).toHaveLength(fonts);
    expect(text).not.toMatch(/\/BaseFont \/Helvetica/);
    expect(text).toContain('/Alt (Picture for a phone. It leads to ');
  });

  test('has the signed receipt in it, which is checked from the PDF alone', async () => {
    const bytes = await pdf();
    const objects = objectsOf(bytes);
    const [attached] = [...objects.values()].filter(({ dictionary }) =>
      dictionary.includes('/Type /EmbeddedFile'),
    );
    expect(bytes.toString('latin1')).toMatch(/\/AFRelationship \/Source/);
    const checked = checkReceipt(JSON.parse(attached?.stream?.toString() ?? ''), null);
    expect(checked).toMatchObject({ record: receipt.recordId, safeToRemove: true });
    const form = multipart({}, [{ name: 'r.pdf', type: 'application/pdf', bytes }]);
    const answer = await scene.archive.app.inject({
      method: 'POST',
      url: '/verify',
      headers: { 'sec-fetch-site': 'same-origin', accept: 'text/html', 'content-type': form.contentType },
      payload: Buffer.from(
        form.payload.toString('latin1').replace('name="file"', 'name="receipt"'),
        'latin1',
      ),
    });
    expect(answer.body).toContain('The file is as this archive signed it:');
  });

  test('is had by a link as well, by whoever may see the record, and by nobody else', async () => {
    const get = async (form: string, headers: Record<string, string>) =>
      await scene.archive.app.inject({ url: `/v1/records/${receipt.recordId}/receipt.${form}`, headers });
    const mine = { cookie: somebody.cookie };
    expect((await get('pdf', mine)).rawPayload.subarray(0, 5).toString()).toBe('%PDF-');
    expect((await get('json', mine)).json<SignedReceipt>().signature?.note).toContain('holdfast-receipt/1');
    expect((await get('pdf', {})).statusCode).toBe(401);
  });
});

describe('the page', () => {
  let at: Visitor;
  beforeEach(async () => void (at = await scene.visitor()));
  afterEach(async () => {
    await at.page.browserContext().close();
    expect(at.complaints()).toEqual([]);
  });
  const open = async (): Promise<void> => {
    await signedInAs(at, somebody);
    await at.goTo(`/report/records/${receipt.recordId}/receipt`);
    await at.shown('.hf-qr');
  };

  test.each(onEachScreen([['receipt', open]]))(
    '%s shows where it stands, and leads to the public page, %i px',
    async (name, _, go, size) => {
      await at.page.setViewport(size);
      await go();
      await checkPage(at, `${name} page`);
      const text = (await at.textOf('main')).replaceAll(/\s+/g, ' ');
      expect(text).toContain('Not yet anchored, for ');
      expect(text).toContain(`/verify?code=${receipt.code}`);
      expect(text).toContain(receipt.signature?.vkey ?? '?');
      expect(text).toContain(receipt.log.checkpoint?.root ?? '?');
    },
  );

  test('has a picture that says what stands beside it', async () => {
    await open();
    const drawn = (await at.inPage(`(() => {
      const path = document.querySelector('.hf-qr path').getAttribute('d');
      return [...path.matchAll(/M(\\d+) (\\d+)h1/g)].map(([, x, y]) => x + ' ' + y).sort().join();
    })()`)) as string;
    const { encode } = await import('uqr');
    const rows = encode(`${scene.archive.config.publicUrl}/verify?code=${receipt.code}`, {
      ecc: 'Q',
      border: 0,
    }).data;
    const expected = rows.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`${x} ${y}`] : [])));
    expect(drawn).toBe(expected.toSorted().join());
  });

  test('gives the files of the receipt to whoever works with a key, which a link cannot carry', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-downloads-'));
    try {
      const client = await at.page.createCDPSession();
      await client.send('Browser.setDownloadBehavior', {
        behavior: 'allow',
        downloadPath: folder,
        browserContextId: at.page.browserContext().id ?? '',
      });
      await at.signIn(`/report/records/${receipt.recordId}/receipt`, await scene.archive.key());
      await at.shown('.hf-qr');
      for (const form of ['pdf', 'json']) {
        await at.page.focus(`a[href$=".${form}"]`);
        await at.page.keyboard.press('Enter');
        const path = join(folder, `receipt-${receipt.code}.${form}`);
        for (
          let i = 0;
          i < 100 && !(await readdir(folder)).includes(`receipt-${receipt.code}.${form}`);
          i += 1
        )
          await sleep(100);
        const bytes = await readFile(path);
        expect(bytes.toString('latin1')).toContain(form === 'pdf' ? '%PDF-' : '"signature"');
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
