/** A process that works one step of a queue: prints `ready`, then each record id it was given; drains on SIGTERM. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openLog } from '#log.ts';
import { openQueue } from '#queue/queue.ts';

const [redisUrl = '', databaseUrl = '', jobMs = '0', graceMs = '5000'] = process.argv.slice(2);
const queue = await openQueue(
  { redisUrl: redisUrl === '' ? null : redisUrl },
  { databaseUrl, log: openLog('silent', 'queue-worker') },
);
await queue.work(
  'seal',
  async (recordId) => {
    process.stdout.write(`${recordId}\n`);
    await sleep(Number(jobMs));
  },
  { concurrency: 2 },
);
process.once('SIGTERM', () => void queue.drain(Number(graceMs)));
process.stdout.write('ready\n');
