/**
 * The rows of the fault matrix (reference/integrity.md 6.3) and their counts per gate, with outages scaled by 1/20. A row whose
 * part the archive does not have yet stands here too, with its reason: the printed table leaves none out.
 */
export type Server = 'versitygw' | 'minio';
export const SERVERS: readonly Server[] = ['versitygw', 'minio'];

export interface MatrixRow {
  readonly component: string;
  readonly fault: string;
  readonly count: number;
  /** Played once for each of them. */
  readonly on?: readonly Server[];
}

export const MATRIX = {
  'api-killed': { component: 'API', fault: 'kill -9 at random', count: 50 },
  'api-committed': { component: 'API', fault: 'kill -9 between commit and answer', count: 20 },
  'api-drained': { component: 'API', fault: 'SIGTERM under load', count: 10 },
  'api-storm': { component: 'API', fault: 'the same report 100 times at once', count: 20 },
  'worker-killed': { component: 'Worker', fault: 'kill -9 at random', count: 50 },
  'worker-steps': {
    component: 'Worker',
    fault: 'kill -9 at each step of the seal',
    count: 120,
    on: SERVERS,
  },
  'worker-blocked': { component: 'Worker', fault: 'event loop blocked past its claim', count: 10 },
  'worker-memory': { component: 'Worker', fault: 'out of memory, parked after five', count: 5 },
  'redis-killed': { component: 'Redis', fault: 'kill -9', count: 30 },
  'redis-emptied': { component: 'Redis', fault: 'FLUSHALL', count: 5 },
  'redis-down': { component: 'Redis', fault: 'down for 30 s', count: 2 },
  'redis-full': { component: 'Redis', fault: 'maxmemory reached (noeviction)', count: 2 },
  'postgres-killed': { component: 'Postgres', fault: 'kill -9 of the postmaster', count: 30 },
  'postgres-restarted': { component: 'Postgres', fault: 'down for 3 s', count: 5 },
  'postgres-taken': { component: 'Postgres', fault: 'no connection left', count: 5 },
  's3-slow': { component: 'S3', fault: '30 % answers 503 SlowDown for 15 s', count: 5, on: SERVERS },
  's3-reset': {
    component: 'S3',
    fault: 'connection reset in an upload, answer lost after it',
    count: 20,
    on: SERVERS,
  },
  's3-killed': { component: 'S3', fault: 'kill -9', count: 20, on: SERVERS },
  's3-wrong-bytes': { component: 'S3', fault: 'one bit flipped on read', count: 20, on: SERVERS },
  's3-unlocked': { component: 'S3', fault: 'lock accepted and not applied', count: 3, on: SERVERS },
  'sequencer-killed': {
    component: 'Sequencer',
    fault: 'kill -9 at each of its nine steps',
    count: 90,
    on: SERVERS,
  },
  'sequencer-two': { component: 'Sequencer', fault: 'two started at once, one killed', count: 5 },
  'audit-attempts': {
    component: 'Audit',
    fault: 'as superuser: changed, deleted, reordered, cut off, chained anew, back-dated, exchanged',
    count: 1000,
  },
  'audit-bits': { component: 'Audit', fault: 'one bit of an object turned over', count: 1000 },
  'audit-untouched': { component: 'Audit', fault: 'none: an archive at work', count: 1000 },
  'chromium-killed': { component: 'Chromium', fault: 'kill -9 of browser or renderer', count: 30 },
  'chromium-hostile': { component: 'Chromium', fault: 'pages that harm, 3 of each', count: 18 },
  'chromium-gone': { component: 'Chromium', fault: '404, 410 and login wall, 5 of each', count: 15 },
} as const satisfies Readonly<Record<string, MatrixRow>>;

export type RowName = keyof typeof MATRIX;

interface Missing {
  readonly component: string;
  readonly fault: string;
  readonly why: string;
}

export const NOT_BUILT: readonly Missing[] = [
  { component: 'API', fault: 'clock ±10 min', why: 'the gate brings no faketime' },
  { component: 'Postgres', fault: 'deadlock; 40001', why: 'not provoked yet' },
  { component: 'Postgres', fault: 'disk full', why: 'of the API’s disk: test/service/outages.test.ts' },
  {
    component: 'Postgres',
    fault: 'point in time recovery',
    why: 'not by the gate: test/service/rebuild-behind.test.ts',
  },
  {
    component: 'S3',
    fault: 'version deleted by an administrator',
    why: 'not by the gate: test/service/second-store.test.ts',
  },
  {
    component: 'TSA / witness',
    fault: 'all of its rows',
    why: 'not by the gate: test/service/anchors.test.ts',
  },
  { component: 'Network', fault: 'delay, loss, partition', why: 'needs a network of its own' },
  {
    component: 'Retention job',
    fault: 'purge: all of its rows',
    why: 'not by the gate: test/crash/disposal.test.ts',
  },
  { component: 'Deploy', fault: 'old and new together, rollback', why: 'there is no earlier release yet' },
  { component: 'Disk', fault: 'worker scratch full', why: 'not played yet' },
];
