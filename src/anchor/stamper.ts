/** Gets a stamp, and believes it only when it is of this question, of now, and verified twice. What is not believed is kept nowhere. */
import type { StampAuthority } from '#config.ts';
import { ask, refused } from './asking.ts';
import { wrong } from './stamp-facts.ts';
import { MAX_STAMP_BYTES, stampQuestion, verifyStamp, type Stamp } from './stamp.ts';

/** As far as two clocks that somebody keeps may differ, with the time that an answer takes. */
export const CLOCK_MS = 5 * 60_000;

export async function obtainStamp(
  authority: StampAuthority,
  bytes: Uint8Array,
  {
    now,
    signal,
    timeoutMs,
  }: { readonly now: () => Date; readonly signal?: AbortSignal | undefined; readonly timeoutMs?: number },
): Promise<{ readonly tsr: Buffer; readonly stamp: Stamp }> {
  const question = stampQuestion(bytes);
  const { status, body } = await ask({
    url: authority.url,
    type: 'application/timestamp-query',
    body: question.bytes,
    limitBytes: MAX_STAMP_BYTES,
    signal,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  if (status !== 200) throw refused(status);
  const stamp = await verifyStamp(body, bytes, authority.roots);
  if (stamp.nonce !== question.nonce)
    throw wrong('nonce', 'it answers another question than ours, so that it may be an old one');
  if (Math.abs(stamp.at.getTime() - now().getTime()) > CLOCK_MS)
    throw wrong(
      'clock',
      'its time is more than five minutes from ours; set this machine’s clock by NTP, or do without the authority',
    );
  return { tsr: body, stamp };
}

/** Of one authority, when somebody waits for it. */
const WAITED_MS = 5000;

/**
 * For what is stamped beside the log, while somebody waits: by the first authority, in their order, that answers soon and is believed.
 * Null: none is set.
 */
export function openStamping(
  authorities: readonly StampAuthority[],
  now: () => Date,
):
  | ((
      bytes: Uint8Array,
    ) => Promise<{ readonly response: Buffer; readonly certificates: string; readonly at: Date }>)
  | null {
  if (authorities.length === 0) return null;
  return async (bytes) => {
    let last: unknown;
    for (const authority of authorities)
      try {
        const { tsr, stamp } = await obtainStamp(authority, bytes, { now, timeoutMs: WAITED_MS });
        return { response: tsr, certificates: stamp.chain, at: stamp.at };
      } catch (error) {
        last = error;
      }
    throw last;
  };
}
