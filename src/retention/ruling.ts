/**
 * Rules meet records. Each record that became complete meets every rule of its agency once, and until it has, nothing of it is due.
 * Rules that are added later apply to what comes after them; of what is there they are offered, and a person decides (`suggest`).
 *
 * A crash leaves records that have not met their rules; the next pass takes them.
 */
import type { AgencyTx, Db } from '#db/db.ts';
import { classifyAll, type Classification } from './rules.ts';
import { agencyIds, classifiable, readRules, takeUnruled, writeRuled } from './rule-queries.ts';

const AT_ONCE = 200;
const ACTOR = 'worker:retention';

/** Answers how many records met their rules. */
export async function ruleRecords(db: Db, signal: AbortSignal): Promise<number> {
  let ruled = 0;
  for (const agencyId of await agencyIds(db))
    for (let n = AT_ONCE; n === AT_ONCE && !signal.aborted; ruled += n)
      n = await db.inAgency(agencyId, async (at) => await ruleSome(at));
  return ruled;
}

async function ruleSome(at: AgencyTx): Promise<number> {
  const ids = await takeUnruled(at, AT_ONCE);
  if (ids.length === 0) return 0;
  const also = await suggest(at, ids);
  await writeRuled(
    at,
    ids.map((id) => ({ id, also: also.get(id) ?? [] })),
    ACTOR,
  );
  return ids.length;
}

/** What the rules of today would add to each of these records. Nothing is written. */
export async function suggest(
  at: AgencyTx,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly Classification[]>> {
  const rules = await readRules(at);
  const asksForWords = rules.some(({ matches }) => matches.text !== undefined || matches.tag !== undefined);
  return new Map(
    (await classifiable(at, ids, asksForWords)).map((record) => [
      record.id,
      classifyAll(rules, record).filter(
        ({ edition, series }) => !record.under.includes(`${edition} ${series}`),
      ),
    ]),
  );
}
