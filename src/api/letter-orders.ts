/** What a call or a form says of a letter, of a text or of rates, read strictly. What the law wants of it is the rooms' to say. */
import type { FastifyRequest } from 'fastify';
import { Type, type Static, type TSchema } from 'typebox';
import { ArchiveError } from '#errors.ts';
import { cite } from '#production/production.ts';
import {
  CHARGE_KINDS,
  LETTER_KINDS,
  LETTER_LANGUAGES,
  REQUEST_OUTCOMES,
  WORK,
  type LetterInput,
  type LetterProvision,
} from '#sunshine/sunshine.ts';
import { orderOf } from './orders.ts';

const closed = { additionalProperties: false } as const;
const orNull = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));
const words = (description: string) => Type.String({ maxLength: 20_000, description });
const number = (description: string) => Type.Integer({ minimum: 0, maximum: 1_000_000, description });

const Provision = Type.Object(
  {
    key: Type.String({ maxLength: 60, description: 'As 610.021-14; the list is production’s' }),
    writtenStatement: Type.Optional(
      Type.Object({ impairsSecurity: Type.String(), outweighsDisclosure: Type.String() }, closed),
    ),
    otherLaw: Type.Optional(Type.String()),
    numberConfirmedBy: Type.Optional(Type.String()),
  },
  closed,
);
const Charge = Type.Object(
  {
    kind: Type.Enum([...CHARGE_KINDS]),
    count: Type.Number({ description: 'Pages, minutes or pieces' }),
    staff: Type.Optional(Type.String({ description: 'Somebody else than the cheapest who can do it' })),
    because: Type.Optional(Type.String({ minLength: 1, maxLength: 1000, description: 'Why them' })),
    medium: Type.Optional(Type.String()),
  },
  closed,
);
const Waiver = Type.Object(
  {
    cents: Type.Union([Type.Literal('all'), Type.Integer({ minimum: 0, maximum: 1e9 })]),
    because: Type.String({ minLength: 1, maxLength: 2000 }),
  },
  closed,
);
const charges = Type.Array(Charge, { maxItems: 200 });

const VALUES = {
  acknowledgement: Type.Object({}, closed),
  delay: Type.Object(
    {
      cause: words('A detailed explanation of the cause (610.023.3)'),
      place: words('Where the records will be available'),
      earliestDate: Type.String({ description: 'YYYY-MM-DD' }),
      earliestTime: Type.String({ description: 'HH:MM, by the clocks of the body' }),
    },
    closed,
  ),
  'fee-estimate': Type.Object({ charges, waiver: orNull(Waiver), prepay: Type.Boolean() }, closed),
  invoice: Type.Object(
    { charges, waiver: orNull(Waiver), paidCents: Type.Integer({ minimum: 0, maximum: 1e9 }) },
    closed,
  ),
  denial: Type.Object({ provisions: Type.Array(Provision, { maxItems: 40 }) }, closed),
  'partial-denial': Type.Object(
    {
      provisions: Type.Array(Provision, { maxItems: 40 }),
      withheld: Type.Union([
        words('What was withheld, in general terms (610.024)'),
        Type.Null({ description: 'A person says that a description would reveal it' }),
      ]),
    },
    closed,
  ),
  question: Type.Object({ question: words('What must be known') }, closed),
  'withdrawal-notice': Type.Object(
    {
      withdrawnAfter: orNull(Type.String({ description: 'YYYY-MM-DD, not earlier than the period allows' })),
    },
    closed,
  ),
  closing: Type.Object({ outcome: Type.Enum([...REQUEST_OUTCOMES]) }, closed),
  'no-records': Type.Object({}, closed),
  records: Type.Object(
    {
      production: Type.String({
        maxLength: 36,
        description:
          'A production of this request that is released. A link to it is made when the letter goes',
      }),
      days: Type.Integer({
        minimum: 1,
        maximum: 90,
        description: 'After so many days the link leads nowhere',
      }),
    },
    closed,
  ),
} as const;

export const LetterBody = Type.Union(
  LETTER_KINDS.map((kind) =>
    Type.Object(
      {
        do: Type.Enum(['draft', 'send'], { description: 'A draft writes nothing' }),
        kind: Type.Literal(kind),
        language: Type.Enum([...LETTER_LANGUAGES]),
        values: VALUES[kind],
        text: orNull(Type.String({ description: 'As a person edited it; null: as it is filled in' })),
        way: orNull(
          Type.Enum(['mail', 'print'], {
            description:
              'Of a letter that is sent; null: by mail where the requester gave a mail address and there is a mail server',
          }),
        ),
      },
      closed,
    ),
  ),
);

interface LetterSaid {
  readonly do: 'draft' | 'send';
  readonly kind: LetterInput['kind'];
  readonly language: 'en' | 'es';
  readonly values: Readonly<Record<string, unknown>>;
  readonly text?: string | null;
  readonly way?: 'mail' | 'print' | null;
}

export interface LetterOrder {
  readonly input: LetterInput;
  readonly language: 'en' | 'es';
  readonly text: string | null;
  readonly way: 'mail' | 'print' | null;
}

/** `order`: on a day, that of the decision, by which a provision is law or not. */
export function letterOf(request: FastifyRequest): {
  readonly sends: boolean;
  readonly order: (today: string) => LetterOrder;
} {
  const said = orderOf(
    request,
    LetterBody,
    'letter-invalid',
    `Expected {"do": "draft or send", "kind": "one of ${LETTER_KINDS.join(', ')}", "language": "en or es", "values": what a letter of this kind takes (/docs lists it)} as application/json, and if you edited it "text"; nothing else.`,
  ) as LetterSaid;
  return {
    sends: said.do === 'send',
    order: (today) => ({
      input: inputOf(said.kind, said.values, today),
      language: said.language,
      text: said.text ?? null,
      way: said.way ?? null,
    }),
  };
}

type ProvisionSaid = Static<typeof Provision>;

export function citedOf(said: readonly ProvisionSaid[], day: string): readonly LetterProvision[] {
  // Each once, however many things it closes.
  const once = new Map(said.map((one) => cite({ ...one, day })).map((one) => [JSON.stringify(one), one]));
  return [...once.values()];
}

function inputOf(
  kind: LetterInput['kind'],
  values: Readonly<Record<string, unknown>>,
  today: string,
): LetterInput {
  const provisions = citedOf((values['provisions'] ?? []) as readonly ProvisionSaid[], today);
  const more =
    kind === 'denial' || kind === 'partial-denial'
      ? { provisions }
      : kind === 'fee-estimate' || kind === 'invoice'
        ? { waiver: values['waiver'] ?? null }
        : kind === 'withdrawal-notice'
          ? { withdrawnAfter: values['withdrawnAfter'] ?? null }
          : kind === 'records'
            ? { handed: null }
            : {};
  // Each member was looked at by the schema of its kind.
  return { ...values, ...more, kind } as LetterInput;
}

export const TemplateBody = Type.Object(
  {
    kind: Type.Enum([...LETTER_KINDS]),
    language: Type.Enum([...LETTER_LANGUAGES]),
    text: Type.String({ description: 'With places, as {{tracking}}; the first line is the heading' }),
    replaces: number('The number of the text that you read; 0: ours'),
  },
  closed,
);

const cents = Type.Integer({ description: 'Whole cents' });
const centsOrNull = Type.Union([cents, Type.Null()]);
const Rates = Type.Object(
  {
    pageCents: cents,
    clericalCents: centsOrNull,
    copyingCents: centsOrNull,
    staff: Type.Array(
      Type.Object(
        {
          key: Type.String(),
          title: Type.String(),
          hourCents: cents,
          does: Type.Array(Type.Enum([...WORK])),
        },
        closed,
      ),
      { maxItems: 100 },
    ),
    media: Type.Array(Type.Object({ key: Type.String(), title: Type.String(), cents }, closed), {
      maxItems: 100,
    }),
    source: Type.Union([Type.String(), Type.Null()], {
      description: 'Where the figures stand; null: nobody said, and every estimate shows it',
    }),
  },
  closed,
);
export const RatesBody = Type.Object(
  { rates: Rates, replaces: number('The number of the rates that you read; 0: none yet') },
  closed,
);
export const EstimateBody = Type.Object({ charges, waiver: orNull(Waiver) }, closed);

export const templateOf = (request: FastifyRequest): Static<typeof TemplateBody> =>
  orderOf(
    request,
    TemplateBody,
    'letter-template-invalid',
    'Expected {"kind": …, "language": "en or es", "text": …, "replaces": the number that GET /v1/letter-templates shows} as application/json; nothing else.',
  );

export const ratesOf = (request: FastifyRequest): Static<typeof RatesBody> =>
  orderOf(
    request,
    RatesBody,
    'fees-invalid',
    'Expected {"rates": {"pageCents", "clericalCents", "copyingCents", "staff": [{"key", "title", "hourCents", "does"}], "media": [{"key", "title", "cents"}], "source"}, "replaces": the number that GET /v1/fee-rates shows} as application/json, all sums in whole cents; nothing else.',
  );

export const estimateOf = (request: FastifyRequest): Static<typeof EstimateBody> =>
  orderOf(
    request,
    EstimateBody,
    'fees-invalid',
    `Expected {"charges": [{"kind": "one of ${CHARGE_KINDS.join(', ')}", "count": …}], "waiver": {"cents": a sum or "all", "because": …} or null} as application/json; nothing else.`,
  );

export const noLetter = (): ArchiveError =>
  new ArchiveError('letter-not-found', 'There is no such letter of this request.', { retry: 'never' });
