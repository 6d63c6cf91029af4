/** As `queue-worker.ts`, and dies by `kill -9` over the first job that it takes, before it gives the job's key back. */
import { Job } from 'bullmq';

Job.prototype.removeDeduplicationKey = async () => {
  process.kill(process.pid, 'SIGKILL');
  return await new Promise<never>(() => undefined);
};
await import('./queue-worker.ts');
