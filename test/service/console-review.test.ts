/** A request collected and reviewed as people do it, in a real browser: without scripts, by keys, by selection, and with boxes on a picture. */
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { receiveRequest } from '#sunshine/sunshine.ts';
import { simpleReport } from '../support/archive.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { recordOf } from '../support/looking.ts';
import { checkPage, onEachScreen, shoot } from '../support/page-check.ts';
import { pageText, signedInAs, submit, typeOver } from '../support/pages.ts';
import { colleague, type Colleague } from '../support/people.ts';
import { type Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let at: Visitor;
let custodian: Colleague;

beforeAll(async () => {
  scene = await openConsoleScene({ named: true });
  await scene.archive.work();
  custodian = await colleague(scene.archive, ['custodian']);
});
afterAll(async () => await scene?.close());
beforeEach(async () => {
  at = await scene.visitor();
  await signedInAs(at, custodian);
});
afterEach(async () => {
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
});

async function handIn(text: string, picture = false, more: object = {}): Promise<string> {
  const { archive } = scene;
  const files = picture
    ? [{ name: 'comment.png', type: 'image/png', bytes: await readFile(scene.picture.path) }]
    : [];
  const { body } = await archive.report(simpleReport({ ...more, text }), files);
  await archive.until(body.recordId, (receipt) => receipt.status === 'complete');
  return body.recordId;
}
async function requested(words: string): Promise<string> {
  const received = new Date('2026-11-02T16:00:00Z');
  const { requestId } = await scene.archive.system.db.inAgency(
    'rivertown',
    async (tx) =>
      await receiveRequest(
        tx,
        {
          channel: 'letter',
          words,
          requester: null,
          contact: null,
          format: null,
          language: null,
          firstReceivedAt: received,
          receivedByCustodianAt: received,
        },
        `person:${custodian.personId}`,
      ),
  );
  return requestId;
}
/** With these records in its set, named by a call. */
async function collected(words: string, ...records: string[]): Promise<string> {
  const id = await requested(words);
  const answer = await scene.archive.app.inject({
    method: 'POST',
    url: `/v1/requests/${id}/records`,
    headers: {
      cookie: custodian.cookie,
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/json',
    },
    payload: JSON.stringify({ records }),
  });
  expect(answer.statusCode, answer.body).toBe(201);
  return id;
}
interface Decided {
  readonly n: number;
  readonly answer: string;
  readonly description: string | null;
  readonly fields:
    | readonly { readonly passages?: readonly { readonly start: number; readonly end: number }[] }[]
    | null;
  readonly files: readonly { readonly file: number; readonly decision: string }[] | null;
  readonly acknowledged: readonly string[] | null;
}
async function decided(requestId: string, recordId: string): Promise<Partial<Decided>> {
  const { rows } = await scene.archive.sql.query<Decided>(
    'select * from review where request_id = $1 and record_id = $2 order by n desc limit 1',
    [requestId, recordId],
  );
  return rows[0] ?? {};
}
/** Without scripts a browser tells nobody what is in sight, for which a press of the mouse would wait. */
async function enter(selector: string): Promise<void> {
  await at.page.focus(selector);
  await Promise.all([at.page.waitForNavigation(), at.page.keyboard.press('Enter')]);
}
async function tick(selector: string): Promise<void> {
  await at.page.focus(selector);
  await at.page.keyboard.press('Space');
}
const choose = async (name: string, value: string): Promise<void> =>
  void (await at.page.select(`[name="${name}"]`, value));

test('without scripts: searched as its words suggest, held, and decided by form', async () => {
  const first = await handIn('Call Jane Example at 573-555-0142 about the numbat, or 573-555-0142 later.');
  await handIn('The numbat again');
  await at.page.setJavaScriptEnabled(false);
  const id = await requested('Dear Custodian, all comments with “numbat” since June 2026, please.');
  await at.goTo(`/requests/${id}/collect`);
  let said = await pageText(at);
  expect(said).toContain('Nothing is in its set yet.');
  expect(said).toContain('In quotation marks: numbat');
  expect(said).toContain('The first day that is named: 2026-06-01');
  await enter('main form.hf-search button[type="submit"]');
  said = await pageText(at);
  expect(said).toContain('2 records were found and are held.');
  // In words, and as it was run where somebody wants it.
  expect(await at.textOf('#searches')).toMatch(
    /The words “numbat”, one behind the other\s*Reported from this moment on: /,
  );
  expect(await at.textOf('#searches details summary')).toContain('As it was run');
  expect(said).toContain('In its set: 2. Not decided yet: 2.');
  expect(said).toContain('It lies as long as the request is open.');
  await enter('a[href$="/review"]');
  expect(await pageText(at)).toContain('All: 2');
  await enter('#begin');
  expect(new URL(at.page.url()).pathname).toBe(`/requests/${id}/review/${first}`);
  said = await pageText(at);
  expect(said).toContain('Ten digits, written as a telephone number is.');
  expect(said).toContain('1 of 2');

  // Nothing chosen: the page comes back and says what was expected.
  await enter('#decide');
  expect(await pageText(at)).toContain('Choose what is to be done with this record');
  await tick('#answer-part');
  await choose('exemption', '610.021-13');
  await at.page.focus('#description');
  await at.page.keyboard.type('a telephone number');
  await tick('[name="s-1-0"]:not(:checked)');
  await enter('#decide');
  said = await pageText(at);
  expect(said).toContain('There is no decision about');
  expect(await at.inPage('document.querySelector(\'[name="s-1-0"]\').checked')).toBe(true);
  await at.page.focus('[name="w-1-0"]');
  await at.page.keyboard.type('573-555-0142\nJane Example');
  await choose('rest', 'release');
  await enter('#decide');
  said = await pageText(at);
  expect(said).toContain('The decision is kept. This is the next one.');
  expect(said).toContain('2 of 2');
  const review = await decided(id, first);
  expect(review).toMatchObject({
    n: 1,
    answer: 'part',
    by: `person:${custodian.personId}`,
    acknowledged: null,
    files: expect.arrayContaining([expect.objectContaining({ decision: 'release' })]),
  });
  // What has the withheld words in it is withheld with them, for the same reason: the report as it came.
  const closed = review.files?.filter(({ decision }) => decision === 'withhold');
  expect(closed?.[0]).toMatchObject({
    file: 1,
    exemption: { key: '610.021-13' },
    description: 'a telephone number',
  });
  const passages = review.fields?.[0]?.passages ?? [];
  expect(passages.map(({ start, end }) => [start, end])).toEqual([
    [5, 17],
    [21, 33],
    [55, 67],
  ]);
  expect(passages[0]).toMatchObject({ exemption: { key: '610.021-13' }, description: 'a telephone number' });

  // What was decided is where the next decision begins.
  await at.goTo(`/requests/${id}/review/${first}`);
  expect(await at.inPage('document.querySelector("#answer-part").checked')).toBe(true);
  expect(await at.inPage('document.querySelectorAll(\'[name="s-1-0"]:checked\').length')).toBe(3);
  expect(await pageText(at)).toContain('Marked by a person.');
  const { history } = await recordOf(scene.archive, first);
  expect(history.map(({ type }) => type)).toContain('view.opened');
});

test('by keys: released, passed over, and a passage withheld that was selected', async () => {
  const one = await handIn('A dibbler on the lawn 🦘\r\nby Sam Sample, who lives here');
  const two = await handIn('Another dibbler');
  const id = await collected('dibblers', one, two);
  const [first = '', second = ''] = [one, two].toSorted();
  await at.goTo(`/requests/${id}/review/${first}`);
  for (const [key, where] of [
    ['ArrowRight', second],
    ['ArrowLeft', first],
  ] as const) {
    await Promise.all([at.page.waitForNavigation(), at.page.keyboard.press(key)]);
    expect(new URL(at.page.url()).pathname).toBe(`/requests/${id}/review/${where}`);
  }

  await at.goTo(`/requests/${id}/review/${two}`);
  await at.page.keyboard.press('y');
  expect(await at.inPage('document.activeElement.id')).toBe('decide');
  await Promise.all([at.page.waitForNavigation(), at.page.keyboard.press('Enter')]);
  expect(await decided(id, two)).toMatchObject({
    answer: 'release',
    fields: null,
    files: null,
    exemption: null,
  });

  await at.goTo(`/requests/${id}/review/${one}`);
  await at.inPage(`{
    const node = document.querySelector('#text-1-0 bdi').lastChild;
    const at = node.textContent.indexOf('Sam Sample');
    document.getSelection().setBaseAndExtent(node, at, node, at + 10);
  }`);
  await at.page.keyboard.press('w');
  expect(await pageText(at)).toContain('Marked: Sam Sample');
  await choose('exemption', '610.021-13');
  await at.press('label[for="reveals"]');
  await choose('rest', 'release');
  await submit(at, '#decide');
  const { fields, description } = await decided(id, one);
  const text = 'A dibbler on the lawn 🦘\r\nby Sam Sample, who lives here';
  const start = text.indexOf('Sam Sample');
  expect(fields?.[0]?.passages).toMatchObject([{ start, end: start + 10, description: null }]);
  expect(description).toBeNull();
  expect(await pageText(at)).toContain('All of them are decided.');

  // A letter somewhere else is a letter, and the keys can be switched off.
  await at.goTo(`/requests/${id}/review/${one}`);
  await at.press('label[for="answer-withhold"]');
  await at.page.type('#note', 'yes');
  expect(await at.inPage('document.querySelector("#answer-withhold").checked')).toBe(true);
  await at.press('#keys button');
  await at.inPage('document.activeElement.blur()');
  await at.page.keyboard.press('y');
  expect(await at.inPage('document.querySelector("#answer-withhold").checked')).toBe(true);
  await at.press('#keys button');
});

const MANY = {
  text: 'A kowari. Call 573-555-0142.',
  note: 'Ask counsel about the kowari',
  author: { displayName: 'A Resident', nativeId: 'n-4711' },
};

test('what is easily forgotten is shown before it goes out, and another key lets it go: two times the same lets nothing go', async () => {
  const recordId = await handIn(MANY.text, false, MANY);
  const id = await collected('kowaris', recordId);
  await at.goTo(`/requests/${id}/review/${recordId}`);
  await at.page.keyboard.press('y');
  expect(await at.inPage('document.activeElement.id')).toBe('going');
  for (const key of ['y', 'Enter', 'y', 'Enter'] as const) await at.page.keyboard.press(key);
  expect(await decided(id, recordId)).toEqual({});
  const listed = await at.textOf('.hf-going ul');
  for (const one of [
    '573-555-0142',
    'Ask counsel about the kowari',
    'n-4711',
    'The report as it came',
    'A telephone number, after a word that says so.',
  ])
    expect(listed).toContain(one);
  await shoot(at, 'review-going');
  await Promise.all([at.page.waitForNavigation(), at.page.keyboard.press('a')]);
  expect(await decided(id, recordId)).toMatchObject({ n: 1, answer: 'release', acknowledged: { length: 4 } });
  await at.goTo(`/requests/${id}/review/${recordId}`);
  expect(await pageText(at)).toContain('Seen, and let go out: 4');
});

test('without scripts: the list comes back, a list of something else lets nothing go, and so does the report beside withheld words', async () => {
  const recordId = await handIn(MANY.text, false, MANY);
  const id = await collected('kowaris', recordId);
  await at.page.setJavaScriptEnabled(false);
  await at.goTo(`/requests/${id}/review/${recordId}`);
  const value = String(await at.inPage('document.querySelector("#acknowledge").value'));
  await tick('#answer-release');
  await at.inPage('document.querySelector("#acknowledge").value = "0".repeat(32)');
  await enter('#acknowledge');
  expect(await pageText(at)).toContain('Something goes out with this that is easily forgotten');
  expect(await decided(id, recordId)).toEqual({});
  // Of the part that is released somebody says so of each file.
  await tick('#answer-part');
  await choose('exemption', '610.021-13');
  await tick('#reveals');
  for (const name of await at.page.$$eval('[name^="s-1-"]', (all) => all.map((one) => one.id)))
    await tick(`[id="${name}"]`);
  await choose('rest', 'release');
  await choose('df-1', 'release');
  await enter('#decide');
  const listed = await at.textOf('.hf-going ul');
  for (const one of ['The report as it came', 'What you withhold may stand in it.', 'Ask counsel'])
    expect(listed).toContain(one);
  expect(listed).not.toContain('573-555');
  expect(await at.inPage('document.querySelector("#acknowledge").value')).not.toBe(value);
  await enter('#acknowledge');
  const { answer, acknowledged, files } = await decided(id, recordId);
  expect(answer).toBe('part');
  expect(acknowledged).toEqual(['field:1/data/author/nativeId/value', 'field:1/data/notes', 'file:1']);
  expect(files?.[0]).toEqual({ file: 1, decision: 'release' });
});

test('without scripts: several provisions for all, others for one field, and a picture drawn anew', async () => {
  const recordId = await handIn('A mulgara, see the picture', true);
  const id = await collected('mulgaras', recordId);
  await expect
    .poll(
      async () => {
        await at.goTo(`/requests/${id}/review/${recordId}`);
        return await at.inPage('document.querySelector(`[data-width="400"]`) !== null');
      },
      { timeout: 60_000, interval: 500 },
    )
    .toBe(true);
  const n = String(await at.inPage(`document.querySelector('[data-width="400"]').dataset.draw`));
  await at.page.setJavaScriptEnabled(false);
  await at.goTo(`/requests/${id}/review/${recordId}`);
  await tick('#answer-part');
  await choose('exemption', '610.021-13');
  await at.page.focus('.hf-withheld summary');
  await at.page.keyboard.press('Enter');
  await tick('#also-610\\.021-20');
  await tick('#reveals');
  await at.page.focus('[name="w-1-0"]');
  await at.page.keyboard.type('mulgara');
  await choose('e-1-0', '610.021-27');
  await choose('a-1-0', '610.021-13');
  await tick(`#r-${n}`);
  await choose('rest', 'withhold');
  await enter('#decide');
  const review = await decided(id, recordId);
  expect(review.fields?.[0]?.passages).toMatchObject([
    { exemption: { key: '610.021-27', also: [{ key: '610.021-13' }] } },
  ]);
  const picture = review.files?.find(({ file }) => file === Number(n));
  const both = { key: '610.021-13', also: [{ key: '610.021-20' }] };
  expect(picture).toMatchObject({ decision: 'part', boxes: [], beside: { exemption: both } });
  // What was decided is where the next decision begins.
  await at.goTo(`/requests/${id}/review/${recordId}`);
  expect(await at.inPage('document.querySelector("#also-610\\\\.021-20").checked')).toBe(true);
  expect(await at.inPage(`document.querySelector("#r-${n}").checked`)).toBe(true);
  expect(
    await at.inPage('[...document.querySelectorAll(\'[name="a-1-0"]\')].map((one) => one.value)'),
  ).toEqual(['610.021-13', '']);
  expect(await pageText(at)).toContain('610.021(20)');
});

test('the same for those that say exactly this by one key, and for what nearly says it once it was beside this', async () => {
  const text = 'A phascogale lives in the roof of the library, says everybody who was there';
  const one = await handIn(text);
  const two = await handIn(text, false, { author: { displayName: 'Another Resident' } });
  const noted = await handIn(text, false, { note: 'Ask counsel about the phascogale' });
  const near = await handIn(`${text} on Sunday`);
  const id = await collected('phascogales', one, two, noted, near);
  const path = `/requests/${id}/review/${one}`;
  await at.goTo(path);
  expect(await pageText(at)).toContain('The same for 1 other that says exactly this');
  await enter('#beside');
  expect(await at.textOf('#same')).toContain('on Sunday');
  expect(await at.textOf('#same')).toContain('Ask counsel about the phascogale');
  await shoot(at, 'review-same');
  await tick(`#with-${near}`);
  await at.page.keyboard.press('s');
  expect(await at.inPage('document.querySelector("#twins").checked')).toBe(true);
  await at.page.keyboard.press('y');
  await Promise.all([at.page.waitForNavigation(), at.page.keyboard.press('Enter')]);
  expect(await pageText(at)).toContain('The decision is kept for 3 records, for each as its own.');
  for (const recordId of [one, two, near])
    expect(await decided(id, recordId), recordId).toMatchObject({
      n: 1,
      answer: 'release',
      acknowledged: null,
    });
  expect(await decided(id, noted)).toEqual({});
  // Each that was beside it was looked at, and no other.
  const { rows } = await scene.archive.sql.query<{ id: string }>(
    "select distinct record_id as id from event where type = 'view.opened' and actor = $1 and record_id = any($2::uuid[])",
    [`person:${custodian.personId}`, [two, noted, near]],
  );
  expect(rows.map((row) => row.id).toSorted()).toEqual([noted, near].toSorted());
});

test('a box is drawn on a picture by the mouse and another by keys, in pixels of the picture', async () => {
  const recordId = await handIn('A potoroo, see the picture', true);
  const id = await collected('potoroos', recordId);
  // How large it is, is known once it was looked at.
  await expect
    .poll(
      async () => {
        await at.goTo(`/requests/${id}/review/${recordId}`);
        return await at.inPage('document.querySelector(`[data-width="400"]`) !== null');
      },
      { timeout: 60_000, interval: 500 },
    )
    .toBe(true);
  await at.press('label[for="answer-part"]');
  const n = (await at.inPage(`document.querySelector('[data-width="400"]').dataset.draw`)) as string;
  await at.press(`[data-show="${n}"]`);
  await at.page.waitForSelector(`[data-draw="${n}"] .hf-draw__over`);
  const over = await at.page.$(`[data-draw="${n}"] .hf-draw__over`);
  await over?.scrollIntoView();
  const box = (await over?.boundingBox()) ?? { x: 0, y: 0, width: 1, height: 1 };
  await at.page.mouse.move(box.x + box.width / 4, box.y + box.height / 4);
  await at.page.mouse.down();
  await at.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 4 });
  await at.page.mouse.up();
  await over?.focus();
  for (const key of ['b', 'ArrowLeft', 'ArrowUp'] as const) await at.page.keyboard.press(key);
  await at.page.keyboard.press('Enter');
  const typed = String(await at.inPage(`document.querySelector('#b-${n}').value`)).split('\n');
  expect(typed).toHaveLength(2);
  const [x = 0, y = 0, width = 0, height = 0] = (typed[0] ?? '').split(', ').map(Number);
  for (const [is, want] of [
    [x, 100],
    [y, 75],
    [width, 100],
    [height, 75],
  ] as const)
    expect(Math.abs(is - want)).toBeLessThanOrEqual(2);
  expect(typed[1]).toBe('156, 116, 80, 60');
  await shoot(at, 'review-boxes');
  await choose('exemption', '610.021-13');
  await typeOver(at, '#description', 'a name');
  await choose('rest', 'withhold');
  await submit(at, '#decide');
  const { files } = await decided(id, recordId);
  const part = files?.find(({ file }) => file === Number(n));
  expect(part).toMatchObject({
    decision: 'part',
    boxes: [
      { x, y },
      { x: 156, y: 116, width: 80, height: 60 },
    ],
  });
  expect(files?.filter(({ decision }) => decision === 'release')).toEqual([]);
});

test('somebody else decided meanwhile, or something came: the second is told, and nothing is changed', async () => {
  const recordId = await handIn('A woylie');
  const id = await collected('woylies', recordId);
  await at.goTo(`/requests/${id}/review/${recordId}`);
  await scene.archive.sql.query(
    "insert into review (agency_id, request_id, record_id, n, answer, by) values ('rivertown', $1, $2, 1, 'not-responsive', 'test')",
    [id, recordId],
  );
  await at.press('label[for="answer-release"]');
  await submit(at, '#decide');
  expect(await pageText(at)).toContain(
    'Somebody else decided about this record meanwhile, or something came to it.',
  );
  expect(await decided(id, recordId)).toMatchObject({ n: 1, answer: 'not-responsive' });
});

test('what is over may be let go, and the worklist says so', async () => {
  const recordId = await handIn('A chuditch');
  const id = await collected('chuditches', recordId);
  await scene.archive.sql.query(
    "update request set state = 'closed', outcome = 'granted', closed_at = now(), closed_by = 'x' where id = $1",
    [id],
  );
  await at.goTo(`/requests/${id}/collect`);
  let said = await pageText(at);
  expect(said).toContain('This request is closed');
  expect(said).toContain('Nobody said until when, so it lies without end.');
  await submit(at, '#holds a');
  await at.press('main details summary');
  await at.page.type('#reason', 'It is over');
  await submit(at, 'main details button');
  expect(await pageText(at)).toContain('This hold lies because of a request for records');
  await scene.archive.sql.query(
    "insert into request_kept_until (agency_id, request_id, n, until, reason, by) values ('rivertown', $1, 1, current_date - 3, 'x', 'test')",
    [id],
  );
  await at.goTo(`/requests/${id}/collect`);
  expect(await pageText(at)).toContain('It may be released now');
  await at.goTo('/worklist');
  said = await pageText(at);
  expect(said).toContain('Holds of requests that are over');
  await submit(at, '#to-release a');
  await at.press('main details summary');
  await at.page.type('#reason', 'It is over');
  await submit(at, 'main details button');
  expect(await pageText(at)).toContain('This hold was released.');
});

test.each(
  onEachScreen<() => Promise<string>>([
    [
      'collect',
      async () => {
        await handIn('A bilby by Ann Other, call 573-555-0199');
        return `/requests/${await requested('All posts on Facebook by Ann Other with "bilby" since May 2026, please.')}/collect`;
      },
    ],
    [
      'collect-done',
      async () => {
        const id = await requested('Everything about bilbies');
        await at.goTo(`/requests/${id}/collect`);
        await typeOver(at, '#q', '"lives here" bilby -dingo');
        await typeOver(at, '#platform', 'facebook');
        await submit(at, 'main form.hf-search button[type="submit"]');
        return `/requests/${id}/collect?done=search`;
      },
    ],
    [
      'review',
      async () => {
        const text = 'A quenda was seen near the pool at noon by everybody who was there';
        const id = await collected(
          'quendas',
          await handIn(text),
          await handIn(text),
          await handIn(`${text}, they say`),
        );
        return `/requests/${id}/review`;
      },
    ],
    [
      'review-same',
      async () => {
        const text = 'A numbat sat on the steps of the hall at noon and looked at everybody';
        const first = await handIn(text);
        const twin = await handIn(text, false, { author: { displayName: 'Another Resident' } });
        const id = await collected('numbats', first, twin, await handIn(`${text} twice`));
        return `/requests/${id}/review/${first}?beside=yes`;
      },
    ],
    [
      'review-record',
      async () => {
        const recordId = await handIn(
          'A quoll. Jane Example, 573-555-0142, jane@example.org, 123-45-6789',
          true,
        );
        return `/requests/${await collected('quolls', recordId)}/review/${recordId}`;
      },
    ],
    [
      'review-record-part',
      async () => {
        const recordId = await handIn(
          'A kultarr. Jane Example, 573-555-0142, her son (9), 123-45-6789',
          true,
        );
        const id = await collected('kultarrs', recordId);
        await at.goTo(`/requests/${id}/review/${recordId}`);
        await at.press('label[for="answer-part"]');
        await at.page.select('[name="exemption"]', '610.021-13');
        await at.page.type('#description', 'telephone number');
        await at.press('[name="s-1-0"] + label');
        await choose('rest', 'withhold');
        await submit(at, '#decide');
        return `/requests/${id}/review/${recordId}`;
      },
    ],
  ]),
)('%s at %i px: everybody can use it, in both languages', async (name, _width, prepare, size) => {
  await at.page.setViewport(size);
  const path = await prepare();
  await at.goTo(path);
  await checkPage(at, name);
  await at.page.setExtraHTTPHeaders({ 'accept-language': 'es' });
  await at.goTo(path);
  expect(await pageText(at)).toMatch(/[Ss]olicitud|registro/);
  await shoot(at, `${name}-es`);
});
