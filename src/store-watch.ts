/**
 * The proof that the store refuses to delete what is locked, made by the one process that may delete (the retention worker,
 * with the purger's key) at its start and each night, and written where the others read it: table `chore`, migration 0006.
 *
 * A store that cannot be reached is no finding: what was written last stands, and it is tried again in a minute.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Db } from '#db/db.ts';
import { SYSTEM_AGENCY } from '#agency/agency.ts';
import { codeOf } from '#errors.ts';
import { appendEvent } from '#record/record.ts';
import type { CanaryReport, Proof, ProofBook } from '#store/store.ts';
import type { System } from './system.ts';

const EVERY_MS = 24 * 3_600_000;
const AGAIN_MS = 60_000;

export function openProofBook(db: Db): ProofBook {
  return {
    newest: async (store) => {
      const { rows } = await sql<{ report: Proof; ageMs: number }>`
        select report, (extract(epoch from now() - at) * 1000)::float8 as "ageMs" from chore
         where name = 'store-canary' and about = ${store}`.execute(db.system);
      const row = rows[0];
      return row === undefined ? null : { proof: row.report, ageMs: row.ageMs };
    },
    write: async (store, { passed, checks, capabilities }) => {
      await sql`insert into chore (name, about, report)
                values ('store-canary', ${store}, ${JSON.stringify({ passed, checks, capabilities })})
                on conflict (name, about) do update set at = now(), report = excluded.report`.execute(
        db.system,
      );
    },
  };
}

/** In the log of the platform: what was tried, and how it ended, whichever way. `failed` are the numbers of the checks. */
async function enter(db: Db, { checks, capabilities }: CanaryReport): Promise<void> {
  const wrong = checks.filter(({ ok }) => !ok).map(({ n }) => n);
  await db.inAgency(SYSTEM_AGENCY, async (at) => {
    await appendEvent(at, null, {
      type: 'store.proved',
      actor: 'worker:retention',
      body: {
        store: capabilities.kind === 's3' ? 's3' : 'folder',
        immutability: capabilities.immutability,
        standing: capabilities.standing,
        failed: wrong.length,
        checks: wrong,
      },
    });
  });
}

export interface StoreWatch {
  /** Resolves when the first attempt is over, whatever came of it. */
  readonly first: Promise<void>;
  stop(): Promise<void>;
}

/** Does nothing in a process without the purger's key: it could prove nothing. */
export function startStoreWatch(system: System, { againMs = AGAIN_MS } = {}): StoreWatch {
  const { config, db, log, store, trust } = system;
  if (config.s3?.purger == null) return { first: Promise.resolve(), stop: async () => undefined };
  const book = openProofBook(db);
  const ending = new AbortController();
  const first = Promise.withResolvers<void>();
  const look = async (): Promise<boolean> => {
    try {
      const report = await trust.check(true);
      await book.write(store.describe, report);
      await enter(db, report);
      const { standing } = report.capabilities;
      if (report.passed) log.info({ standing }, 'store.proven');
      else
        log.error({ code: 'store-refused', checks: report.checks.filter((one) => !one.ok) }, 'store.refused');
      return report.passed;
    } catch (error) {
      log.error({ code: codeOf(error), err: error }, 'store.not-proven');
      return false;
    } finally {
      first.resolve();
    }
  };
  const loop = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      // A store that failed is looked at again soon: whoever mends it waits for this.
      const waitMs = (await look()) ? EVERY_MS : againMs;
      await sleep(waitMs, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  };
  const running = loop();
  return {
    first: first.promise,
    stop: async () => {
      ending.abort();
      await running;
    },
  };
}
