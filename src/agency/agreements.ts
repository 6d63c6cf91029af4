/**
 * Agreements in writing, where a policy asks for one before somebody may moderate: a note that the paper is there. It is only added to: a
 * mistake is ended by a row of its own, and both stand in the agency's history.
 *
 * Want of one stops nobody from handing in. What is removed without being archived breaks the law on records (416.7.2 asks the same of
 * whoever removes); a missing signature is mended later, a lost record never. For the same reason a record bears no mark of it: it
 * would say something about its moderator, not about what was removed, and the history of the agency says who had agreed by when.
 */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';
import { appendEvent, newId } from '#record/record.ts';
import { isPack } from './packs.ts';
import type { ListedPolicy } from './policies.ts';
import { civilDay, wordsOrNot } from './words.ts';

/** A policy that asks for it today. */
export interface AskedAgreement {
  readonly policyId: string;
  readonly title: string;
  /** What it asks for, and where. */
  readonly says: string;
  readonly citation: string;
  /** In force. */
  readonly version: string;
  /** It came with Holdfast, in English. */
  readonly isPack: boolean;
  /** What somebody may have signed, newest first. */
  readonly versions: readonly string[];
  /** Version → the civil day from which it stands: nobody agreed to it before. */
  readonly since: ReadonlyMap<string, string>;
}

export interface Agreement {
  readonly id: string;
  readonly personId: string;
  readonly policyId: string;
  readonly version: string;
  /** The day on the paper, YYYY-MM-DD. */
  readonly agreedOn: string;
  /** Where the paper is; null: nobody said. */
  readonly paper: string | null;
  readonly recordedAt: Date;
  readonly recordedBy: string;
  /** It had been entered by mistake; null: it stands. */
  readonly withdrawnAt: Date | null;
  readonly withdrawnBy: string | null;
}

export type NewAgreement = Pick<Agreement, 'personId' | 'policyId' | 'version' | 'agreedOn' | 'paper'>;

/** `policies`: as they are listed. `today`: a civil day of the agency. */
export function agreementsAsked(policies: readonly ListedPolicy[], today: string): AskedAgreement[] {
  return [...Map.groupBy(policies, ({ policyId }) => policyId).values()].flatMap((versions) => {
    const inForce = versions.find(({ effectiveOn }) => effectiveOn <= today);
    const asks = (inForce?.rules.before ?? []).filter(({ agreement }) => agreement === true);
    if (inForce === undefined || asks.length === 0) return [];
    const { policyId, version, title } = inForce;
    return [
      {
        policyId,
        version,
        title,
        says: asks.map((one) => one.says).join(' '),
        citation: asks.map((one) => one.citation).join('; '),
        isPack: isPack(policyId, version),
        versions: versions.map((one) => one.version),
        since: new Map(versions.map((one) => [one.version, one.effectiveOn])),
      },
    ];
  });
}

/** On file: none of them was ended. */
export async function listAgreements(at: AgencyTx): Promise<Agreement[]> {
  return (await everyAgreement(at)).filter(({ withdrawnAt }) => withdrawnAt === null);
}

/** Also those that were taken back, and those of people who have left. */
export async function everyAgreement({ agencyId, tx }: AgencyTx): Promise<Agreement[]> {
  const { rows } = await sql<Agreement>`
    select a.id, a.person_id as "personId", a.policy_id as "policyId", a.version, a.agreed_on as "agreedOn", a.paper,
           a.recorded_at as "recordedAt", a.recorded_by as "recordedBy",
           w.at as "withdrawnAt", w.by as "withdrawnBy"
      from agreement a left join agreement_withdrawal w on w.agency_id = a.agency_id and w.agreement_id = a.id
     where a.agency_id = ${agencyId}
     order by a.agreed_on desc, a.recorded_at desc`.execute(tx);
  return rows;
}

/**
 * Policies that ask somebody for an agreement that is not on file. Any version of the policy will do: 416.4.3 asks to agree "to comply
 * with this Policy" before one edits, and not once more whenever it is amended. Whether a signature covers what came later is
 * for the city's lawyers; the page of people shows which version each one signed, and which is in force.
 */
export function agreementsLacking(
  asked: readonly AskedAgreement[],
  onFile: readonly Agreement[],
  personId: string,
): AskedAgreement[] {
  return asked.filter(
    ({ policyId }) => !onFile.some((one) => one.personId === personId && one.policyId === policyId),
  );
}

/** The same of one person. Most policies ask for none, and then nothing is read. */
export async function lackingOf(
  at: AgencyTx,
  personId: string,
  policies: readonly ListedPolicy[],
  today: string,
): Promise<AskedAgreement[]> {
  const asked = agreementsAsked(policies, today);
  return asked.length === 0 ? [] : agreementsLacking(asked, await listAgreements(at), personId);
}

export type AgreementProblems = Partial<Record<'version' | 'agreedOn' | 'paper', string>>;

const MOST_PAPER_CHARS = 200;

export function agreementProblems(
  { policyId, version, agreedOn, paper }: NewAgreement,
  asked: readonly AskedAgreement[],
  today: string,
): AgreementProblems {
  const isAsked = asked.some((one) => one.policyId === policyId && one.versions.includes(version));
  const unfit = wordsOrNot(paper, MOST_PAPER_CHARS);
  const since = asked.find((one) => one.policyId === policyId)?.since.get(version);
  return {
    ...(isAsked ? {} : { version: 'Choose the policy and the version that stands on the paper.' }),
    ...(civilDay(agreedOn) && agreedOn <= today
      ? {}
      : { agreedOn: 'Enter the day on the paper, as YYYY-MM-DD, today or before.' }),
    ...(civilDay(agreedOn) && agreedOn <= today && since !== undefined && agreedOn < since
      ? {
          agreedOn: `Version ${version} stands since ${since} only. Choose the version that was in force on the day on the paper, or correct the day.`,
        }
      : {}),
    ...(unfit === null ? {} : { paper: unfit }),
  };
}

/** False: it is on file already, for this very version. Of a person who is here, and without problems. */
export async function recordAgreement(at: AgencyTx, one: NewAgreement, by: string): Promise<boolean> {
  const { agencyId, tx } = at;
  // A form that is sent twice at the same moment is one agreement.
  await sql`select from person where agency_id = ${agencyId} and id = ${one.personId} for update`.execute(tx);
  const isThere = (await listAgreements(at)).some(
    ({ personId, policyId, version }) =>
      personId === one.personId && policyId === one.policyId && version === one.version,
  );
  if (isThere) return false;
  await tx
    .insertInto('agreement')
    .values({
      agency_id: agencyId,
      id: newId(),
      person_id: one.personId,
      policy_id: one.policyId,
      version: one.version,
      agreed_on: one.agreedOn,
      paper: one.paper,
      recorded_by: by,
    })
    .execute();
  await appendEvent(at, null, { type: 'person.agreed', actor: by, body: said(one) });
  return true;
}

/** It was entered by mistake. False: this person has none of that id, or it was taken back before. */
export async function withdrawAgreement(
  at: AgencyTx,
  personId: string,
  id: string,
  by: string,
): Promise<boolean> {
  const found = (await listAgreements(at)).find((one) => one.id === id && one.personId === personId);
  if (found === undefined) return false;
  const ended = await at.tx
    .insertInto('agreement_withdrawal')
    .values({ agency_id: at.agencyId, agreement_id: id, by })
    .onConflict((conflict) => conflict.columns(['agency_id', 'agreement_id']).doNothing())
    .executeTakeFirst();
  if (ended.numInsertedOrUpdatedRows !== 1n) return false;
  await appendEvent(at, null, { type: 'person.agreement-withdrawn', actor: by, body: said(found) });
  return true;
}

/** Where the paper lies is nobody's business in a history. */
function said({ personId, policyId, version, agreedOn }: NewAgreement): Record<string, unknown> {
  return { person: personId, policy: policyId, version, day: agreedOn };
}
