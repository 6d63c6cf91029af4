/** What a letter hands out: a production of this request that is out, and, when the letter goes, a link of its own to it. */
import type { AgencyTx } from '#db/db.ts';
import { listProductions, releaseProduction, withheldIn } from '#production/production.ts';
import { wallTimeIn } from '#civil.ts';
import type { LetterInput } from '#sunshine/sunshine.ts';
import { citedOf } from './letter-orders.ts';
import { calendarHere } from './office-calendar.ts';
import { notDone } from './production-answers.ts';
import { isOut, pagesOf } from './released.ts';

const DAY_MS = 86_400_000;
/** Where it is said how to check a production, to anybody. It goes along in each as well. */
export const VERIFY_PRODUCTION = '/verify/production';

/** `linkBy`: whoever sends the letter, in whose name the link is made; null: it is a draft, and none is. */
export async function handedIn(
  at: AgencyTx,
  requestId: string,
  input: LetterInput,
  {
    now,
    publicUrl,
    linkBy,
  }: { readonly now: Date; readonly publicUrl: string; readonly linkBy: string | null },
): Promise<LetterInput> {
  if (input.kind !== 'records') return input;
  const { production: id, days } = input;
  const one = (await listProductions(at, requestId)).find((other) => other.id === id);
  if (one === undefined || !isOut(one)) return { ...input, handed: null };
  const made = linkBy === null ? null : await releaseProduction(at, id, { now, days }, linkBy);
  if (typeof made === 'string') throw notDone(made);
  const today = wallTimeIn((await calendarHere(at)).calendar.zone, now).day;
  const reasons = one.part + one.withheld === 0 ? [] : await withheldIn(at, requestId, id);
  const { released, part, withheld, n, sha256 } = one;
  return {
    ...input,
    handed: {
      production: id,
      n,
      released,
      part,
      withheld,
      pages: pagesOf(one),
      sha256: sha256 ?? '',
      expiresAt: made?.expiresAt ?? new Date(now.getTime() + days * DAY_MS),
      link: made === null ? null : { url: `${publicUrl}/p/${made.token}`, n: made.link },
      verifyAt: `${publicUrl}${VERIFY_PRODUCTION}`,
      provisions: citedOf(
        reasons.map(({ exemption }) => exemption),
        today,
      ),
      descriptions: [...new Set(reasons.flatMap(({ description }) => description ?? []))],
      isUndescribed: reasons.some(({ description }) => description === null),
    },
  };
}
