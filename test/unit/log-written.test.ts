/** No type of entry is an empty promise: each is written somewhere in the program, or FORMAT.md says that what it speaks of is still to be built. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ENTRY_TYPES } from '#log/entry-types.ts';

const SRC = join(import.meta.dirname, '..', '..', 'src');
/** Where types are listed, and where they are put into words. */
const LISTS =
  /^(?:log\/(?:entry-types|event-entry)|record\/history|verify\/(?:premis|proofs|story)|audit\/.*|console\/.*)\.ts$/;

const FORMAT = readFileSync(join(SRC, 'log', 'FORMAT.md'), 'utf8');
const TO_COME = [
  ...(/^Listed for what is still to be built, and in no log yet: (.+)\.$/m.exec(FORMAT)?.[1] ?? '').matchAll(
    /`([^`]+)`/g,
  ),
].map(([, type = '']) => type);

/** What the database itself enters: 0019, and the triggers of 0034, 0040, 0046 and 0054. */
const BY_MIGRATION = [
  'policy.marked',
  'record.dated',
  'record.held',
  'record.released',
  'request.received',
  'request.opened',
  'request.moved',
  'request.noted',
  'request.receipt-corrected',
  'request.closed',
  'request.mail-kept',
  'request.contact-added',
  'calendar.changed',
];

test('each type is written by the program, or is named in FORMAT.md as still to be built, and never both', () => {
  const text = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !LISTS.test(name))
    .map((name) => readFileSync(join(SRC, name), 'utf8'))
    .join('\n');
  const types = Object.keys(ENTRY_TYPES);
  const isWritten = (type: string): boolean => text.includes(`'${type}'`) || BY_MIGRATION.includes(type);
  expect(types.length).toBeGreaterThan(70);
  expect(
    TO_COME.filter((type) => isWritten(type)),
    'strike them from the list in FORMAT.md: they are written now',
  ).toEqual([]);
  expect(
    types.filter((type) => !isWritten(type) && !TO_COME.includes(type)),
    'nobody writes them',
  ).toEqual([]);
  expect(TO_COME.filter((type) => !types.includes(type))).toEqual([]);
});
