/** The append-only history. Entries carry ids, digests and figures; never content, a name or a handle. */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';
import { newId } from './ids.ts';

/** A closed list; a new type is a change of the specification. Source: reference/integrity.md 2.3. */
export type EventType =
  | 'intake.accepted'
  | 'intake.duplicate'
  | 'picture.inspected'
  | 'capture.completed'
  | 'capture.skipped'
  | 'record.sealed'
  | 'record.completed'
  | 'removal.confirmed'
  | 'removal.withdrawn'
  | 'second-look.completed'
  | 'lease.renewed'
  | 'record.held'
  | 'record.released'
  | 'lock.mended'
  | 'lock.wanting'
  // of no record: the holds themselves, and the nightly comparison of locks
  | 'hold.placed'
  | 'hold.released'
  | 'lock.compared'
  | 'fixity.failed'
  | 'fixity.repaired'
  | 'fixity.put-back'
  | 'view.opened'
  | 'view.not-shown'
  | 'step.parked'
  | 'step.rerun'
  | 'office.told'
  | 'office.not-told'
  | 'arrival.noted'
  // of no record: what was searched for, and what was not taken in
  | 'search.ran'
  | 'intake.rejected'
  // of no record: what was looked at in the store, and what lies there that nobody knows
  | 'fixity.passed'
  | 'fixity.log-failed'
  | 'fixity.stray'
  // who may do what in the agency
  | 'person.added'
  | 'person.roles'
  | 'person.left'
  | 'person.agreed'
  | 'person.agreement-withdrawn'
  | 'person.invited'
  | 'person.means'
  | 'person.provider-allowed'
  | 'provider.changed'
  | 'provider.removed'
  | 'office.added'
  | 'office.changed'
  | 'office.tried'
  | 'office.ended'
  // what the agency decided: its sites, its clauses, its keys
  | 'account.added'
  | 'account.changed'
  | 'policy.added'
  | 'policy.marked'
  | 'key.made'
  | 'key.ends'
  | 'key.revoked'
  // with which its web archives are signed
  | 'wacz-key.added'
  // the key that signs its receipts, and what it decided of its log
  | 'receipt-key.added'
  | 'config.changed'
  // by whoever runs the machine, or at it
  | 'store.proved'
  | 'agency.added'
  | 'agency.handed-over'
  | 'agency.link-renewed'
  // what stands outside for the log
  | 'anchor.obtained'
  | 'anchor.failed'
  | 'person.signed-in'
  | 'person.sign-in-failed'
  | 'person.signed-out'
  // records that go out
  | 'export.requested'
  | 'export.produced'
  | 'export.delivered'
  // what is destroyed under a schedule
  | 'purge.drafted'
  | 'purge.excepted'
  | 'purge.proposed'
  | 'purge.approved'
  | 'purge.refused'
  | 'purge.started'
  | 'purge.completed'
  | 'purge.failed'
  | 'purge.cleaned'
  | 'record.disposing'
  | 'record.disposed'
  // what the log says of itself
  | 'log-key.added'
  | 'log-key.retired'
  | 'restore.performed'
  // under which series of which schedule records stand, from which days they are kept, and who decided
  | 'record.reclassified'
  | 'record.dated'
  | 'edition.added'
  | 'edition.confirmed'
  | 'edition.succeeded'
  | 'edition.withdrawn'
  | 'rule.added'
  | 'rule.ended'
  // requests under the Sunshine Law, and the calendar by which their days are counted
  | 'request.received'
  | 'request.opened'
  | 'request.moved'
  | 'request.noted'
  | 'request.receipt-corrected'
  | 'request.closed'
  | 'request.viewed'
  | 'request.searched'
  | 'request.named'
  | 'request.reviewed'
  | 'request.kept'
  | 'calendar.changed'
  // letters of a request and the rates of a body, and what a search of it found
  | 'request.letter-sent'
  | 'request.letter-mailed'
  | 'request.letter-not-mailed'
  | 'request.search-certified'
  // a mail that asked for it, as it came; and where an answer reaches who asked, said later
  | 'request.mail-kept'
  | 'request.contact-added'
  | 'letter-template.changed'
  | 'fee-rates.changed'
  // what is handed out in answer to them
  | 'production.requested'
  | 'production.blocked'
  | 'production.parked'
  | 'production.rerun'
  | 'production.sealed'
  | 'production.released'
  | 'production.withdrawn'
  | 'production.downloaded'
  | 'production.viewed'
  | 'redaction.applied';

export interface EventDraft {
  readonly type: EventType;
  /** `key:<id>`, `person:<id>`, `operator:<id>` (whoever runs the machine), `worker:<step>`, `cli`: never a name. */
  readonly actor: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Answers the id of the entry. */
export async function appendEvent(
  { agencyId, tx }: AgencyTx,
  recordId: string | null,
  draft: EventDraft,
): Promise<string> {
  const id = newId();
  await tx
    .insertInto('event')
    .values({
      agency_id: agencyId,
      id,
      record_id: recordId,
      type: draft.type,
      actor: draft.actor,
      body: JSON.stringify(draft.body),
    })
    .execute();
  if (recordId !== null) await tellWatchers(tx, recordId);
  return id;
}

/** One for each of several records, in one statement. */
export async function appendEvents(
  { agencyId, tx }: AgencyTx,
  drafts: readonly (EventDraft & { readonly recordId: string })[],
): Promise<void> {
  if (drafts.length === 0) return;
  await tx
    .insertInto('event')
    .values(
      drafts.map(({ recordId, type, actor, body }) => ({
        agency_id: agencyId,
        id: newId(),
        record_id: recordId,
        type,
        actor,
        body: JSON.stringify(body),
      })),
    )
    .execute();
  const ids = drafts.map(({ recordId }) => recordId);
  await sql`select pg_notify('record', r) from unnest(${ids}::text[]) r`.execute(tx);
}

/** Whoever watches the record (live status) reads it anew. Sent at commit, and only then. */
export async function tellWatchers(tx: AgencyTx['tx'], recordId: string): Promise<void> {
  await sql`select pg_notify('record', ${recordId})`.execute(tx);
}
