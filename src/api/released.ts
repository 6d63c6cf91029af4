/** What of a request was released, when, and by which letters it was told: what its page says of it, and a call. */
import type { AgencyTx } from '#db/db.ts';
import { listProductions, type Production } from '#production/production.ts';
import { listLetters, tellsOf } from '#sunshine/sunshine.ts';

export interface ReleasedProduction {
  readonly id: string;
  readonly n: number;
  /** Records of which all is released, or a part; and such as are withheld. */
  readonly records: number;
  readonly withheld: number;
  readonly pages: number;
  readonly releasedAt: string;
  readonly withdrawnAt: string | null;
  /** Numbers in the correspondence. */
  readonly letters: readonly { readonly n: number; readonly kind: string; readonly at: string }[];
}

/** Numbered pages of its index. */
export const pagesOf = ({ batesFirst, batesLast }: Pick<Production, 'batesFirst' | 'batesLast'>): number =>
  batesLast === null ? 0 : batesLast - batesFirst + 1;

/** Only this may be handed out. */
export const isOut = ({ state }: Pick<Production, 'state'>): boolean => state === 'released';

export async function releasedHere(at: AgencyTx, requestId: string): Promise<readonly ReleasedProduction[]> {
  const letters = await listLetters(at, requestId);
  return (await listProductions(at, requestId))
    .flatMap((one) => (one.releasedAt === null ? [] : [{ ...one, releasedAt: one.releasedAt }]))
    .map((one) => ({
      id: one.id,
      n: one.n,
      records: one.released + one.part,
      withheld: one.withheld,
      pages: pagesOf(one),
      releasedAt: one.releasedAt.toISOString(),
      withdrawnAt: one.withdrawnAt?.toISOString() ?? null,
      letters: letters
        // What no mail server took told nobody.
        .filter((letter) => letter.ended_as !== 'given-up')
        .filter((letter) => tellsOf(letter, { id: one.id, releasedAt: one.releasedAt }))
        .map(({ n, kind, at: sentAt }) => ({ n, kind, at: sentAt.toISOString() }))
        .toReversed(),
    }))
    .toReversed();
}
