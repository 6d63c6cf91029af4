/** The archive's own values, as people say them. What is not here is shown as it is. */
import type { SimpleReport } from '#intake/intake.ts';
import { html, ours, perLanguage, type Markup } from './html.ts';
import { CODES } from './messages.ts';

/** A value of ours as `names` has it, which each language has words for; what has no name is shown as it is. */
export function inWords(names: Readonly<Record<string, string>>, value: string): Markup {
  const name = Object.hasOwn(names, value) ? names[value] : undefined;
  return name === undefined ? html`${value}` : ours(name);
}

/** Around somebody's words, where an element of theirs stands between the marks. */
export const quoted = (words: Markup): Markup =>
  html`${perLanguage((language) => (language === 'es' ? '«' : '“'))}${words}${perLanguage((language) => (language === 'es' ? '»' : '”'))}`;

export const VERB_NAMES: Readonly<Record<string, string>> = {
  delete: 'Deleted',
  hide: 'Hidden',
  unhide: 'Shown again',
  edit: 'Edited',
  reject: 'Not published',
  hold: 'Held back',
  spam: 'Marked as spam',
  block: 'Person blocked',
  ban: 'Person banned',
  restrict: 'Person restricted',
  mute: 'Person muted',
  limit: 'Shown to fewer',
  'disable-comments': 'Comments turned off',
  report: 'Reported to the platform',
  restore: 'Restored',
  none: 'Kept, nothing removed',
};

export const KIND_NAMES: Readonly<Record<string, string>> = {
  comment: 'Comment',
  reply: 'Reply',
  post: 'Post',
  review: 'Review',
  message: 'Message',
  media: 'Picture or video',
  'submission-held': 'Submission, not published',
  profile: 'Profile',
  other: 'Content of another kind',
} satisfies Readonly<Record<NonNullable<SimpleReport['kind']>, string>>;

/** Of a record. A report that names no kind claims none: it is kept as `other`, like one that said so. */
export const kindSaid = (kind: string): Markup =>
  kind === 'other' ? html`Content` : inWords(KIND_NAMES, kind);

/** What a list calls a record by. */
export function titleOf({ kind, author }: { readonly kind: string; readonly author: string | null }): Markup {
  return author === null
    ? html`${kindSaid(kind)} by somebody not named`
    : html`${kindSaid(kind)} by <bdi>${author}</bdi>`;
}

export const REMOVAL_NAMES: Readonly<Record<'awaited' | 'confirmed' | 'none', string>> = {
  awaited: 'Removal not confirmed yet',
  confirmed: 'Removal confirmed',
  none: 'Kept without a removal',
};

/** What was done, and whether it was. A verb that was announced and then given up is not told as if it had happened. */
export function doneSaid(verb: string, removal: 'awaited' | 'confirmed' | 'none'): Markup {
  const givenUp = removal === 'none' && !['none', 'reject', 'unhide', 'restore'].includes(verb);
  const name = inWords(VERB_NAMES, verb);
  return givenUp
    ? html`Kept after all (reported as: ${name})`
    : html`${name} · ${ours(REMOVAL_NAMES[removal])}`;
}

export const STATE_NAMES: Readonly<Record<string, string>> = {
  reported: 'Not sealed yet',
  sealed: 'Sealed',
  complete: 'Complete',
  disposing: 'Being disposed of',
  disposed: 'Disposed of',
};

/** Where a value or a time comes from. */
export const SOURCE_NAMES: Readonly<Record<string, string>> = {
  'submitter-typed': 'as the person who reported it typed it',
  'platform-webhook': 'as the platform sent it',
  'platform-api': 'as the platform answered it',
  'platform-export': 'from an export of the platform',
  'vendor-export': 'from an export of another archive',
  'dom-attribute': 'as the page named it',
  'dom-text': 'as the page showed it',
  'device-clock': 'by the clock of the device that reported it',
  'server-clock': 'by the archive’s own clock',
  system: 'by the archive’s own clock',
};

export const PRECISION_NAMES: Readonly<Record<string, string>> = {
  ms: 'to the millisecond',
  s: 'to the second',
  min: 'to the minute',
  hour: 'to the hour',
  day: 'to the day',
  month: 'to the month',
  year: 'to the year',
};

/** Why somebody is not named. */
export const UNKNOWN_NAMES: Readonly<Record<string, string>> = {
  'platform-did-not-provide': 'the platform did not say',
  'not-visible-in-capture': 'it could not be seen',
  'account-deleted': 'the account was deleted',
  'anonymous-posting': 'it was posted without a name',
  'submitter-did-not-record': 'whoever reported it did not write it down',
  'import-lacks-field': 'the import does not have it',
};

/** What stands in a history. */
export const EVENT_NAMES: Readonly<Record<string, string>> = {
  'intake.accepted': 'Handed in',
  'intake.duplicate': 'Handed in once more, the same: nothing was added',
  'intake.rejected': 'A report was refused',
  'search.ran': 'Records searched or listed',
  'picture.inspected': 'Picture looked at',
  'capture.completed': 'Live page opened',
  'capture.skipped': 'Live page not opened',
  'record.sealed': 'Sealed',
  'record.completed': 'Complete',
  'record.reclassified': 'Put under another series',
  'record.dated': 'Day of an event entered or withdrawn',
  'edition.added': 'Edition of a schedule filed',
  'edition.confirmed': 'Edition of a schedule confirmed',
  'edition.succeeded': 'Edition put in the place of an older one',
  'edition.withdrawn': 'Edition of a schedule withdrawn',
  'rule.added': 'Rule of classification added',
  'rule.ended': 'Rule of classification ended',
  'request.received': 'Request under the Sunshine Law entered',
  'request.opened': 'Request received by the custodian of records',
  'request.moved': 'Request: what is awaited changed',
  'request.noted': 'Correspondence about a request entered',
  'request.receipt-corrected': 'Time of receipt of a request corrected',
  'request.closed': 'Request closed',
  'request.viewed': 'Request looked at',
  'request.searched': 'Searched for a request, and held what was found',
  'request.named': 'Records named for a request, and held',
  'request.reviewed': 'Decided about a record of a request',
  'request.kept': 'Said until when a request keeps its records',
  'production.requested': 'Production asked for',
  'production.blocked': 'Production stopped',
  'production.parked': 'Packing stopped; a person must look',
  'production.rerun': 'Packed again',
  'production.sealed': 'Production made, passed by the gate and sealed',
  'production.released': 'Released in answer to a request',
  'production.withdrawn': 'Production withdrawn',
  'production.downloaded': 'Production downloaded',
  'production.viewed': 'Production looked at',
  'redaction.applied': 'A part of a picture painted over in a production',
  'calendar.changed': 'Calendar of the office changed',
  'request.letter-sent': 'Letter of a request sent',
  'request.letter-mailed': 'Letter of a request taken by the mail server',
  'request.letter-not-mailed': 'Letter of a request could not be mailed',
  'request.search-certified': 'Search of a request certified',
  'request.mail-kept': 'Mail of a request kept as it came',
  'request.contact-added': 'Where an answer reaches a requester, said later',
  'letter-template.changed': 'Text of a letter changed',
  'fee-rates.changed': 'Rates of fees changed',
  'removal.confirmed': 'Removal confirmed',
  'removal.withdrawn': 'Kept after all: not removed',
  'second-look.completed': 'Looked at the page once more',
  'lease.renewed': 'Lock renewed',
  'record.held': 'Held: it is not destroyed while the hold lasts',
  'record.released': 'A hold on it was released',
  'lock.mended': 'Lock or hold in the store put right',
  'lock.wanting': 'Lock or hold in the store is not what it should be',
  'lock.compared': 'Locks and holds in the store compared with the records',
  'hold.placed': 'Hold placed',
  'hold.released': 'Hold released',
  'fixity.failed': 'A file was not what was sealed',
  'fixity.repaired': 'Read again: everything is as it was sealed',
  'fixity.put-back': 'A file was put back from the second store',
  'fixity.passed': 'Sealed files checked in the store',
  'fixity.log-failed': 'The log’s files in the store are not what was signed',
  'fixity.stray': 'Something lies in the store that no record knows',
  'store.proved': 'Lock of the store tried',
  'view.opened': 'Looked at',
  'view.not-shown': 'Not shown: no preview could be made',
  'step.parked': 'Stopped; a person must look',
  'step.rerun': 'Run again',
  'office.told': 'Letter handed to the mail server',
  'office.not-told': 'Letter given up: the mail server did not take it',
  'arrival.noted': 'Taken note of',
  'account.added': 'Site added to the register',
  'account.changed': 'Site changed in the register',
  'policy.added': 'Version of a policy added',
  'policy.marked': 'Version of a policy marked: it asks for an agreement in writing',
  'key.made': 'Key made',
  'key.ends': 'End of a key set',
  'key.revoked': 'Key revoked',
  'wacz-key.added': 'Web archives are signed with another key from here on',
  'receipt-key.added': 'Key that signs receipts added',
  'config.changed': 'A choice of the agency changed',
  'office.added': 'Office added',
  'office.changed': 'Address of an office changed',
  'office.ended': 'Office told no more',
  'export.requested': 'Package asked for',
  'export.produced': 'Package made',
  'export.delivered': 'Package handed over whole',
  'log-key.added': 'Log: a key began to sign',
  'log-key.retired': 'Log: a key no longer signs',
  'purge.drafted': 'List of disposal made',
  'purge.excepted': 'Record taken off a list of disposal',
  'purge.proposed': 'Disposal proposed',
  'purge.approved': 'Disposal approved',
  'purge.refused': 'Disposal refused or cancelled',
  'purge.started': 'Destruction begun',
  'purge.completed': 'Destruction completed, with a certificate',
  'purge.failed': 'A file could not be destroyed',
  'purge.cleaned': 'Database cleaned up after a destruction',
  'record.disposing': 'Marked for destruction: two people approved it',
  'record.disposed': 'Destroyed under its schedule',
  'restore.performed': 'Log: put back after the database was restored',
  'office.tried': 'Letter asked for, to try an office’s address',
  'agency.added': 'Agency added',
  'agency.handed-over': 'First administrator invited',
  'agency.link-renewed': 'New link made for the first administrator',
  'anchor.obtained': 'Log: vouched for from outside, by a time stamp or a witness',
  'anchor.failed': 'Log: somebody outside could not vouch for it',
  'person.added': 'Person added',
  'person.invited': 'Person invited',
  'person.means': 'Means of signing in set up',
  'person.roles': 'Roles of a person changed',
  'person.left': 'Person let go',
  'person.agreed': 'Agreement in writing put on file',
  'person.agreement-withdrawn': 'Agreement taken back: entered by mistake',
  'person.signed-in': 'Signed in',
  'person.sign-in-failed': 'Did not sign in: the password, code or passkey was not right',
  'person.signed-out': 'Signed out',
  'person.provider-allowed': 'Allowed to come by the agency’s own sign-in, once',
  'provider.changed': 'Sign-in of the agency’s own changed',
  'provider.removed': 'Sign-in of the agency’s own taken away',
};

/** Who did something, when it was nobody in particular. */
export const ACTOR_NAMES: Readonly<Record<string, string>> = {
  'worker:seal': 'The archive',
  'worker:capture': 'The archive',
  'worker:inspect': 'The archive',
  'worker:look-again': 'The archive',
  'worker:retention': 'The archive',
  'worker:anchor': 'The archive',
  'worker:mail': 'The archive',
  'worker:log': 'The archive',
  'worker:fixity': 'The archive',
  'worker:sign-in': 'Somebody, not known who',
  public: 'Somebody without an account',
  'worker:receipt': 'The archive',
  cli: 'Somebody at the machine',
  'migration:0019': 'An update of Holdfast',
};

/** A code that stands in a history: English shows it as it is, other languages have words for it (`languages/es/codes.ts`). */
export const codeSaid = (code: string): Markup =>
  perLanguage((language) => {
    const codes = CODES[language] ?? {};
    return (Object.hasOwn(codes, code) ? codes[code] : undefined) ?? code;
  });
