/** The SQL of letters, their texts and the rates of fees. What must never go out is refused by the triggers of migration 0049, whoever asks. */
import { sql } from 'kysely';
import type { AgencyTx, LetterKind, RequestOutcome } from '#db/db.ts';
import type { LetterLanguage } from './fees-said.ts';
import type { FeeRates } from './fees.ts';

/** 0: none of theirs, so ours. */
export async function readTemplate(
  { agencyId, tx }: AgencyTx,
  kind: LetterKind,
  language: LetterLanguage,
): Promise<{ readonly n: number; readonly text: string } | null> {
  return (
    (await tx
      .selectFrom('letter_template')
      .select(['n', 'text'])
      .where('agency_id', '=', agencyId)
      .where('kind', '=', kind)
      .where('language', '=', language)
      .orderBy('n', 'desc')
      .limit(1)
      .executeTakeFirst()) ?? null
  );
}

export async function listTemplates({ agencyId, tx }: AgencyTx) {
  return await tx
    .selectFrom('letter_template')
    .distinctOn(['kind', 'language'])
    .select(['kind', 'language', 'n', 'text', 'at', 'by'])
    .where('agency_id', '=', agencyId)
    .orderBy('kind')
    .orderBy('language')
    .orderBy('n', 'desc')
    .execute();
}

export async function insertTemplate(
  { agencyId, tx }: AgencyTx,
  row: {
    readonly kind: LetterKind;
    readonly language: LetterLanguage;
    readonly n: number;
    readonly text: string;
    readonly by: string;
  },
): Promise<void> {
  await tx
    .insertInto('letter_template')
    .values({ agency_id: agencyId, ...row })
    .execute();
}

export interface NumberedRates {
  readonly n: number;
  readonly rates: FeeRates;
  readonly at: Date;
  readonly by: string;
}

/** Null: nobody has entered any. */
export async function readRates({ agencyId, tx }: AgencyTx): Promise<NumberedRates | null> {
  const row = await tx
    .selectFrom('fee_rates')
    .select(['n', 'rates', 'at', 'by'])
    .where('agency_id', '=', agencyId)
    .orderBy('n', 'desc')
    .limit(1)
    .executeTakeFirst();
  // Written by `changeRates` alone, which has looked at it.
  return row === undefined ? null : { ...row, rates: row.rates as unknown as FeeRates };
}

/** Answers their digest, for the entry. */
export async function insertRates(
  { agencyId, tx }: AgencyTx,
  { n, rates, by }: { readonly n: number; readonly rates: FeeRates; readonly by: string },
): Promise<string> {
  const { digest } = await tx
    .insertInto('fee_rates')
    .values({ agency_id: agencyId, n, rates: JSON.stringify(rates), by })
    .returning(sql<string>`said_digest(rates::text)`.as('digest'))
    .executeTakeFirstOrThrow();
  return digest;
}

export async function agencyOf({ agencyId, tx }: AgencyTx) {
  return await tx
    .selectFrom('agency')
    .select(['name', 'zone'])
    .where('id', '=', agencyId)
    .executeTakeFirstOrThrow();
}

export interface NewLetter {
  readonly n: number;
  readonly kind: LetterKind;
  readonly language: LetterLanguage;
  readonly way: 'mail' | 'print';
  readonly templateN: number;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly pdf: Buffer;
  readonly sha256: string;
  readonly by: string;
}

/** Answers the digest of what the law wants of it, for its entry. */
export async function insertLetter(
  { agencyId, tx }: AgencyTx,
  requestId: string,
  letter: NewLetter,
): Promise<string> {
  const { digest } = await tx
    .insertInto('request_letter')
    .values({
      agency_id: agencyId,
      request_id: requestId,
      n: letter.n,
      kind: letter.kind,
      language: letter.language,
      way: letter.way,
      template_n: letter.templateN,
      facts: JSON.stringify(letter.facts),
      pdf: letter.pdf,
      pdf_sha256: letter.sha256,
      by: letter.by,
    })
    .returning(
      sql<string>`request_digest(agency_id, (select tracking from request where id = request_id), facts::text)`.as(
        'digest',
      ),
    )
    .executeTakeFirstOrThrow();
  if (letter.way === 'mail')
    await tx
      .insertInto('letter_mail')
      .values({ agency_id: agencyId, request_id: requestId, n: letter.n })
      .execute();
  return digest;
}

/** Newest first, without their words. */
export async function listLetters({ agencyId, tx }: AgencyTx, requestId: string) {
  return await tx
    .selectFrom('request_letter as l')
    .innerJoin('request_correspondence as c', (join) =>
      join.onRef('c.request_id', '=', 'l.request_id').onRef('c.n', '=', 'l.n'),
    )
    .leftJoin('letter_mail as m', (join) =>
      join.onRef('m.request_id', '=', 'l.request_id').onRef('m.n', '=', 'l.n'),
    )
    .select([
      'l.n',
      'l.kind',
      'l.language',
      'l.way',
      'l.pdf_sha256',
      'l.by',
      'c.at',
      'c.fee_cents',
      'm.ended_as',
      'm.ended_at',
      'm.error_code',
      sql<string>`split_part(c.words, E'\n', 1)`.as('heading'),
      // Of one that hands out records.
      sql<string | null>`l.facts ->> 'production'`.as('production'),
      sql<RequestOutcome | null>`l.facts ->> 'outcome'`.as('outcome'),
    ])
    .where('l.agency_id', '=', agencyId)
    .where('l.request_id', '=', requestId)
    .orderBy('l.n', 'desc')
    .execute();
}

export async function readLetter({ agencyId, tx }: AgencyTx, requestId: string, n: number) {
  return (
    (await tx
      .selectFrom('request_letter as l')
      .innerJoin('request_correspondence as c', (join) =>
        join.onRef('c.request_id', '=', 'l.request_id').onRef('c.n', '=', 'l.n'),
      )
      .select(['l.n', 'l.kind', 'l.language', 'l.way', 'l.facts', 'l.pdf', 'l.pdf_sha256', 'c.words', 'c.at'])
      .where('l.agency_id', '=', agencyId)
      .where('l.request_id', '=', requestId)
      .where('l.n', '=', n)
      .executeTakeFirst()) ?? null
  );
}
