/** The shape of a decision about one record of a request: as somebody says it, and as the table `review` (migration 0047) keeps it. */
import { Type, type Static, type TSchema } from 'typebox';
import type { CitationInput } from './exemptions.ts';

const closed = { additionalProperties: false } as const;
const statement = Type.String({ minLength: 1, maxLength: 4000 });

const members = {
  key: Type.String({ minLength: 1, maxLength: 40, description: 'As the list of exemptions calls it' }),
  writtenStatement: Type.Optional(
    Type.Object(
      { impairsSecurity: statement, outweighsDisclosure: statement },
      { ...closed, description: 'Of 610.021(18) and (19), in the words of a person' },
    ),
  ),
  otherLaw: Type.Optional(statement),
  numberConfirmedBy: Type.Optional(statement),
};
/** One provision closes it, or several do. */
const several = {
  ...members,
  also: Type.Optional(
    Type.Array(Type.Object(members, closed), {
      minItems: 1,
      maxItems: 20,
      description: 'Further provisions that close the same, each with what it needs',
    }),
  ),
};
/** As somebody says it. The day is that of the decision, which is not theirs to choose. */
export const ExemptionSaid = Type.Object(several, closed);
/** `CitationInput` of exemptions.ts, as it is kept; the day is that of all of them. */
const ExemptionShape = Type.Object(
  { ...several, day: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\d$' }) },
  closed,
);
export type ExemptionKept = Static<typeof ExemptionShape>;

/** Each provision of what is withheld, as `cite` judges it. */
export function provisionsOf({ also = [], ...first }: ExemptionKept): readonly CitationInput[] {
  return [first, ...also.map((one) => ({ ...one, day: first.day }))];
}

/** 610.024; null: whoever withholds it says that a description would reveal it. */
const description = Type.Union([
  Type.String({ minLength: 1, maxLength: 300, description: 'In general terms (610.024)' }),
  Type.Null(),
]);
const whole = Type.Union([Type.Literal('release'), Type.Literal('withhold'), Type.Literal('part')]);
const place = Type.Integer({ minimum: 0, maximum: 100_000_000 });

/** Of a decision, with exemptions of one shape or the other. */
export function reviewShape<T extends TSchema>(exemption: T) {
  const withheld = { exemption, description };
  const field = Type.Object(
    {
      fact: Type.Integer({ minimum: 1 }),
      pointer: Type.String({ pattern: '^/', maxLength: 200 }),
      decision: whole,
      exemption: Type.Optional(exemption),
      description: Type.Optional(description),
      passages: Type.Optional(
        Type.Array(
          Type.Object(
            { start: place, end: place, ...withheld },
            { ...closed, description: 'In UTF-16 code units, from and up to' },
          ),
          { maxItems: 1000 },
        ),
      ),
    },
    closed,
  );
  const file = Type.Object(
    {
      file: Type.Integer({ minimum: 1 }),
      decision: whole,
      exemption: Type.Optional(exemption),
      description: Type.Optional(description),
      boxes: Type.Optional(
        Type.Array(
          Type.Object(
            { x: place, y: place, width: place, height: place, ...withheld },
            { ...closed, description: 'In pixels of the picture as it is shown, upright' },
          ),
          { maxItems: 1000 },
        ),
      ),
      beside: Type.Optional(
        Type.Object(withheld, {
          ...closed,
          description:
            'Why what stands beside the pixels (place, camera, words, a small second picture) is withheld: the picture is drawn anew, with boxes or without',
        }),
      ),
    },
    closed,
  );
  return Type.Object(
    {
      answer: Type.Union([
        Type.Literal('release'),
        Type.Literal('withhold'),
        Type.Literal('part'),
        Type.Literal('not-responsive'),
      ]),
      exemption: Type.Union([exemption, Type.Null()]),
      description,
      fields: Type.Union([Type.Array(field, { maxItems: 10_000 }), Type.Null()]),
      files: Type.Union([Type.Array(file, { maxItems: 10_000 }), Type.Null()]),
    },
    closed,
  );
}
export const ReviewShape = reviewShape(ExemptionShape);
const SaidShape = reviewShape(ExemptionSaid);
export type ReviewSaid = Static<typeof SaidShape>;
export type Review = Static<typeof ReviewShape>;
export type ReviewField = NonNullable<Review['fields']>[number];
export type ReviewFile = NonNullable<Review['files']>[number];

/** What closes is the law of the day on which somebody decides. */
export function dated(said: ReviewSaid, day: string): Review {
  const on = (exemption: Static<typeof ExemptionSaid>): ExemptionKept => ({ ...exemption, day });
  const maybe = (exemption: Static<typeof ExemptionSaid> | undefined) =>
    exemption === undefined ? {} : { exemption: on(exemption) };
  return {
    answer: said.answer,
    description: said.description,
    exemption: said.exemption === null ? null : on(said.exemption),
    fields:
      said.fields?.map(({ exemption, passages, ...one }) => ({
        ...one,
        ...maybe(exemption),
        ...(passages === undefined
          ? {}
          : { passages: passages.map((passage) => ({ ...passage, exemption: on(passage.exemption) })) }),
      })) ?? null,
    files:
      said.files?.map(({ exemption, boxes, beside, ...one }) => ({
        ...one,
        ...maybe(exemption),
        ...(beside === undefined ? {} : { beside: { ...beside, exemption: on(beside.exemption) } }),
        ...(boxes === undefined
          ? {}
          : { boxes: boxes.map((box) => ({ ...box, exemption: on(box.exemption) })) }),
      })) ?? null,
  };
}
