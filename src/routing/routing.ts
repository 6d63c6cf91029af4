/**
 * Who is told of what was archived: the custodian's office of each agency, as its policy orders, and whoever forgot to confirm.
 *
 * Promises: what was sealed is told once to each office that was there then, and told again only as the same letter (one
 * Message-ID), when nobody knows whether it went. Letters to one address within a while go as one. A mail server that is down delays and loses
 * nothing; after three days it is given up, in the record's history and on the worklist. A letter holds no content, no name and no
 * handle: whoever may read, signs in.
 *
 * Order of one letter: claim, committed → send → one transaction: ended, history. A crash in between sends it once more.
 * What becomes owed is written by the record room, with the commit that seals (`record/notices.ts`).
 */
export {
  addOffice,
  endOffice,
  listOffices,
  OFFICE_SENTENCES,
  tryOffice,
  type NewOffice,
  type Office,
  type OfficeRefusal,
} from './offices.ts';
export { mailStanding } from './queries.ts';
export { openMailer, type Letter, type Mailer } from './mailer.ts';
export { startTelling, tellOnce, type TellContext } from './round.ts';
