/**
 * What an audit can find, each with the step that finds it and what it means, in one table: `--json`, the log and the tests name these
 * words, and an operator reads the sentences. A finding says where, and nothing of any content.
 */
export const STEPS = {
  held: 'the checkpoints that somebody else holds, against the entries in the database',
  keys: 'the keys of the log, against the entries that announced them',
  leaves: 'the entries: dense, of this log, each with its hash; the head that the log grows from',
  checkpoints: 'each checkpoint that was published: its signature, and the root at its size',
  anchors:
    'what authorities and witnesses signed over the log: rows, copies among its files, and what the history says was obtained',
  tiles: 'the files of the log in the store, against the entries in the database',
  events: 'each entry, against its row of the history',
  outbox: 'what is still to enter the log',
  records: 'records, against the history and against what was sealed of them',
  desk: 'requests under the Sunshine Law: what was asked, decided, written and handed out, against the history; productions also against the store',
  seals:
    'the manifests in the store, against the log, and the rows of facts, files and objects against the manifests',
  objects: 'the objects in the store',
} as const;
export type Step = keyof typeof STEPS;

interface Meaning {
  readonly step: Step;
  readonly means: string;
}

const MEANINGS = {
  'held-unsigned': {
    step: 'held',
    means:
      'It is signed by none of the keys that are known from outside the database: the keys were exchanged, or it is a checkpoint of another log.',
  },
  'held-beyond': {
    step: 'held',
    means:
      'It was signed over more entries than the database has: the end of the log was cut off, or the database was restored to an earlier time.',
  },
  'held-other-root': {
    step: 'held',
    means:
      'The entries in the database give another root at its size: some were changed, added, taken away or put in another order.',
  },
  'held-missing': {
    step: 'held',
    means: 'The database says that a checkpoint was published, and the store has none.',
  },
  'held-older': {
    step: 'held',
    means:
      'The store shows an older checkpoint than was published: somebody put an earlier file back, or it is another store.',
  },
  'head-behind': {
    step: 'held',
    means:
      'The store has a newer checkpoint than the database says was published: the head was put back. (Or the log worker died in the moment between both; it writes the row when it starts again.)',
  },
  'log-missing': {
    step: 'held',
    means:
      'A checkpoint of this agency’s log is held, and the database has no log of it: the log was taken away.',
  },
  'key-not-announced': {
    step: 'keys',
    means: 'The database names a key that no entry of the log announced: it was put in place of another one.',
  },
  'key-gone': { step: 'keys', means: 'A key that an entry announced is not among the keys in the database.' },
  'key-other-sizes': {
    step: 'keys',
    means: 'The database says of a key that it may sign other sizes than the entries about it say.',
  },
  'key-malformed': { step: 'keys', means: 'What stands there is not a key of this log.' },
  'leaf-gap': {
    step: 'leaves',
    means: 'An index is missing or stands twice: entries were taken away, or moved.',
  },
  'leaf-hash': { step: 'leaves', means: 'The hash beside the entry is not the hash of its bytes.' },
  'leaf-malformed': { step: 'leaves', means: 'These bytes are not an entry of a log.' },
  'leaf-elsewhere': {
    step: 'leaves',
    means: 'The entry says that it belongs at another index or to another log: it was moved.',
  },
  'leaf-names-other': {
    step: 'leaves',
    means: 'The row says of its entry that it is of another event or record than the entry itself says.',
  },
  'head-other': {
    step: 'leaves',
    means: 'Size or frontier, from which the log grows, are not those of the entries that are there.',
  },
  'checkpoint-beyond': {
    step: 'checkpoints',
    means: 'It was signed over more entries than the database has: the end of the log was cut off.',
  },
  'checkpoint-other-root': {
    step: 'checkpoints',
    means: 'The entries in the database give another root at its size than was signed.',
  },
  'checkpoint-note': {
    step: 'checkpoints',
    means:
      'Its signed text is not the text of this row, or no key signed it that may be believed at its size.',
  },
  'checkpoint-time': {
    step: 'checkpoints',
    means:
      'Its time is before that of an entry under it, or of an earlier checkpoint: one of them was back-dated.',
  },
  'checkpoint-gone': {
    step: 'checkpoints',
    means: 'The head says that this size was published, and there is no checkpoint of it.',
  },
  'tile-missing': { step: 'tiles', means: 'A file of the log is not in the store.' },
  'tile-other': {
    step: 'tiles',
    means: 'A file of the log holds other bytes than the entries in the database give.',
  },
  'event-gone': { step: 'events', means: 'The history lacks what the log has: a row was deleted.' },
  'event-not-logged': {
    step: 'events',
    means:
      'The history has a row that is neither in the log nor waiting to enter it: it was invented, or its entry was taken away.',
  },
  'event-twice': { step: 'events', means: 'Two rows of the history claim to be the same event.' },
  'event-other': {
    step: 'events',
    means: 'Type, time or actor are not what the log says: the row was changed.',
  },
  'event-order': {
    step: 'events',
    means:
      'The numbers of the history put it before what entered the log ahead of it, and its time puts it behind: numbers were exchanged.',
  },
  'event-other-record': { step: 'events', means: 'The row was moved to another record.' },
  'event-other-body': {
    step: 'events',
    means: 'Its details, or the salt that opens their commitment, are not those that were entered.',
  },
  'event-salt-gone': {
    step: 'events',
    means: 'The salt was destroyed, and no purge of this record is in the log.',
  },
  'purge-unknown': {
    step: 'events',
    means:
      'The log says that records were destroyed under a schedule, and the store has no certificate of it that the key for certificates in the folder of keys signed: somebody may have written it to explain what he took away, and it explains nothing here. Where another process executes disposals, name its folder of keys (HOLDFAST_CERTIFICATE_KEYS).',
  },
  'restore-unknown': {
    step: 'events',
    means:
      'The log says that it was put back after a loss, and the folder of keys does not remember that: somebody may have written it to explain what he took away, and it explains nothing here. If it was so (the folder was restored from an older backup), put an empty file <agency>.<event>.restore beside the keys of the log.',
  },
  'anchor-forged': {
    step: 'anchors',
    means:
      'A row bears the name of an authority or a witness that did not sign it over the checkpoint of this size: somebody wrote or changed it. It counts for nothing; where only its time was changed, the time that was signed counts.',
  },
  'anchor-gone': {
    step: 'anchors',
    means: 'An anchor was obtained, and its row is not there or another one: somebody deleted or changed it.',
  },
  'anchor-copy-missing': {
    step: 'anchors',
    means:
      'An anchor has no copy among the files of the log: somebody took it away, or the log worker does not run.',
  },
  'anchor-copy-other': {
    step: 'anchors',
    means: 'A copy among the files of the log is signed by nobody whose name it bears, or not over this log.',
  },
  'outbox-orphan': {
    step: 'outbox',
    means: 'Something waits to enter the log whose event is not there: a row of the history was deleted.',
  },
  'outbox-entered': { step: 'outbox', means: 'An event waits to enter the log that is in it already.' },
  'record-gone': {
    step: 'records',
    means: 'The history speaks of a record that has no row: it was deleted.',
  },
  'record-invented': {
    step: 'records',
    means: 'The history does not know that this record was ever accepted.',
  },
  'record-other': {
    step: 'records',
    means: 'A column of the record is not what follows from its facts, its history and its manifests.',
  },
  'fact-gone': { step: 'records', means: 'The history says that a fact was accepted, and it is not there.' },
  'fact-invented': { step: 'records', means: 'A fact is there of which the history knows nothing.' },
  'fact-other': {
    step: 'records',
    means: 'Who brought a fact and when, or what follows from its text, is not what was written down then.',
  },
  'files-other': {
    step: 'records',
    means: 'There are more or fewer files than the history says came in or were made.',
  },
  'picture-other': {
    step: 'records',
    means: 'What is said of a picture is not what the history says was found.',
  },
  'look-other': {
    step: 'records',
    means: 'What a second look found is not what the history says, or one of both is missing.',
  },
  'series-other': {
    step: 'records',
    means:
      'A record stands under a series to which nobody led it, or no longer under one that nobody took away: how long it is kept was changed beside the history.',
  },
  'day-other': {
    step: 'records',
    means:
      'A day from which a record is kept is named by none of its facts and was entered by nobody, or one is missing that was: how long it is kept was changed beside the history.',
  },
  'list-other': {
    step: 'records',
    means:
      'A list of disposal is not the one that was proposed and approved, or nobody in the history proposed or approved it: do not let it be executed.',
  },
  'hold-other': {
    step: 'records',
    means:
      'A hold that was placed is not there, lies on fewer records or is called released, and the history knows nothing of that; or nobody in the history placed it. Let no list of disposal be executed before it is put right.',
  },
  'edition-other': {
    step: 'records',
    means:
      'An edition of a schedule is not the one that was confirmed, or nobody in the history added, confirmed or withdrew it as its rows say: let nothing be destroyed under it.',
  },
  'request-other': {
    step: 'desk',
    means:
      'A request, what was written about it, when it was received, how it ended, what was searched because of it or what is kept for it is not what the history says; or a row is there of which it knows nothing, or one is gone.',
  },
  'review-other': {
    step: 'desk',
    means:
      'A decision about a record is not the one that a person took, or nobody in the history took it, or one is gone: let nothing be released by it.',
  },
  'letter-other': {
    step: 'desk',
    means:
      'A letter, its mailing, a text or rates by which letters are written, or a certificate of a search is not what the history says; or nobody in the history sent, changed or made it, or it is gone.',
  },
  'production-other': {
    step: 'desk',
    means:
      'A production, its list, a link to it or a download is not what the history says; or the history knows nothing of it, or it is gone. Hand nothing out by it until it is put right.',
  },
  'production-bytes': {
    step: 'desk',
    means:
      'The bytes that a production hands out are not those that were looked through and sealed, by the log: withdraw it.',
  },
  'seal-gone': { step: 'seals', means: 'The history says that a seal was closed, and its row does not.' },
  'seal-invented': {
    step: 'seals',
    means: 'A seal says that it was closed, and the history knows nothing of it.',
  },
  'seal-other': {
    step: 'seals',
    means: 'When, where or in which mode the seal was made is not what the history says.',
  },
  'manifest-missing': { step: 'seals', means: 'The store has no manifest of a seal that was closed.' },
  'manifest-other': {
    step: 'seals',
    means: 'The manifest in the store is not the one that was entered in the log.',
  },
  'salt-other': {
    step: 'seals',
    means: 'The record’s salt is missing or does not open what was committed with it.',
  },
  'sealed-row-gone': {
    step: 'seals',
    means: 'The manifest names a fact, a file or an object that has no row.',
  },
  'sealed-row-invented': {
    step: 'seals',
    means: 'A fact, a file or an object says that it is in a seal whose manifest does not name it.',
  },
  'sealed-fact-other': { step: 'seals', means: 'A fact is not the one that was sealed.' },
  'sealed-file-other': { step: 'seals', means: 'What is said of a file is not what was sealed.' },
  'sealed-object-other': {
    step: 'seals',
    means: 'What is said of an object in the store is not what the manifest says.',
  },
  'object-missing': { step: 'objects', means: 'The store does not have it, or not in this version.' },
  'object-changed': { step: 'objects', means: 'The store holds other bytes than were sealed.' },
  'object-unlocked': {
    step: 'objects',
    means: 'The store does not say that it is locked as long as the row says.',
  },
  'object-unknown': {
    step: 'objects',
    means: 'The store holds something in a closed seal that nobody named.',
  },
} as const satisfies Readonly<Record<string, Meaning>>;

export type What = keyof typeof MEANINGS;

export interface Where {
  /** In the log. */
  readonly index?: number;
  readonly event?: string;
  /** A size of the log. */
  readonly size?: number;
  readonly record?: string;
  readonly seal?: number;
  /** A file of the log, or a key in the store. */
  readonly file?: string;
  /** Whose checkpoint, which column, which number. */
  readonly which?: string;
}

export interface Finding {
  readonly step: Step;
  readonly what: What;
  readonly where: Where;
  readonly means: string;
}

export interface Findings {
  add(what: What, where: Where): void;
  readonly all: readonly Finding[];
  /** How many there are beyond those that are listed. */
  readonly more: number;
}

/** Where everything is wrong, the first thousand say as much as all of them. */
export function openFindings(limit = 1000): Findings {
  const all: Finding[] = [];
  let more = 0;
  return {
    all,
    get more() {
      return more;
    },
    add: (what, where) => {
      if (all.length < limit) all.push({ ...MEANINGS[what], what, where });
      else more += 1;
    },
  };
}
