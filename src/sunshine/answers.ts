/**
 * Whether a request was answered, and so acted on (610.023.3: "acted upon … no later than the end of the third business day"; read in full).
 * Pure. The section names two ways: access, and where that is not granted at once a letter that explains the delay (`actedOf`). A denial is the third (.4).
 * That it is the whole request that is to be acted on is our reading: an answer to a part leaves the rest on the clock, which is the earlier day.
 *
 * What acts for which clock:
 *
 * | what went, or was done                         | 610.023.3                                  | 610.023.4 | 610.026 |
 * | ---------------------------------------------- | ------------------------------------------ | --------- | ------- |
 * | acknowledgement, estimate, invoice, question   | no: nothing read says that it stops        | no        | begins  |
 * | delay letter                                   | yes, and then the time that it promised    | no        | no      |
 * | denial                                         | yes, unless something is to be released    | yes       | no      |
 * | denial in part                                 | with what it leaves handed out             | yes       | no      |
 * | no records                                     | yes, unless something answers the request  | no        | no      |
 * | production, released and told of, or fetched   | once nothing of the set is open            | no        | no      |
 * | production, released and nobody told           | no: access that nobody knows of is none    | no        | no      |
 * | closing                                        | ends it                                    | no        | ends it |
 */
import { wallTimeIn, type CivilDay } from '#civil.ts';

/** What a letter does to the clock of 610.023.3; null: nothing. The database says the same (`letter_acts`). */
export type LetterAct = 'delay' | 'denial' | 'no-records' | 'part' | 'handed';

/** As `request_answers` of migration 0054 counts it. */
export interface AnswersOnFile {
  readonly deniedAt: Date | null;
  readonly noneAt: Date | null;
  readonly partAt: Date | null;
  readonly handedAt: Date | null;
  /** Numbers of productions that are out, and of which somebody outside knows. */
  readonly handed: readonly number[];
  /** Of such as are out, and nobody was told. */
  readonly untold: readonly number[];
  /** Records of the set about which nobody decided. */
  readonly undecided: number;
  /** Records to be released that are in no production that was handed out. */
  readonly unreleased: number;
}

export const NOTHING_ANSWERED: AnswersOnFile = {
  deniedAt: null,
  noneAt: null,
  partAt: null,
  handedAt: null,
  handed: [],
  untold: [],
  undecided: 0,
  unreleased: 0,
};

export interface Answered {
  readonly by: 'records' | 'denial' | 'no-records';
  readonly on: CivilDay;
  /** By which productions. */
  readonly productions: readonly number[];
}

/** Why an answer is none of the whole: what is left to be acted on. */
export type Rest =
  | { readonly code: 'undecided' | 'unreleased'; readonly records: number }
  | { readonly code: 'untold'; readonly productions: readonly number[] }
  | { readonly code: 'nothing-handed' };

export interface Answer {
  /** Null: not the whole of it. */
  readonly answered: Answered | null;
  /** Empty where nothing was answered, and where all was. */
  readonly rest: readonly Rest[];
}

export function answerOf(file: AnswersOnFile, zone: string): Answer {
  const { deniedAt, noneAt, partAt, handedAt, handed, untold, undecided, unreleased } = file;
  const whole = (by: Answered['by'], at: Date): Answer => ({
    answered: { by, on: wallTimeIn(zone, at).day, productions: handed },
    rest: [],
  });
  if (unreleased === 0) {
    // Who decided about nothing has denied all of it; who handed something out has denied what was decided.
    if (deniedAt !== null && handedAt === null) return whole('denial', deniedAt);
    if (undecided === 0 && handedAt !== null) return whole('records', handedAt);
    if (undecided === 0 && noneAt !== null) return whole('no-records', noneAt);
  }
  const begun = [deniedAt, noneAt, partAt, handedAt].some((at) => at !== null) || untold.length > 0;
  if (!begun) return { answered: null, rest: [] };
  const rest: Rest[] = [];
  if (undecided > 0) rest.push({ code: 'undecided', records: undecided });
  if (untold.length > 0) rest.push({ code: 'untold', productions: untold });
  if (unreleased > 0) rest.push({ code: 'unreleased', records: unreleased });
  if (rest.length === 0) rest.push({ code: 'nothing-handed' });
  return { answered: null, rest };
}
