/** Many facts, one record: as `accept_report` (migration 0004) folds them, fact after fact. Pure. */
import type { Selectable } from 'kysely';
import type { Tables } from '#db/db.ts';
import type { IndexedFact } from '#intake/intake.ts';

type Folded = Pick<
  Selectable<Tables['record']>,
  | 'platform'
  | 'account'
  | 'account_id'
  | 'kind'
  | 'verb'
  | 'grounds'
  | 'excerpt'
  | 'author'
  | 'address'
  | 'removal'
  | 'removed_at'
  | 'edition'
  | 'series'
  | 'series_reason'
>;

export function fold(facts: readonly IndexedFact[]): Folded {
  const [first, ...later] = facts;
  if (first === undefined) throw new TypeError('A record without a fact was read.');
  let now: Folded = {
    platform: first.platform,
    account: first.account,
    account_id: first.accountId,
    kind: first.kind,
    verb: first.verb,
    grounds: first.grounds,
    excerpt: first.excerpt,
    author: first.author,
    address: first.address,
    removal: first.removal,
    removed_at: first.removal === 'confirmed' ? first.removedAt : null,
    edition: first.edition,
    series: first.series,
    series_reason: first.seriesReason,
  };
  for (const fact of later)
    now = {
      ...now,
      address: now.address ?? fact.address,
      ...(now.series === null
        ? { edition: fact.edition, series: fact.series, series_reason: fact.seriesReason }
        : {}),
      ...(fact.acts
        ? { removal: fact.removal, removed_at: fact.removal === 'confirmed' ? fact.removedAt : null }
        : {}),
      verb: fact.verb === 'none' ? now.verb : fact.verb,
      grounds: [...new Set([...now.grounds, ...fact.grounds])].sort(),
    };
  return now;
}
