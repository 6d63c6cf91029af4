/** Holds a capture against what its page must show and against what the site sent. Every fault is a sentence. */
import { readFile } from 'node:fs/promises';
import type { CapturedFile, CaptureResult } from '#capture/capture.ts';
import { payloadOf, recordsOf, sha256 } from './archive-reader.ts';
import type { WarcRecord } from './archive-reader.ts';
import type { SitePage } from './page.ts';
import { glyphs, judgeMarks, look } from './sight.ts';
import type { Sighting } from './sight.ts';
import type { Sent } from './town.ts';

export interface Examined {
  readonly faults: readonly string[];
  readonly marks: { readonly expected: number; readonly seen: number };
  readonly bodies: { readonly sent: number; readonly archived: number };
}

/** Each of these must have its time. */
const TIMES = ['started', 'answered', 'rested', 'fullPagePicture', 'finished'];
const IN_SUMMARY = 5;

export async function examine(
  page: SitePage,
  result: CaptureResult,
  sent: readonly Sent[],
): Promise<Examined> {
  const faults: string[] = [];
  const { expected } = page;
  if (!expected.outcome.includes(result.outcome))
    faults.push(
      `outcome is ${result.outcome} and should be ${expected.outcome.join(' or ')}: ${JSON.stringify(result.evidence)}, missing ${JSON.stringify(result.missing)}`,
    );
  const shows = expected.outcome.some((outcome) => outcome === 'captured' || outcome === 'partial');
  const marks = shows ? await examinePictures(page, result, faults) : { expected: 0, seen: 0 };
  if (shows) await examineText(page, result, faults);
  examineWay(page, result, faults);
  const bodies = await examineArchive(result, sent, faults);
  await examineReport(page, result, shows, faults);
  return { faults, marks, bodies };
}

async function examinePictures(
  { expected }: SitePage,
  result: CaptureResult,
  faults: string[],
): Promise<Examined['marks']> {
  const tiles = all(result, 'screenshot-fullpage');
  if (tiles.length === 0) {
    faults.push('there is no full-page picture');
    return { expected: expected.shown.length, seen: 0 };
  }
  const sighting = await look(tiles.map(({ path, part }) => ({ path, part: part ?? null })));
  faults.push(...sighting.faults);
  const judged = judgeMarks(expected.shown, sighting.seen);
  const excused =
    expected.excuse !== undefined &&
    result.outcome === 'partial' &&
    result.missing.some((line) => expected.excuse?.test(line));
  if (judged.missing.length > 0 && !excused)
    faults.push(
      `${judged.missing.length} of ${expected.shown.length} marks are not in the picture and not named as missing: ${some(judged.missing.map((number) => expected.shown.findIndex((mark) => mark.number === number)))}; missing says ${JSON.stringify(result.missing)}`,
    );
  if (judged.repeated.length > 0)
    faults.push(
      `${judged.repeated.length} marks are in the picture more than once: ${some(judged.repeated)}`,
    );
  for (const group of expected.oneOf ?? [])
    if (judgeMarks(group, sighting.seen).found === 0)
      faults.push('none of a group of marks is in the picture');
  if (expected.never !== undefined && judgeMarks(expected.never, sighting.seen).found > 0)
    faults.push('a mark is in the picture that is never on a screen');
  for (const [side, wanted] of [
    ['heightPx', expected.heightPx],
    ['widthPx', expected.widthPx],
  ] as const)
    if (wanted !== undefined && (sighting[side] < wanted[0] || sighting[side] > wanted[1]))
      faults.push(`${side} is ${sighting[side]} and should be ${wanted.join(' to ')}`);
  await examineElement(expected.target?.mark ?? null, result, faults);
  await examineGlyphs(expected, result, sighting, faults);
  return { expected: expected.shown.length, seen: judged.found };
}

/** The picture of the addressed element shows that element. */
async function examineElement(
  mark: Parameters<typeof judgeMarks>[0][number] | null,
  result: CaptureResult,
  faults: string[],
): Promise<void> {
  if (mark === null) return;
  const pictures = all(result, 'screenshot-element');
  if (pictures.length === 0) {
    faults.push('there is no picture of the element that was asked for');
    return;
  }
  for (const { path } of pictures) {
    const { seen } = await look([{ path, part: null }]);
    if (judgeMarks([mark], seen).found > 0) return;
  }
  faults.push('the picture of the element does not show its mark');
}

async function examineGlyphs(
  expected: SitePage['expected'],
  result: CaptureResult,
  sighting: Sighting,
  faults: string[],
): Promise<void> {
  const [tile] = all(result, 'screenshot-fullpage');
  for (const { below, characters, coloured } of expected.glyphs ?? []) {
    const at = sighting.seen.find(({ number }) => number === below.number);
    if (at === undefined || tile === undefined) continue;
    const drawn = await glyphs(tile.path, at.x, at.y + below.heightPx, 48, characters.length);
    if (drawn.blank > 0 || drawn.alike > 0 || (coloured && drawn.coloured < characters.length))
      faults.push(
        `of ${characters.join(' ')} ${drawn.blank} are blank, ${drawn.alike} look like another one, ${drawn.coloured} have colours`,
      );
    const named = characters.filter((each) => result.glyphs.missing.some((one) => each.includes(one)));
    if (named.length > 0 && drawn.blank + drawn.alike === 0)
      faults.push(`${named.join(' ')} are named as missing glyphs and are drawn`);
    if (named.length === 0 && drawn.blank + drawn.alike > 0)
      faults.push('and none of them is among the missing glyphs');
  }
  for (const character of expected.missingGlyphs ?? [])
    if (!result.glyphs.missing.includes(character))
      faults.push(
        `a character that no font has is not among the missing glyphs: U+${character.codePointAt(0)?.toString(16)}`,
      );
}

async function examineText({ expected }: SitePage, result: CaptureResult, faults: string[]): Promise<void> {
  const [file] = all(result, 'page-text');
  if (file === undefined) {
    faults.push('there is no text');
    return;
  }
  const text = (await readFile(file.path, 'utf8')).replace(/\s+/gu, ' ');
  const without = (expected.texts ?? []).filter((each) => !text.includes(each));
  if (without.length > 0) faults.push(`the text lacks ${some(without.map((each) => `“${each}”`))}`);
  for (const each of expected.notTexts ?? [])
    if (text.includes(each)) faults.push(`the text holds “${each}”, which is not on the screen`);
}

function examineWay({ expected }: SitePage, result: CaptureResult, faults: string[]): void {
  if (expected.finalPath !== undefined) {
    const path = result.finalAddress === null ? null : new URL(result.finalAddress).pathname;
    if (path !== expected.finalPath) faults.push(`the way ends at ${path} and not at ${expected.finalPath}`);
  }
  const way = result.redirects.map(({ status }) => status);
  if (expected.way !== undefined && way.join() !== expected.way.join())
    faults.push(`the way is ${way.join(', ') || 'empty'} and was ${expected.way.join(', ')}`);
  const { allows } = expected;
  if (allows !== undefined && result.outcome === 'partial')
    for (const line of result.missing)
      if (!allows.test(line)) faults.push(`missing names what is not missing: ${line}`);
  for (const pattern of expected.missing ?? [])
    if (!result.missing.some((line) => pattern.test(line)))
      faults.push(`missing does not say ${pattern}: ${JSON.stringify(result.missing)}`);
  if (expected.target !== undefined) {
    const shouldBeFound = expected.shown.length > 0;
    if (shouldBeFound !== (result.target !== null))
      faults.push(
        shouldBeFound
          ? `the target was not found: ${JSON.stringify(result.evidence)}`
          : 'a target was found that is not there',
      );
  }
}

/** Everything that the site sent before the last picture was taken is in the archive, byte for byte, or named. */
async function examineArchive(
  result: CaptureResult,
  sent: readonly Sent[],
  faults: string[],
): Promise<Examined['bodies']> {
  const cutoff = pictureTime(result);
  const due = sent.filter((each) => each.complete && each.endedAt <= cutoff);
  const [file] = all(result, 'wacz');
  if (file === undefined) {
    if (due.length > 0) faults.push(`there is no archive, and the site sent ${due.length} bodies`);
    return { sent: due.length, archived: 0 };
  }
  let records: WarcRecord[];
  try {
    records = recordsOf(await readFile(file.path));
  } catch (error) {
    faults.push(`the archive cannot be read: ${String(error)}`);
    return { sent: due.length, archived: 0 };
  }
  const responses = new Map<string, WarcRecord[]>();
  for (const record of records)
    if (record.type === 'response' || record.type === 'revisit')
      responses.set(record.address, [...(responses.get(record.address) ?? []), record]);
  const digests = new Map<string, string>();
  for (const record of records)
    if (record.type === 'response') {
      const digest = record.fields.get('warc-payload-digest');
      if (digest !== undefined) digests.set(digest, sha256(payloadOf(record)));
    }
  const holds = (each: Sent): boolean =>
    (responses.get(each.address) ?? []).some(
      (record) =>
        record.status === each.status &&
        (record.type === 'response'
          ? sha256(payloadOf(record)) === each.sha256
          : digests.get(record.fields.get('warc-payload-digest') ?? '') === each.sha256),
    );
  const named = new Set(result.archive?.notArchived.map(({ address }) => address));
  const lost = due.filter((each) => !holds(each));
  const unnamed = lost.filter(({ address }) => !named.has(address));
  if (unnamed.length > 0)
    faults.push(
      `${unnamed.length} of ${due.length} bodies are neither in the archive as they were sent nor named: ${some(unnamed.map(({ method, address, status, bytes }) => `${method} ${address} ${status} (${bytes} bytes; the archive has ${JSON.stringify((responses.get(address) ?? []).map((record) => [record.type, record.status, payloadOf(record).length]))})`))}`,
    );
  const asked = due.filter(
    ({ address, askedSha256 }) =>
      askedSha256 !== null &&
      !named.has(address) &&
      !records.some(
        (record) =>
          record.type === 'request' &&
          record.address === address &&
          sha256(payloadOf(record)) === askedSha256,
      ),
  );
  if (asked.length > 0)
    faults.push(
      `${asked.length} bodies that the page sent are not in the archive: ${some(asked.map(({ method, address }) => `${method} ${address}`))}`,
    );
  // What never ends is there as far as it came, or named.
  const open = sent.filter(({ complete, bytes, status }) => !complete && (bytes > 0 || status === 101));
  for (const { address } of open) {
    const spellings = [address, address.replace(/^ws/, 'http')];
    if (!spellings.some((each) => responses.has(each) || named.has(each)))
      faults.push(`${new URL(address).pathname}, which never ended, is neither in the archive nor named`);
  }
  if (records.length === 0) faults.push('the archive holds no record');
  return { sent: due.length, archived: due.length - lost.length };
}

function pictureTime(result: CaptureResult): number {
  const times = Object.entries(result.times)
    .filter(([name]) => /picture/i.test(name))
    .map(([, time]) => Date.parse(time));
  return times.length > 0 ? Math.max(...times) : Date.parse(result.times['finished'] ?? '');
}

async function examineReport(
  { expected }: SitePage,
  result: CaptureResult,
  shows: boolean,
  faults: string[],
): Promise<void> {
  // An address that is not even opened is done when it begins.
  const due = shows ? TIMES : result.outcome === 'blocked' ? ['started'] : ['started', 'finished'];
  for (const name of due)
    if (Number.isNaN(Date.parse(result.times[name] ?? ''))) faults.push(`the time “${name}” is not there`);
  const [file] = all(result, 'capture-report');
  if (file === undefined) {
    faults.push('there is no report');
    return;
  }
  const report = JSON.parse(await readFile(file.path, 'utf8')) as {
    outcome?: string;
    files?: { sha256: string }[];
    incidents?: Record<string, number>;
  };
  if (report.outcome !== result.outcome) faults.push(`the report says ${report.outcome}`);
  for (const [name, count] of Object.entries(expected.incidents ?? {}))
    if (report.incidents?.[name] !== count)
      faults.push(`the report counts ${report.incidents?.[name]} ${name} and there were ${count}`);
  for (const each of result.files) {
    if (sha256(await readFile(each.path)) !== each.sha256)
      faults.push(`${each.role} is not what its digest says`);
    if (each !== file && report.files?.some((one) => one.sha256 === each.sha256) !== true)
      faults.push(`the report does not name ${each.role}`);
  }
}

function all(result: CaptureResult, role: CapturedFile['role']): CapturedFile[] {
  return result.files.filter((file) => file.role === role);
}

function some(values: readonly (string | number)[]): string {
  return values.slice(0, IN_SUMMARY).join(', ') + (values.length > IN_SUMMARY ? ', …' : '');
}
