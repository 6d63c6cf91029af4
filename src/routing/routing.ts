/**
 * Who is told of what was archived: the custodian's office of each agency, as its policy orders, and whoever forgot to confirm.
 *
 * Promises: what was sealed is told once to each office that was there then, and told again only as the same letter (one
 * Message-ID, its words as they are then), when nobody knows whether it went. What is owed to one address while a letter is on its way, and for a
 * while after it, goes in the next one. A mail server that is down delays and loses nothing; three days after its first attempt a letter is given
 * up, in the record's history and on the worklist. A letter holds no content, no name and no
 * handle: whoever may read, signs in.
 *
 * Order of one letter: claim, committed → send → one transaction: ended, history. A crash in between sends it once more.
 * What becomes owed is written by the record room, with the commit that seals (`record/notices.ts`).
 */
export {
  addOffice,
  changeAddress,
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
export { mailLetterOnce } from './letter-mail.ts';
export { startTelling, tellOnce, type TellContext } from './round.ts';
