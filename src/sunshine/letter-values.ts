/**
 * What stands in the places of a letter, out of the request, its clock and what a person typed; and what the law wants said in it. Pure. Here it is
 * refused what the law would make wrong: a delay into the past, a notice that names too early a day, a fee with a charge that no rule allows.
 */
import { isCivilDay, wallTimeIn, type CivilDay } from '#civil.ts';
import type { CorrespondenceAbout, LetterKind, RequestOutcome, RequestState } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import { withdrawalOf } from './clock.ts';
import { daysMeant, filtersSaid } from './filters-said.ts';
import { feeSaid, lawCited, moneySaid, refusedSaid, type LetterLanguage } from './fees-said.ts';
import { balanceOf, feeOf, prepaymentLaw, type Charge, type FeeRates, type Waiver } from './fees.ts';
import { aboutOf } from './letter-kinds.ts';
import { handedContent, type HandedOut } from './letter-handed.ts';
import type { PlaceValues } from './letter-text.ts';
import { timeSaid } from './said.ts';
import { WORDS, provisionSaid, type LetterProvision } from './letter-words.ts';

export type LetterInput =
  | { readonly kind: 'acknowledgement' | 'no-records' }
  | {
      readonly kind: 'delay';
      readonly cause: string;
      readonly place: string;
      /** YYYY-MM-DD and HH:MM, by the clocks of the body. */
      readonly earliestDate: string;
      readonly earliestTime: string;
    }
  | {
      readonly kind: 'fee-estimate';
      readonly charges: readonly Charge[];
      readonly waiver: Waiver | null;
      readonly prepay: boolean;
    }
  | {
      readonly kind: 'invoice';
      readonly charges: readonly Charge[];
      readonly waiver: Waiver | null;
      readonly paidCents: number;
    }
  | { readonly kind: 'denial'; readonly provisions: readonly LetterProvision[] }
  | {
      readonly kind: 'partial-denial';
      readonly provisions: readonly LetterProvision[];
      /** In general terms; null: a person says that a description would reveal it (610.024). */
      readonly withheld: string | null;
    }
  | { readonly kind: 'question'; readonly question: string }
  | { readonly kind: 'withdrawal-notice'; readonly withdrawnAfter: string | null }
  | { readonly kind: 'closing'; readonly outcome: RequestOutcome }
  | {
      readonly kind: 'records';
      readonly production: string;
      /** Until the link ends. */
      readonly days: number;
      /** Null: it is no production of this request that is out. */
      readonly handed: HandedOut | null;
    };

export interface Situation {
  readonly agencyName: string;
  readonly zone: string;
  /** As it is shown. */
  readonly tracking: string;
  readonly requester: string | null;
  readonly firstReceivedAt: Date;
  readonly receivedAt: Date | null;
  readonly dueOn: CivilDay | null;
  readonly state: RequestState;
  readonly outcome: RequestOutcome | null;
  readonly signer: string;
  /** What is awaited by the state, and since when. */
  readonly asked: { readonly at: Date } | null;
  /** Of all that was asked for; null: none is known. */
  readonly feeCents: number | null;
  readonly rates: FeeRates | null;
  readonly certificate: SearchSaid | null;
  /** In the set of the request, and not found to be none that answers it. */
  readonly responsive: number;
  readonly now: Date;
}

export interface SearchSaid {
  readonly sha256: string;
  readonly searchedAt: Date;
  readonly words: string | null;
  readonly filters: Readonly<Record<string, string>>;
  readonly found: number;
}

export interface LetterContent {
  readonly values: PlaceValues;
  /** What the database looks at (`letter_stands`). */
  readonly facts: Readonly<Record<string, unknown>> & { readonly mustSay: readonly string[] };
  readonly about: CorrespondenceAbout | null;
  readonly feeCents: number | null;
  /** Of a delay: the earliest time at which the records will be available. */
  readonly promisedFor: Date | null;
  readonly notBefore: { readonly today: CivilDay; readonly day: CivilDay } | null;
}

const refused = (sentence: string): ArchiveError =>
  new ArchiveError('letter-refused', sentence, { retry: 'never' });

export function daySaidIn(language: LetterLanguage, day: CivilDay): string {
  return new Intl.DateTimeFormat(`${language}-US`, { dateStyle: 'full', timeZone: 'UTC' }).format(
    new Date(`${day}T12:00:00Z`),
  );
}

export function letterContent(
  input: LetterInput,
  situation: Situation,
  language: LetterLanguage,
): LetterContent {
  const { zone, now, state } = situation;
  const today = wallTimeIn(zone, now).day;
  const on = (at: Date | null): string | null =>
    at === null ? null : daySaidIn(language, wallTimeIn(zone, at).day);
  if (situation.receivedAt === null && input.kind !== 'acknowledgement' && input.kind !== 'question')
    throw refused(
      'The custodian of records has not received this request, so only an acknowledgement or a question can be written. Say first when the custodian received it.',
    );
  if (state === 'closed' && OPEN_ONLY.includes(input.kind))
    throw refused('This request is closed. A letter of this kind belongs to one that is not.');
  const common: PlaceValues = {
    agency: situation.agencyName,
    tracking: situation.tracking,
    salutation: WORDS[language].salutation(situation.requester),
    firstReceivedAt: on(situation.firstReceivedAt),
    receivedAt: on(situation.receivedAt),
    dueOn: situation.dueOn === null ? null : daySaidIn(language, situation.dueOn),
    today: daySaidIn(language, today),
    signer: situation.signer,
  };
  const own = contentOf(input, { situation, language, today });
  return {
    notBefore: null,
    feeCents: null,
    promisedFor: null,
    ...own,
    values: { ...common, ...own.values },
    facts: { ...own.facts, mustSay: own.mustSay },
    about: aboutOf(input.kind, own.facts['prepay'] === true),
  };
}

const OPEN_ONLY: readonly LetterKind[] = [
  'acknowledgement',
  'delay',
  'question',
  'withdrawal-notice',
  'fee-estimate',
];

interface Own {
  readonly values: PlaceValues;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly mustSay: readonly string[];
  readonly feeCents?: number | null;
  readonly promisedFor?: Date;
  readonly notBefore?: LetterContent['notBefore'];
}
interface Around {
  readonly situation: Situation;
  readonly language: LetterLanguage;
  readonly today: CivilDay;
}

function contentOf(input: LetterInput, around: Around): Own {
  const { situation, language } = around;
  const words = WORDS[language];
  switch (input.kind) {
    case 'acknowledgement':
      return { values: {}, facts: {}, mustSay: [] };
    case 'delay':
      return delay(input, around);
    case 'fee-estimate':
    case 'invoice':
      return money(input, around);
    case 'denial':
    case 'partial-denial': {
      if (input.provisions.length === 0)
        throw refused(
          'A denial cites the provision of law under which access is denied (610.023.4 RSMo). Choose at least one.',
        );
      const provision = input.provisions.map((one) => provisionSaid(one, language)).join('\n');
      const withheld =
        input.kind === 'denial'
          ? null
          : input.withheld === null
            ? words.wouldReveal
            : saidIn(input.withheld, 'What was withheld is described in general terms (610.024 RSMo)');
      return {
        values: { provision, ...(input.kind === 'denial' ? {} : { withheld }) },
        facts: {
          provisions: input.provisions.map(({ key, cite, mark }) => ({ key, cite, mark })),
          ...(withheld === null ? {} : { withheld }),
        },
        mustSay: [...input.provisions.map(({ cite }) => cite), ...(withheld === null ? [] : [withheld])],
      };
    }
    case 'question': {
      const question = saidIn(input.question, 'A question is asked in words');
      return { values: { question }, facts: {}, mustSay: [question] };
    }
    case 'withdrawal-notice':
      return withdrawal(input, around);
    case 'closing': {
      if (situation.outcome === null)
        throw refused(
          'The request has not ended, so no letter says how it did. Close it first; what it is answered with has letters of its own.',
        );
      if (situation.outcome !== input.outcome)
        throw refused(
          'The request ended otherwise than this letter would say. Choose the outcome that it has.',
        );
      const outcome = words.outcomes[input.outcome];
      // It would say no less than the letter of that kind.
      const none = input.outcome === 'no-records' ? noRecords(around).facts : {};
      return { values: { outcome }, facts: { outcome: input.outcome, ...none }, mustSay: [outcome] };
    }
    case 'no-records':
      return noRecords(around);
    case 'records':
      if (input.handed === null)
        throw refused(
          'Records are handed out by a production of this request that is released, and not withdrawn. Release it first, or choose another one.',
        );
      return handedContent(input.handed, { language, zone: situation.zone, daySaid: daySaidIn });
  }
}

function saidIn(text: string, what: string): string {
  if (!/[\p{L}\p{N}]/u.test(text) || Array.from(text).length > 10_000 || text.includes('\0'))
    throw refused(`${what}: say it in words, in 1 to 10,000 characters.`);
  return text.trim();
}

const CLOCK = /^([01]\d|2[0-3]):([0-5]\d)$/;

/** 610.023.3: a detailed explanation of the cause, and the place and earliest time and date. */
function delay(
  input: Extract<LetterInput, { kind: 'delay' }>,
  { situation: { zone, now }, language, today }: Around,
): Own {
  const cause = saidIn(input.cause, 'A letter of delay explains the cause in detail (610.023.3 RSMo)');
  const place = saidIn(
    input.place,
    'A letter of delay names the place at which the records will be available (610.023.3 RSMo)',
  );
  const { earliestDate, earliestTime } = input;
  if (!isCivilDay(earliestDate))
    throw refused(
      'A letter of delay names the earliest date at which the records will be available (610.023.3 RSMo): expected a day, as 2026-12-21.',
    );
  const [, hour, minute] = CLOCK.exec(earliestTime) ?? [];
  if (hour === undefined)
    throw refused(
      'A letter of delay names the earliest time of that day at which the records will be available (610.023.3 RSMo): expected a time, as 09:30.',
    );
  const minutes = Number(hour) * 60 + Number(minute);
  if (earliestDate < today || (earliestDate === today && minutes <= wallTimeIn(zone, now).minute))
    throw refused('The earliest time and date lie in the past. Expected when the records will be available.');
  const date = daySaidIn(language, earliestDate);
  const time = timeSaid(minutes);
  return {
    values: { cause, place, earliestTime: time, earliestDate: date },
    facts: { cause, place, earliestTime, earliestDate },
    mustSay: [cause, place, time, date],
    promisedFor: momentOf(zone, earliestDate, minutes),
  };
}

/** When the clocks of a zone show this; refused where they skip it. */
function momentOf(zone: string, day: CivilDay, minute: number): Date {
  const wanted = Date.parse(`${day}T00:00:00Z`) + minute * 60_000;
  let at = wanted;
  for (let tries = 0; tries < 3; tries += 1) {
    const wall = wallTimeIn(zone, new Date(at));
    at += wanted - (Date.parse(`${wall.day}T00:00:00Z`) + wall.minute * 60_000);
  }
  const wall = wallTimeIn(zone, new Date(at));
  if (wall.day !== day || wall.minute !== minute)
    throw refused('On that day the clocks are put forward over this time. Choose another one.');
  return new Date(at);
}

function money(
  input: Extract<LetterInput, { kind: 'fee-estimate' | 'invoice' }>,
  { situation: { rates }, language, today }: Around,
): Own {
  if (rates === null)
    throw refused(
      'This body has entered no rates, so nothing can be charged. Enter what a page, an hour and a medium cost it; then write this letter.',
    );
  const words = WORDS[language];
  const fee = feeOf(input.charges, rates, input.waiver);
  if (fee.refused.length > 0) throw refused(fee.refused.map((one) => refusedSaid(one, 'en')).join(' '));
  const total = moneySaid(fee.totalCents);
  const values = {
    feeLines: feeSaid(fee, language)
      .map((line) => `- ${line}`)
      .join('\n'),
    sum: moneySaid(fee.sumCents),
    waived: moneySaid(fee.waivedCents),
    total,
    rates: rates.source === null ? words.ratesUnconfirmed : words.ratesFrom(rates.source),
  };
  const facts = { fee, rates: rates.source };
  if (input.kind === 'fee-estimate') {
    const law = input.prepay ? prepaymentLaw(today) : null;
    if (input.prepay && law === null)
      throw refused(
        'Before 28 August 2025 fees could not be asked for before the request is fulfilled, as far as was read.',
      );
    if (input.prepay && fee.totalCents === 0)
      throw refused(
        'There is nothing to be paid, so nothing can be asked for before. Send the estimate without.',
      );
    return {
      values: {
        ...values,
        paid: moneySaid(0),
        due: total,
        refund: moneySaid(0),
        prepayment: law === null ? words.payLater : words.payBefore(total, lawCited(law, language)),
      },
      facts: { ...facts, prepay: input.prepay },
      mustSay: [total],
      feeCents: input.prepay ? fee.totalCents : null,
    };
  }
  const { paidCents } = input;
  if (!Number.isSafeInteger(paidCents) || paidCents < 0)
    throw refused('What was paid already is in whole cents, 0 or more.');
  const { dueCents, refundCents } = balanceOf(fee, paidCents);
  const due = moneySaid(dueCents);
  return {
    values: { ...values, paid: moneySaid(paidCents), due, refund: moneySaid(refundCents) },
    facts: { ...facts, paidCents, dueCents, refundCents },
    mustSay: [due],
    feeCents: dueCents,
  };
}

/** 610.026: 90 days, or 150; a notice may give more, and never less. */
function withdrawal(
  input: Extract<LetterInput, { kind: 'withdrawal-notice' }>,
  { situation: { asked, feeCents, state, zone }, language, today }: Around,
): Own {
  if (asked === null || (state !== 'fee-waiting' && state !== 'clarification'))
    throw refused(
      'Neither payment nor an answer is awaited of this request, so there is nothing by which it could count as withdrawn.',
    );
  const askedOn = wallTimeIn(zone, asked.at).day;
  const rule = withdrawalOf({ askedOn, noticeSentOn: today, feeCents });
  if (rule.kind !== 'after')
    throw refused('This was asked before the rule was law, so the request never counts as withdrawn by it.');
  const day = input.withdrawnAfter ?? rule.day;
  if (!isCivilDay(day)) throw refused('The day is to be one that the calendar has, as 2027-03-01.');
  if (day < rule.day)
    throw refused(
      `The notice names ${day}, which is earlier than the period allows: counted from today, the request stands through ${rule.day}. Name that day or a later one.`,
    );
  const words = WORDS[language];
  const withdrawnAfter = daySaidIn(language, day);
  const law = lawCited(rule.law, language);
  return {
    values: {
      awaited: state === 'fee-waiting' ? words.payment : words.answer,
      askedOn: daySaidIn(language, askedOn),
      days: String(rule.days),
      withdrawnAfter,
      law,
    },
    facts: { withdrawnAfter: day, askedOn, law: rule.law },
    mustSay: [withdrawnAfter, law],
    notBefore: { today, day: rule.day },
  };
}

function noRecords({ situation: { certificate, responsive, zone }, language }: Around): Own {
  if (certificate === null)
    throw refused(
      'That there are no records is said with the certificate of a search. Search for what was asked, and certify that search first.',
    );
  if (responsive > 0)
    throw refused(
      `${responsive} records of this request are not marked as not answering it, so it would be wrong to say that there are none. Review them first.`,
    );
  const { day, minute } = wallTimeIn(zone, certificate.searchedAt);
  const short = certificate.sha256.slice(0, 16);
  const days = daysMeant(certificate.filters, language);
  return {
    values: {
      searchedAt: `${daySaidIn(language, day)}, ${timeSaid(minute)}`,
      query: [
        [certificate.words ?? '', filtersSaid(certificate.filters, language, zone)]
          .filter((one) => one !== '')
          .join('; ') || '—',
        ...(days === null ? [] : [`(${days})`]),
      ].join(' '),
      found: String(certificate.found),
      certificate: `SHA-256 ${short}…`,
    },
    facts: { certificate: certificate.sha256 },
    mustSay: [short],
  };
}
