/**
 * A request for records from its letter to the file in a stranger's hands, as a custodian walks it: in a real browser, by the keyboard where it has
 * keys, with Postgres, a store with locks and all workers. What leaves is judged by our verifier as a process, by Python's `bagit`, by the tags of
 * its PDF, by its bytes, and by what can be read in its pictures.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openOcr } from '#production/production.ts';
import type { TestFile } from '../support/archive.ts';
import { filesIn } from '../support/bag-tools.ts';
import { bagitValidates, ended } from '../support/bagit.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { drawn } from '../support/drawn-words.ts';
import { holdfastWith } from '../support/holdfast.ts';
import { foundBelow, needlesOf } from '../support/needles.ts';
import { shoot } from '../support/page-check.ts';
import { pageText, submit, typeOver } from '../support/pages.ts';
import { objectsOf, readingOrder } from '../support/pdf-structure.ts';
import { codeOf, colleague, PASSWORD } from '../support/people.ts';
import { simpleReport } from '../support/archive.ts';
import { startVersitygw, type RunningVersitygw } from '../support/versitygw.ts';
import { DESK, PHONE, type Visitor } from '../support/visitor.ts';

const CHILD = 'Tobias Quillfeather';
const AUTHOR = 'Perpetua Windermere';
const PAINTER = 'Ottoline Cavendish';
const GATE_CODE = 'zebra-umbrella-nine';
const CAT = 'answers to Marmalade';
/** What nobody outside may find, in any writing. */
const SECRETS = [CHILD, 'Quillfeather', AUTHOR, 'Windermere', PAINTER, 'Cavendish', GATE_CODE, CAT];

/** What is done with each, by what it says. */
const REPORTS = [
  { text: 'Elm Street has more potholes than asphalt.', plan: 'release' },
  { text: 'Who pays for Elm Street? All of us, again.', plan: 'release' },
  { text: 'A third flat tyre on Elm Street, and it is only June.', plan: 'release' },
  { text: 'The plough never comes to Elm Street before noon.', plan: 'release' },
  { text: 'They closed Elm Street and told nobody, see the sign.', plan: 'release', picture: 'ROAD CLOSED' },
  { text: 'Elm Street floods whenever it rains for an hour.', plan: 'release' },
  { text: `My neighbour ${CHILD}, 12, fell into a hole on Elm Street.`, plan: 'span' },
  { text: 'Elm Street needs a crossing at the school.', plan: 'field', author: AUTHOR },
  { text: 'Look who painted over the sign of Elm Street.', plan: 'box', picture: PAINTER },
  { text: `The code of the gate at the end of Elm Street is ${GATE_CODE}.`, plan: 'withhold' },
  { text: `Lost: a cat called Elm Street. He ${CAT}.`, plan: 'not-responsive' },
  // Overlooked at first: the same child.
  { text: `Ask ${CHILD} who threw the stone on Elm Street.`, plan: 'leak' },
] as const;
type Plan = (typeof REPORTS)[number]['plan'];

let scene: ConsoleScene;
let server: RunningVersitygw;
let at: Visitor;
let path: string;
let link: string;
let work: string;
let zip: string;
let bag: string;
const planned = new Map<string, (typeof REPORTS)[number]>();
const begun = Date.now();

async function until(what: string, holds: () => Promise<boolean>, timeoutMs = 60_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`In ${timeoutMs} ms it did not come to pass that ${what}.`);
    await sleep(200);
  }
}
const idOf = (plan: Plan): string => [...planned].find(([, one]) => one.plan === plan)?.[0] ?? '';
const here = (): string => new URL(at.page.url()).pathname;
/** What a picker of the browser would put there. */
const put = async (selector: string, value: string): Promise<void> =>
  void (await at.inPage(
    `document.querySelector(${JSON.stringify(selector)}).value = ${JSON.stringify(value)}`,
  ));
/** By the keyboard: what is focused is pressed, and another page comes. */
async function enter(selector: string): Promise<void> {
  await at.page.focus(selector);
  await Promise.all([at.page.waitForNavigation(), at.page.keyboard.press('Enter')]);
}
/** The control of a part of the record that is reviewed, by the heading over it. */
async function controlOf(heading: string, prefix: string): Promise<string> {
  const name = await at.inPage(`[...document.querySelectorAll('.hf-review__field')]
    .find((one) => one.querySelector('h4').textContent.replaceAll(/\\s+/g, ' ').includes(${JSON.stringify(heading)}))
    ?.querySelector('[name^="${prefix}"]')?.name`);
  if (typeof name !== 'string') throw new Error(`Nothing called ${prefix} stands under “${heading}”.`);
  return `[name="${name}"]`;
}

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'holdfast-desk-'));
  server = await startVersitygw();
  const { bucket, region, writer } = await server.newBucket();
  scene = await openConsoleScene({
    named: true,
    env: {
      HOLDFAST_LOOK_AGAIN: 'no',
      S3_ENDPOINT: server.endpoint,
      S3_REGION: region,
      S3_BUCKET: bucket,
      S3_ACCESS_KEY_ID: writer.accessKeyId,
      S3_SECRET_ACCESS_KEY: writer.secretAccessKey,
    },
  });
  await scene.archive.work('relay', 'seal', 'capture', 'retention', 'production');
  for (const one of REPORTS) {
    const files: TestFile[] =
      'picture' in one
        ? [
            {
              name: 'shot.png',
              type: 'image/png',
              bytes: await (
                await drawn([
                  { text: 'Elm Street', y: 30 },
                  { text: one.picture, y: 120, size: 32 },
                ])
              )
                .png()
                .toBuffer(),
            },
          ]
        : [];
    const author = 'author' in one ? { author: { displayName: one.author } } : {};
    const { status, body } = await scene.archive.report(simpleReport({ text: one.text, ...author }), files);
    expect(status).toBe(202);
    planned.set(body.recordId, one);
  }
  at = await scene.visitor({ viewport: DESK });
}, 240_000);
afterAll(async () => {
  await scene?.close();
  await server?.stop();
  await rm(work, { recursive: true, force: true });
});

// One flow: what failed cannot be taken up in its middle.
describe('a request for records', { retry: 0 }, () => {
  test('is entered by a custodian who signed in, and its clock is explained', async () => {
    const custodian = await colleague(scene.archive, ['custodian']);
    await at.goTo('/requests');
    await at.page.type('#email', custodian.email);
    await at.page.type('#password', PASSWORD);
    await at.page.type('#code', codeOf(custodian.secret));
    await at.page.keyboard.press('Enter');
    await at.page.waitForNavigation();
    expect(here()).toBe('/requests');
    await enter('a[href="/requests/calendar"]');
    await at.page.type('#closings', '2026-11-04 water main');
    await submit(at, 'main form button[type="submit"]');
    expect(await pageText(at)).toContain('The calendar is changed.');

    await at.goTo('/requests');
    await enter('a[href="/requests/new"]');
    await at.press('label[for="channel-letter"]');
    await at.page.type(
      '#words',
      'Dear Custodian,\nplease send me all comments with “Elm Street” since June 2026 that were hidden on your pages.',
    );
    await put('#first', '2026-10-30T16:38');
    await put('#custodian', '2026-10-30T16:40');
    await at.page.type('#requester', 'A. Requester');
    await submit(at, 'main form button[type="submit"]');
    path = here();
    const said = await pageText(at);
    for (const sentence of [
      'The request is entered, and has its number.',
      'Received by the custodian of records on Fri 30 Oct 2026 at 4:40 pm; the day of receipt is not counted.',
      'Sat 31 Oct 2026 to Sun 1 Nov 2026 are not counted: no working days of this office.',
      'Business day 1: Mon 2 Nov 2026.',
      'Business day 2: Tue 3 Nov 2026.',
      'Wed 4 Nov 2026 is not counted: the office is closed: water main.',
      'Business day 3: Thu 5 Nov 2026.',
      'by the end of Thu 5 Nov 2026',
      '610.023.3 RSMo',
    ])
      expect(said).toContain(sentence);
    await shoot(at, 'desk-request');
  });

  test('is searched as its words suggest, and what is found is held', async () => {
    for (const recordId of planned.keys())
      await scene.archive.until(recordId, ({ status }) => status === 'complete', 60_000);
    await enter('#places a[href$="/collect"]');
    expect(await pageText(at)).toContain('In quotation marks: Elm Street');
    expect(await at.valueOf('#q')).toBe('"Elm Street"');
    // By when something was written, which is not when it was reported.
    expect(await at.valueOf('#from')).toBe('2026-06-01');
    await enter('main form.hf-search button[type="submit"]');
    const said = await pageText(at);
    expect(said).toContain('12 records were found and are held.');
    expect(said).toContain('It lies as long as the request is open.');
    await shoot(at, 'desk-collected');
    const { rows } = await scene.archive.sql.query<{ held: number }>(
      "select count(*)::int as held from record where agency_id = 'rivertown' and is_held(agency_id, id)",
    );
    expect(rows[0]?.held).toBe(12);
  });

  test('has each of its twelve records reviewed', async () => {
    await enter('a[href$="/review"]');
    await enter('#begin');
    const seen = new Set<string>();
    while (seen.size < 12) {
      const recordId = here().split('/').at(-1) ?? '';
      const one = planned.get(recordId);
      if (one === undefined || seen.has(recordId)) throw new Error(`The next one is ${at.page.url()}`);
      seen.add(recordId);
      await decideAbout(one.plan);
      const said = await pageText(at);
      expect(said).toContain('The decision is kept.');
      if (seen.size === 12) expect(said).toContain('All of them are decided.');
    }
  });

  test('is answered by a letter that cites why a part is denied', async () => {
    await at.goTo(`${path}/letters`);
    await at.page.select('#kind', 'partial-denial');
    await enter('form[method="get"] button');
    // As the review has it, each once.
    expect(
      await at.page.$$eval('[name="provision"]:checked', (all) =>
        all.map((one) => one.getAttribute('value')),
      ),
    ).toEqual(['610.021-13', '610.021-20', '610.021-27']);
    expect(String(await at.valueOf('#withheld'))).toContain('The name of a child');
    await typeOver(at, '#withheld', 'The names of a child and of two residents, and an access code.');
    await enter('form.hf-form:has(input[value="draft"]) button[type="submit"]');
    const letter = String(await at.valueOf('#text'));
    for (const words of ['610.021(27)', 'read in a summary only', 'The names of a child', 'A. Requester'])
      expect(letter).toContain(words);
    await shoot(at, 'desk-letter');
    await enter('button[name="do"][value="print"]');
    expect(await pageText(at)).toContain('The letter is sent');
  });

  test('is stopped by the gate where a word was overlooked, mended, packed again, and released', async () => {
    await at.goTo(`${path}/productions`);
    await enter('#pack button');
    await packed(1);
    let said = await pageText(at);
    expect(said).toContain('Production 1: Stopped: nothing of it leaves');
    expect(said).toContain('Something that is withheld was found:');
    for (const place of ['data/records.csv', 'data/index.pdf', `data/papers/${idOf('leak')}.json`])
      expect(said).toContain(place);
    for (const secret of SECRETS) expect(said).not.toContain(secret);
    expect(await at.count('form[action$="/release"]')).toBe(0);
    await shoot(at, 'desk-stopped');

    await enter(`#production-1 a[href$="/review/${idOf('leak')}"]`);
    await decideAbout('span');
    await at.goTo(`${path}/productions`);
    await enter('#pack button');
    await packed(2);
    said = await pageText(at);
    expect(said).toContain('Production 2: Ready: the gate has passed it, and it is sealed');
    expect(said).toContain('All of it: 6. A part: 4. Withheld: 1.');
    await enter('#production-2 form[action$="/release"] button');
    expect(await pageText(at)).toContain('It is released.');
    link = (await at.textOf('#link')).trim();
    await shoot(at, 'desk-released');
  });

  test('is fetched by a stranger with a telephone, from the link alone', async () => {
    const stranger = await scene.visitor({ viewport: PHONE });
    await stranger.page.setJavaScriptEnabled(false);
    const session = await stranger.page.createCDPSession();
    await session.send('Browser.setDownloadBehavior', {
      behavior: 'allow',
      downloadPath: work,
      browserContextId: stranger.page.browserContext().id ?? '',
    });
    await stranger.goTo(new URL(link).pathname);
    expect(await pageText(stranger)).toContain('Records in it: 10.');
    await shoot(stranger, 'desk-link');
    await stranger.page.focus('a[download]');
    await stranger.page.keyboard.press('Enter');
    const whole = async (): Promise<string | undefined> =>
      (await readdir(work)).find((name) => name.endsWith('.zip'));
    await until('the ZIP is downloaded', async () => (await whole()) !== undefined);
    zip = join(work, (await whole()) ?? '');
    await stranger.page.browserContext().close();
    expect(stranger.complaints()).toEqual([]);
    expect((await ended('python3', ['-m', 'zipfile', '-e', zip, join(work, 'unpacked')])).code).toBe(0);
    bag = join(work, 'unpacked', (await readdir(join(work, 'unpacked')))[0] ?? '');
  });

  test('has an answer that proves itself to two programs', async () => {
    const { rows } = await scene.archive.sql.query<{ vkey: string }>(
      "select vkey from log_key where agency_id = 'rivertown' order by first_size desc limit 1",
    );
    const verified = await holdfastWith({}, ['verify', zip, '--key', rows[0]?.vkey ?? '']);
    expect(verified.code, verified.out + verified.err).toBe(0);
    expect(verified.out + verified.err).toContain('VERIFIED: 10 record(s).');
    const judged = await bagitValidates(bag);
    expect(judged.said).toContain('is valid');
    expect(judged.code).toBe(0);
  });

  test('has a PDF whose tags read as its pages follow each other, with all that is on them', async () => {
    const pdf = await readFile(join(bag, 'data/index.pdf'));
    const text = pdf.toString('latin1');
    for (const said of [
      '/Marked true',
      '<pdfuaid:part>1</pdfuaid:part>',
      '/Lang (en)',
      '/DisplayDocTitle true',
    ])
      expect(text).toContain(said);
    const { pages, read } = readingOrder(pdf);
    expect(pages.length).toBeGreaterThan(10);
    const order = read.map(({ page }) => page);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    // The index is filled in when its pages are known; all else is drawn as it is read.
    for (const page of pages.keys()) {
      const marked = read.flatMap((one) =>
        one.page === page && one.marked !== null && !one.kinds.includes('Table') ? [one.marked] : [],
      );
      expect(marked).toEqual(marked.toSorted((a, b) => a - b));
    }
    const headings = read.flatMap(({ kinds, page }) =>
      /^H\d$/.test(kinds.at(-1) ?? '') ? [[kinds.at(-1), page]] : [],
    );
    expect(headings[0]).toEqual(['H1', 0]);
    // Ten records and the log of exemptions, each at the head of a page of its own.
    expect(headings.slice(1).map(([kind]) => kind)).toEqual(Array.from({ length: 11 }, () => 'H2'));
    expect(new Set(headings.slice(1).map(([, page]) => page)).size).toBe(11);
    expect(read.filter(({ kinds }) => kinds.includes('Link')).every(({ page }) => page === 0)).toBe(true);
    // Each number that a page marks is read once.
    const objects = objectsOf(pdf);
    for (const [page, number] of pages.entries()) {
      const contents = /\/Contents (\d+) 0 R/.exec(objects.get(number)?.dictionary ?? '')?.[1];
      const stream = objects.get(Number(contents))?.stream?.toString('latin1') ?? '';
      const marks = [...stream.matchAll(/\/MCID (\d+)/g)].map(([, n]) => Number(n));
      const numbers = read.flatMap((one) => (one.page === page && one.marked !== null ? [one.marked] : []));
      expect(numbers.toSorted((a, b) => a - b)).toEqual(marks.toSorted((a, b) => a - b));
      expect(marks.length).toBeGreaterThan(0);
    }
  });

  test('shows what was released, and nothing that was withheld: in no byte, and in no picture', async () => {
    const csv = await readFile(join(bag, 'data/records.csv'), 'utf8');
    for (const { text, plan } of REPORTS)
      expect(csv.includes(text), text).toBe(['release', 'field', 'box'].includes(plan));
    const needles = SECRETS.flatMap((word) => needlesOf(word, Buffer.from(word), word));
    expect(await foundBelow(bag, needles)).toEqual([]);
    const ocr = await openOcr();
    try {
      const pictures = (await filesIn(bag)).filter((name) => /\.(?:png|jpe?g|gif|webp)$/i.test(name));
      expect(pictures.length).toBeGreaterThanOrEqual(2);
      let read = '';
      for (const name of pictures) {
        const reading = await ocr.readPixels(await readFile(join(bag, name)), 'image/png');
        expect(reading, name).not.toBeNull();
        read += `${reading?.lines.join('\n')}\n`;
      }
      // It reads: what was released stands there.
      expect(read).toContain('ROAD CLOSED');
      expect(read.match(/Elm Street/g)?.length).toBeGreaterThanOrEqual(2);
      for (const word of SECRETS.flatMap((one) => one.split(/[ -]/)))
        expect(read.toLowerCase(), word).not.toContain(word.toLowerCase());
      // And it would have read what is painted over.
      const { files } = await scene.arrived(idOf('box'));
      const before = await ocr.readPixels(files[0]?.bytes ?? Buffer.alloc(0), 'image/png');
      expect(before?.lines.join('\n')).toContain('Cavendish');
    } finally {
      await ocr.close();
    }
  });

  test('is closed, and says who fetched the answer and until when it is kept', async () => {
    await at.goTo(`${path}/productions`);
    expect(await pageText(at)).toContain('By link 1:');
    await at.goTo(path);
    await at.press('#step-closing > summary');
    await at.page.select('#outcome', 'partly');
    await put('#appeal', '2031-12-10');
    await enter('#step-closing button[type="submit"]');
    const said = await pageText(at);
    expect(said).toContain('The request is closed.');
    expect(said).toContain('Granted in part');
    await shoot(at, 'desk-closed');
    await at.goTo(`${path}/collect`);
    expect(await pageText(at)).toContain('It lies until 2031-12-10.');
    // Each page of it in Spanish: what has no words there fails the end of the archive.
    await at.page.setExtraHTTPHeaders({ 'accept-language': 'es' });
    for (const one of ['', '/collect', '/review', '/letters?kind=partial-denial', '/productions']) {
      await at.goTo(path + one);
      expect(await pageText(at)).toMatch(/[Ss]olicitud|registro|[Cc]arta/);
    }
    await shoot(at, 'desk-productions-es');
    expect(at.complaints()).toEqual([]);
    console.log(`the life of a request: ${((Date.now() - begun) / 1000).toFixed(1)} s`);
  });
});

async function packed(n: number): Promise<void> {
  await until(`production ${n} is packed`, async () => {
    await at.goTo(`${path}/productions`);
    return !(await at.textOf(`#production-${n} h3`)).includes('Being packed');
  });
}

async function decideAbout(plan: Plan): Promise<void> {
  if (plan === 'release' || plan === 'leak' || plan === 'not-responsive') {
    await at.page.keyboard.press(plan === 'not-responsive' ? 'x' : 'y');
    expect(await at.inPage('document.activeElement.id')).toBe('decide');
    await Promise.all([at.page.waitForNavigation(), at.page.keyboard.press('Enter')]);
    return;
  }
  const about = {
    withhold: ['610.021-20', 'An access code'],
    span: ['610.021-27', 'The name of a child'],
    field: ['610.021-13', 'Who wrote it'],
    box: ['610.021-13', 'The name of a resident'],
  }[plan];
  await at.page.keyboard.press(plan === 'withhold' ? 'n' : 'p');
  if (plan === 'span') {
    await at.inPage(`{
      const node = [...document.querySelectorAll('[data-text] bdi')]
        .flatMap((one) => [...one.childNodes])
        .find((one) => one.textContent.includes(${JSON.stringify(CHILD)}));
      const text = node.nodeType === Node.TEXT_NODE ? node : node.firstChild;
      const from = text.textContent.indexOf(${JSON.stringify(CHILD)});
      document.getSelection().setBaseAndExtent(text, from, text, from + ${CHILD.length});
    }`);
    await at.page.keyboard.press('w');
    expect(await pageText(at)).toContain(`Marked: ${CHILD}`);
  }
  if (plan === 'field') await at.page.select(await controlOf('Name of the author', 'd-'), 'withhold');
  if (plan === 'box') await paintOver();
  await at.page.select('[name="exemption"]', about[0] ?? '');
  await at.page.type('#description', about[1] ?? '');
  if (plan !== 'withhold') {
    await at.page.select('[name="rest"]', 'release');
    if (plan !== 'box') await at.page.select(await controlOf('The report as it came', 'df-'), 'withhold');
  }
  await shoot(at, `desk-review-${plan}`);
  await enter('#decide');
}

/** Over the name, by the mouse, as the picture lies on the page. */
async function paintOver(): Promise<void> {
  const n = String(await at.inPage(`document.querySelector('[data-width="640"]').dataset.draw`));
  await at.press(`[data-show="${n}"]`);
  const over = await at.page.waitForSelector(`[data-draw="${n}"] .hf-draw__over`);
  await over?.scrollIntoView();
  const box = await over?.boundingBox();
  if (box === null || box === undefined) throw new Error('The picture is not to be seen.');
  await at.page.mouse.move(box.x + 2, box.y + box.height * 0.45);
  await at.page.mouse.down();
  await at.page.mouse.move(box.x + box.width - 2, box.y + box.height * 0.8, { steps: 4 });
  await at.page.mouse.up();
  await until('the box is in the form', async () => /\d/.test(String(await at.valueOf(`#b-${n}`))));
}
