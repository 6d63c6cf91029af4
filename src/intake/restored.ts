/**
 * A fact that lies in the store as intake would index it again, for an index that is rebuilt from the store. The same code that
 * indexed it when it came (`rowOf`), so that lists and search find the same; pure. How the facts of a record fold is
 * `accept_report` (migration 0004), told once more in the rebuild room.
 */
import canonicalize from 'canonicalize';
import { sha256Hex } from '#commitment.ts';
import type { AgencyReference } from './accept.ts';
import type { StoredFact } from './fact-schema.ts';
import { requestDigest } from './facts.ts';
import { parseStrict } from './json.ts';
import { NO_AUTHOR } from './removal.ts';
import { rowOf } from './row.ts';
import { problemsOfStored } from './schema.ts';

export type IndexedFact = Pick<
  ReturnType<typeof rowOf>,
  | 'platform'
  | 'account'
  | 'accountId'
  | 'kind'
  | 'verb'
  | 'grounds'
  | 'excerpt'
  | 'author'
  | 'address'
  | 'removal'
  | 'removedAt'
  | 'acts'
  | 'edition'
  | 'series'
  | 'seriesReason'
  | 'words'
  | 'compared'
> & {
  readonly named: boolean;
  readonly done: boolean;
  readonly noted: boolean;
  readonly channel: string;
};

export interface Said {
  /** As the manifest says; undefined: it is older than that member, and the fact is asked. */
  readonly confirms: boolean | undefined;
  readonly captureWanted: boolean;
}

/** Null: these bytes are no fact of ours. */
export function indexedAnew(
  body: unknown,
  reference: AgencyReference,
  { confirms, captureWanted }: Said,
): (IndexedFact & { readonly confirms: boolean }) | null {
  if (problemsOfStored(body).length > 0) return null;
  const fact = body as StoredFact;
  const confirming = confirms ?? saysOnlyThatItWasDone(fact);
  const row = rowOf(fact, reference, captureWanted, {
    form: confirming ? 'removal' : 'cloudevents',
    toRecord: null,
  });
  const { content, action, notes, channel } = fact.data;
  return {
    ...row,
    confirms: confirming,
    named: content.nativeId !== null && content.nativeId !== undefined,
    done: action.performedAt.value !== null && action.performedAt.value !== undefined,
    noted: notes !== undefined,
    channel,
  };
}

function saysOnlyThatItWasDone({ type, data }: StoredFact): boolean {
  return type === 'removal.action-recorded.v1' && data.author.note === NO_AUTHOR;
}

/** What a fact's raw bytes say beside the fact: whether a live capture was wanted, and by what a repeat is known. */
export function saidBy(
  raw: Uint8Array,
  mediaType: string,
  fact: { readonly type: string; readonly confirms: boolean; readonly verb: string },
  fileSha256s: readonly string[],
): { readonly captureWanted: boolean; readonly delivery: string } {
  const sent = raw.length === 0 ? {} : parseStrict(raw);
  const kept = fact.type === 'removal.action-reversed.v1' && fact.verb === 'none';
  const asFact = mediaType === 'application/cloudevents+json';
  const said = !asFact && kept ? { kept: true, ...(sent as object) } : sent;
  const declined = typeof sent === 'object' && sent !== null && 'capture' in sent && sent.capture === false;
  return {
    captureWanted: asFact || (!fact.confirms && !kept && !declined),
    delivery: requestDigest(sha256Hex(canonicalize(said) ?? ''), fileSha256s),
  };
}
