/** The house plan: which room may import which, through which door, and who owns each driver. Drawn here first. */
import { readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SRC = join(ROOT, 'src');

/** Rooms, and what each may import. Slices (intake, capture, seal, retention) meet in the record, never in each other. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  db: [],
  store: [],
  queue: ['db'],
  log: ['db', 'store'],
  anchor: ['db', 'store', 'log', 'record'],
  verify: ['anchor', 'log'],
  record: ['db', 'queue', 'log'],
  agency: ['db', 'record'],
  intake: ['db', 'store', 'record', 'agency'],
  capture: ['db', 'record'],
  seal: ['db', 'store', 'record'],
  rebuild: ['db', 'store', 'record', 'intake', 'seal', 'log'],
  retention: ['db', 'store', 'record'],
  disposal: ['db', 'store', 'record', 'log'],
  sunshine: ['db', 'record'],
  // What leaves in part is signed; `verify` checks it, and knows nothing of this room. It leaves in a bag, as an export does.
  production: ['db', 'store', 'record', 'log', 'export', 'verify'],
  fixity: ['db', 'store', 'record', 'log'],
  // What reads is handed to it: nothing of productions is known here.
  pictures: ['db', 'store'],
  routing: ['db', 'record'],
  export: ['db', 'store', 'record', 'log', 'anchor', 'verify'],
  // Copies what all of them wrote, and asks none of them.
  backup: ['db', 'store', 'record', 'log'],
  // A judge: it reads what the slices wrote, and nothing of them depends on it.
  audit: ['db', 'store', 'log', 'anchor', 'record', 'intake', 'seal'],
  // Of requests it says the steps of a clock, which are codes.
  console: ['record', 'intake', 'sunshine'],
  api: [
    'db',
    'queue',
    'log',
    'anchor',
    'record',
    'agency',
    'intake',
    'capture',
    'retention',
    'disposal',
    'sunshine',
    'production',
    'fixity',
    'pictures',
    'routing',
    'export',
    'audit',
    'backup',
    'console',
  ],
  cli: [
    'db',
    'store',
    'queue',
    'log',
    'anchor',
    'record',
    'agency',
    'intake',
    'capture',
    'seal',
    'rebuild',
    'retention',
    'fixity',
    'pictures',
    'routing',
    'export',
    'verify',
    'audit',
    'backup',
    'console',
    'api',
  ],
};

/** Files of a room that others may import beside its door, each with its reason. */
const SIDE_DOORS: readonly string[] = [
  'backup/standing.ts', // asked by every process, which needs no driver of COPY for it
  'db/copy.ts', // brings the driver of COPY, which only a backup needs
  'db/migrate.ts', // start-up only; the door would bring it into every process
  'capture/addresses.ts', // pure; the API judges addresses and needs no browser for it
  'log/note.ts', // pure; settings and witnesses' answers are read by it
  'db/embedded.ts', // brings the embedded server, which most processes never start
  // pure; whoever checks a package needs neither the database nor the store that the door of the log brings along
  'log/checkpoint.ts',
  'log/entry.ts',
  'log/merkle.ts',
  'log/note.ts',
  'log/proof.ts',
  'log/signed-receipt.ts',
  'log/signed-search.ts',
  'log/tiles.ts',
  'anchor/stamp.ts', // the same: stamps are judged without whoever asks for them
];

/** Files directly under src that everything may import; the rest of them wire processes and are imported by mains. */
const FOUNDATION = [
  'civil.ts',
  'commitment.ts',
  'receipt-code.ts',
  'errors.ts',
  'config.ts',
  // Hostile bytes are decoded in processes of their own; intake and production each have programs for them.
  'decoder.ts',
  'decoder-process.ts',
  'settings.ts',
  'log.ts',
  // Papers of the console and of productions.
  'pdf.ts',
  'pdf-words.ts',
  'program.ts',
  'secret-files.ts',
  'side-by-side.ts',
  'uids.ts',
  'wacz-signature.ts',
  'whole-bytes.ts',
  'witness-policy.ts',
];

/** Each driver has one owner. */
const OWNERS: Readonly<Record<string, readonly string[]>> = {
  kysely: [
    'db',
    'log',
    'anchor',
    'record',
    'agency',
    'intake',
    'capture',
    'seal',
    'rebuild',
    'retention',
    'disposal',
    'sunshine',
    'production',
    'fixity',
    'pictures',
    'routing',
    'export',
    'audit',
    'backup',
    'api',
  ],
  pg: ['db', 'queue'],
  'pg-copy-streams': ['db'],
  bullmq: ['queue'],
  ioredis: ['queue'],
  'graphile-worker': ['queue'],
  '@aws-sdk/client-s3': ['store'],
  'puppeteer-core': ['capture'],
  fastify: ['api', 'console'],
  sharp: ['intake', 'production'],
  nodemailer: ['routing'],
  'postal-mime': ['sunshine'],
  pkijs: ['anchor'],
  asn1js: ['anchor'],
  undici: ['api'],
  'libheif-js': ['intake'],
  'tesseract.js-core': ['production'],
  pdfkit: [],
};

interface Import {
  readonly file: string;
  readonly room: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(SRC, name));
const imports: Import[] = files.flatMap((file) =>
  [
    ...readFileSync(file, 'utf8').matchAll(
      /(?:^|\n)\s*(?:import|export)\s(type\s)?[^'"]*?from\s+'([^']+)'|import\('([^']+)'\)|\n?import\s+'([^']+)'/g,
    ),
  ].map((match) => ({
    file: relative(SRC, file),
    room: relative(SRC, file).includes('/') ? (relative(SRC, file).split('/')[0] ?? '') : '',
    target: match[2] ?? match[3] ?? match[4] ?? '',
    typeOnly: match[1] !== undefined,
  })),
);

/** `room/file.ts` under src, for imports of our own. */
function resolved({ file, target }: Import): string | null {
  if (target.startsWith('#')) return target.slice(1);
  if (target.startsWith('.')) return relative(SRC, join(SRC, dirname(file), target));
  return null;
}

describe(`the plan of the house (${files.length} files, ${imports.length} imports looked at)`, () => {
  test('there is something to look at', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(imports.length).toBeGreaterThan(150);
  });

  test('every folder under src is a room on the plan', () => {
    const rooms = new Set(
      files
        .map((file) => relative(SRC, file))
        .filter((name) => name.includes('/'))
        .map((name) => name.split('/')[0] ?? ''),
    );
    expect([...rooms].sort()).toEqual(Object.keys(ARROWS).sort());
  });

  test('rooms import only what the plan draws, and only by the door', () => {
    const wrong: string[] = [];
    for (const one of imports) {
      const to = resolved(one);
      if (to === null || one.room === '') continue;
      const [room, ...rest] = to.split('/');
      if (rest.length === 0) {
        // Wiring imports rooms; rooms import the foundation. The API and the command line are handed or start a system.
        const wiring = one.room === 'cli' || (one.room === 'api' && one.typeOnly);
        if (!FOUNDATION.includes(to) && !wiring) wrong.push(`${one.file} imports ${to}`);
        continue;
      }
      if (room === one.room) continue;
      if (room === undefined || !(ARROWS[one.room] ?? []).includes(room))
        wrong.push(`${one.file} imports ${to}: no such arrow`);
      else if (to !== `${room}/${room}.ts` && !SIDE_DOORS.includes(to))
        wrong.push(`${one.file} imports ${to}: not by the door`);
    }
    expect(wrong).toEqual([]);
  });

  test('inside a room imports are relative, across rooms they begin with #', () => {
    const wrong = imports.filter((one) => {
      const to = resolved(one);
      if (to === null || one.room === '' || !to.includes('/')) return false;
      return one.target.startsWith('#') ? to.split('/')[0] === one.room : to.split('/')[0] !== one.room;
    });
    expect(wrong.map((one) => `${one.file} imports ${one.target}`)).toEqual([]);
  });

  test('each driver has its owners, and nobody else imports it', () => {
    const wrong = imports.filter((one) => {
      const owners =
        OWNERS[
          one.target
            .split('/')
            .slice(0, one.target.startsWith('@') ? 2 : 1)
            .join('/')
        ];
      if (owners === undefined || one.room === '') return false;
      // A type says what is passed, not how it works.
      return !owners.includes(one.room) && !one.typeOnly;
    });
    expect(wrong.map((one) => `${one.file} imports ${one.target}`)).toEqual([]);
  });

  test('the environment is read in mains only', () => {
    const mains = ['server.ts', 'cli/main.ts', 'cli/report.ts'];
    const wrong = files
      .map((file) => relative(SRC, file))
      .filter(
        (name) => !mains.includes(name) && /process\.env\b/.test(readFileSync(join(SRC, name), 'utf8')),
      );
    expect(wrong).toEqual([]);
  });

  test('every room has a door that opens with its promise', () => {
    for (const room of Object.keys(ARROWS).filter((name) => !['cli', 'api'].includes(name))) {
      const door = readFileSync(join(SRC, room, `${room}.ts`), 'utf8');
      expect(door.startsWith('/**'), `${room}/${room}.ts opens with a paragraph`).toBe(true);
    }
  });

  test('the README’s map has every room, and its reading order names files that exist', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    for (const room of Object.keys(ARROWS))
      expect(readme, room).toMatch(new RegExp(`^ {6}${room}/ +\\S`, 'm'));
    const named = [...readme.matchAll(/`((?:src|migrations|test|workers)\/[\w./-]+\.\w+)`/g)].map(
      (match) => match[1] ?? '',
    );
    expect(named.length).toBeGreaterThan(10);
    for (const name of named) expect(() => readFileSync(join(ROOT, name)), name).not.toThrow();
    // A function that is named beside a file stands in it.
    const functions = [...readme.matchAll(/`((?:src|migrations)\/[\w./-]+)`\s+\(`(\w+)`\)/g)];
    expect(functions.length).toBeGreaterThan(3);
    for (const [, file, name] of functions)
      expect(readFileSync(join(ROOT, file ?? ''), 'utf8'), `${file} ${name}`).toContain(name);
  });

  test('a worker is wiring: short, without SQL, store or policy', () => {
    const workers = readdirSync(join(ROOT, 'workers'));
    expect(workers.length).toBeGreaterThanOrEqual(4);
    for (const worker of workers) {
      const text = readFileSync(join(ROOT, 'workers', worker), 'utf8');
      expect(text.split('\n').length, worker).toBeLessThan(60);
      expect(text).not.toMatch(/select |insert |update |PutObject/i);
    }
  });

  test('no file is longer than 450 lines, and few are longer than 300', () => {
    const long = files
      .filter((file) => readFileSync(file, 'utf8').split('\n').length > 300)
      .map((file) => basename(file));
    // One in twenty, however many there are.
    expect(long.length).toBeLessThanOrEqual(files.length / 20);
    expect(
      files
        .filter((file) => readFileSync(file, 'utf8').split('\n').length > 450)
        .map((file) => relative(SRC, file)),
    ).toEqual([]);
  });
});
