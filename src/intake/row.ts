/** A fact as the index knows it: what lists, search, the schedule and the present state of a removal are made from. */
import { findAccount } from '#agency/agency.ts';
import { wordsOf } from '#record/record.ts';
import type { AgencyReference, ReceivedReport } from './accept.ts';
import type { StoredFact } from './fact-schema.ts';

const EXCERPT_CHARACTERS = 280;

/** The parts of a fact that the index knows. The fact stays the authority. */
export function rowOf(
  fact: StoredFact,
  reference: AgencyReference,
  captureWanted: boolean,
  received: Pick<ReceivedReport, 'form' | 'toRecord'>,
) {
  const { data } = fact;
  const account =
    data.platform.accountHandle ?? data.platform.accountId ?? data.platform.accountUrl ?? 'unknown';
  const registered =
    findAccount(reference.accounts, data.platform.name, data.platform.accountId ?? account) ??
    findAccount(reference.accounts, data.platform.name, account);
  const grounds = data.action.grounds.map(
    (ground) =>
      // By the number that it had in its own version.
      `${ground.policyId}#${reference.citable.find((known) => known.policyId === ground.policyId && known.version === ground.policyVersion && known.citation === ground.citation && (ground.text === undefined || known.clause === ground.text))?.clauseId ?? ground.citation}`,
  );
  const permalink = data.content.permalink ?? null;
  const about = {
    platform: data.platform.name,
    account,
    kind: data.content.kind,
    verb: data.action.verb,
    grounds,
  };
  const classification = reference.classify(about);
  const names = [
    data.author.displayName,
    data.author.handle,
    data.author.nativeId,
    data.author.profileUrl,
  ].flatMap((claim) => (claim === undefined ? [] : [claim.value]));
  const done =
    received.form === 'removal' ||
    (data.action.performedAt.value !== null && fact.type === 'removal.action-recorded.v1');
  return {
    ...about,
    toRecord: received.toRecord?.recordId ?? null,
    source: fact.source,
    factId: fact.id,
    type: fact.type,
    fact,
    subject: fact.subject,
    accountId: registered?.id ?? null,
    excerpt:
      data.content.text === null ? null : data.content.text.slice(0, EXCERPT_CHARACTERS).toWellFormed(),
    compared: data.content.text === null ? null : wordsOf(data.content.text),
    author: names[0] ?? null,
    address: captureWanted ? permalink : null,
    captureWanted: captureWanted && permalink !== null,
    removal: removalOf(fact, done),
    acts: fact.type === 'removal.action-recorded.v1' || fact.type === 'removal.action-reversed.v1',
    removedAt: done ? data.action.performedAt : null,
    edition: classification?.edition ?? null,
    series: classification?.series ?? null,
    seriesReason: classification?.reason ?? null,
    words: [
      data.content.text,
      ...names,
      account,
      data.platform.name,
      data.platform.accountUrl,
      permalink,
      data.notes,
      data.action.statement,
      data.content.parent?.excerpt,
    ]
      .filter((part) => typeof part === 'string')
      .join('\n'),
  };
}

/** Kept without any removal (design 2): verbs `none` and `reject`, and everything that is not an action. */
function removalOf(fact: StoredFact, done: boolean): 'awaited' | 'confirmed' | 'none' {
  if (
    fact.type !== 'removal.action-recorded.v1' ||
    fact.data.action.verb === 'none' ||
    fact.data.action.verb === 'reject'
  )
    return 'none';
  return done ? 'confirmed' : 'awaited';
}
