/**
 * The closed list of what enters a log. A type is never taken away and never comes to mean something else, because entries of it stand
 * for ever; a new one is a line here and in FORMAT.md. Every type may carry `detailCommitment`.
 */
import type { FactName, Kind } from './facts.ts';

export interface EntryRule {
  /** What the entry is about; null for what concerns the whole agency. */
  readonly subject: Kind | null;
  readonly must?: readonly FactName[];
  readonly may?: readonly FactName[];
}

export const ENTRY_TYPES = {
  // intake
  'intake.accepted': { subject: 'record', must: ['fact', 'files'], may: ['factCommitment', 'new'] },
  'intake.duplicate': { subject: 'record', may: ['fact'] },
  'intake.rejected': { subject: null, must: ['code'] },
  'removal.confirmed': { subject: 'record', must: ['fact', 'files'], may: ['factCommitment', 'new'] },
  'removal.withdrawn': { subject: 'record', must: ['fact', 'files'], may: ['factCommitment', 'new'] },
  'picture.inspected': { subject: 'record', must: ['artifact', 'decodable'] },
  // capture
  'capture.completed': { subject: 'record', must: ['outcome', 'files'], may: ['reason'] },
  'capture.skipped': { subject: 'record', may: ['outcome', 'files', 'reason'] },
  'capture.abandoned': { subject: 'record', must: ['code'] },
  'second-look.completed': {
    subject: 'record',
    must: ['answer', 'lookedAt'],
    may: ['fact', 'files', 'outcome', 'reason'],
  },
  // the record
  'record.sealed': {
    subject: 'record',
    must: ['seal', 'objects', 'until', 'store', 'immutability'],
    // Seals that were closed before there was a log have no commitment.
    may: ['manifestCommitment', 'mode', 'schedule', 'edition'],
  },
  'record.completed': { subject: 'record', may: ['outcome'] },
  // What a schedule of an agency's own calls its series may be a word, which does not stand in the open.
  'record.reclassified': { subject: 'record', may: ['schedule', 'edition'] },
  'record.dated': { subject: 'record' },
  'record.extended': { subject: 'record', must: ['until'] },
  'lease.renewed': { subject: 'record', must: ['objects'], may: ['until'] },
  'record.held': { subject: 'record', may: ['about'] },
  'record.released': { subject: 'record', may: ['about'] },
  'lock.mended': { subject: 'record', must: ['objects'] },
  'lock.wanting': { subject: 'record', must: ['code'] },
  'lock.compared': { subject: null, must: ['objects', 'failed'] },
  'step.parked': { subject: 'record', must: ['step', 'code'] },
  'step.rerun': { subject: 'record', must: ['step'] },
  // who looked, and what was given out
  'view.opened': { subject: 'record', must: ['what'], may: ['artifact'] },
  'view.not-shown': { subject: 'record', must: ['what'], may: ['artifact'] },
  'search.ran': { subject: null, must: ['list', 'found'], may: ['filters', 'continued'] },
  'export.requested': { subject: 'export', must: ['records'], may: ['scopeCommitment', 'about'] },
  'export.approved': { subject: 'export', may: ['about'] },
  'export.produced': {
    subject: 'export',
    must: ['records', 'bytes'],
    may: ['objects', 'packageCommitment', 'about'],
  },
  'export.delivered': { subject: 'export', may: ['about'] },
  'redaction.applied': { subject: 'record', must: ['artifact', 'detailCommitment'], may: ['about'] },
  // who was told
  'office.told': { subject: 'record', may: ['letter', 'about'] },
  'office.not-told': { subject: 'record', may: ['letter', 'about', 'code'] },
  'arrival.noted': { subject: 'record' },
  // keeping and ending
  'hold.placed': { subject: 'hold', must: ['records'], may: ['scopeCommitment', 'about'] },
  'hold.released': { subject: 'hold', must: ['records'], may: ['about'] },
  'purge.drafted': { subject: 'purge', must: ['cutoff', 'records'], may: ['schedule', 'edition'] },
  'purge.excepted': { subject: 'purge', must: ['about'] },
  'purge.proposed': {
    subject: 'purge',
    must: ['listDigest', 'cutoff', 'eligible', 'records', 'objects', 'about'],
    // A name that is no designation stands in the certificate alone.
    may: ['schedule', 'edition'],
  },
  'purge.approved': { subject: 'purge', must: ['listDigest', 'about'], may: ['until'] },
  'purge.refused': { subject: 'purge', must: ['code'], may: ['about'] },
  'purge.started': { subject: 'purge', must: ['records', 'objects', 'index', 'about'] },
  'purge.completed': {
    subject: 'purge',
    must: ['listDigest', 'cutoff', 'eligible', 'records', 'objects', 'index', 'about'],
    may: ['schedule', 'edition', 'bytes'],
  },
  'purge.failed': { subject: 'purge', must: ['code', 'objects'], may: ['about'] },
  'purge.cleaned': { subject: 'purge', must: ['code'] },
  'record.disposing': { subject: 'record', must: ['about'] },
  'record.disposed': { subject: 'record', must: ['objects', 'about'] },
  'fixity.passed': { subject: null, must: ['objects', 'oldestDays', 'root'], may: ['failed', 'layer'] },
  'fixity.failed': { subject: 'record', must: ['code'], may: ['seal', 'artifact'] },
  'fixity.repaired': { subject: 'record', must: ['objects', 'failed'], may: ['seal'] },
  'fixity.put-back': { subject: 'record', must: ['objects'], may: ['seal'] },
  'fixity.log-failed': { subject: null, must: ['objects', 'code', 'size'] },
  'fixity.stray': { subject: null, must: ['objects', 'code'] },
  // who may do what
  'person.added': { subject: 'person', may: ['roles'] },
  'person.roles': { subject: 'person', may: ['gained', 'lost'] },
  'person.left': { subject: 'person' },
  'person.agreed': { subject: 'person', must: ['agreed'] },
  'person.agreement-withdrawn': { subject: 'person', must: ['agreed'] },
  'person.invited': { subject: 'person' },
  'person.means': { subject: 'person', must: ['means'] },
  'person.provider-allowed': { subject: 'person' },
  'person.signed-in': { subject: 'person', must: ['means'] },
  'person.sign-in-failed': { subject: 'person', must: ['means'] },
  'person.signed-out': { subject: 'person' },
  'provider.changed': { subject: null },
  'provider.removed': { subject: null },
  'key.made': { subject: 'key', must: ['roles'], may: ['about', 'until'] },
  'key.ends': { subject: 'key', must: ['until'] },
  'key.revoked': { subject: 'key' },
  'office.added': { subject: 'office' },
  'office.changed': { subject: 'office' },
  'office.tried': { subject: 'office' },
  'office.ended': { subject: 'office' },
  'account.added': { subject: 'account' },
  'account.changed': { subject: 'account', may: ['changed'] },
  'policy.added': { subject: null, must: ['grounds'] },
  'policy.marked': { subject: null },
  'agency.added': { subject: null, must: ['agency'] },
  'agency.handed-over': { subject: null, must: ['agency'] },
  'agency.link-renewed': { subject: null, must: ['agency'] },
  'wacz-key.added': { subject: null, must: ['keyDigest'] },
  'config.changed': { subject: null, must: ['setting'] },
  'edition.added': { subject: null, may: ['edition'] },
  'edition.confirmed': { subject: null, may: ['edition'] },
  'edition.succeeded': { subject: null, must: ['records'], may: ['edition', 'from'] },
  'edition.withdrawn': { subject: null, may: ['edition'] },
  'rule.added': { subject: null, may: ['schedule', 'edition'] },
  'rule.ended': { subject: null, may: ['schedule', 'edition'] },
  // requests under the Sunshine Law: no word of them, and nobody's name
  'request.received': { subject: 'request' },
  'request.opened': { subject: 'request' },
  'request.moved': { subject: 'request', must: ['code'] },
  'request.noted': { subject: 'request' },
  'request.receipt-corrected': { subject: 'request' },
  'request.closed': { subject: 'request', must: ['code'] },
  'request.viewed': { subject: 'request' },
  'request.searched': { subject: 'request', must: ['records'], may: ['about'] },
  'request.named': { subject: 'request', must: ['records'], may: ['about'] },
  'request.reviewed': { subject: 'request', must: ['code'], may: ['about'] },
  'request.kept': { subject: 'request' },
  // what is handed out in answer to one
  'production.requested': { subject: 'request', must: ['records'], may: ['about'] },
  'production.blocked': { subject: 'request', must: ['code'], may: ['found', 'failed', 'about'] },
  'production.parked': { subject: 'request', must: ['code'], may: ['about'] },
  'production.rerun': { subject: 'request', may: ['about'] },
  'production.sealed': {
    subject: 'request',
    must: ['records', 'bytes'],
    may: ['packageCommitment', 'about'],
  },
  'production.released': { subject: 'request', may: ['records', 'until', 'about'] },
  'production.withdrawn': { subject: 'request', may: ['about'] },
  'production.downloaded': { subject: 'request' },
  'production.viewed': { subject: 'request' },
  'calendar.changed': { subject: null },
  'request.letter-sent': { subject: 'request', must: ['letter'] },
  'request.letter-mailed': { subject: 'request' },
  'request.letter-not-mailed': { subject: 'request', must: ['code'] },
  'request.search-certified': { subject: 'request' },
  'request.mail-kept': { subject: 'request' },
  'request.contact-added': { subject: 'request' },
  'letter-template.changed': { subject: null, must: ['letter'] },
  'fee-rates.changed': { subject: null },
  // the log and what it stands on
  'log-key.added': { subject: null, must: ['vkey', 'size'] },
  'log-key.retired': { subject: null, must: ['vkey', 'size'] },
  'receipt-key.added': { subject: null, must: ['vkey'] },
  'anchor.obtained': { subject: null, must: ['anchor', 'size', 'root'] },
  'anchor.failed': { subject: null, must: ['anchor', 'code'] },
  'store.proved': { subject: null, must: ['store', 'immutability'], may: ['failed'] },
  'clock.skewed': { subject: null, must: ['skewMs'] },
  'restore.performed': { subject: null, must: ['size', 'root'] },
} as const satisfies Readonly<Record<string, EntryRule>>;

export type EntryType = keyof typeof ENTRY_TYPES;
