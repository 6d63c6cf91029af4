/** A decision about a record of a request, as a call gives it. */
import { Type } from 'typebox';
import { ExemptionSaid, reviewShape } from '#production/production.ts';

const closed = { additionalProperties: false } as const;

const Seen = Type.Object(
  {
    facts: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
    files: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
  },
  {
    ...closed,
    description:
      'How many facts and files of the record you had before you. Something more came: it is refused',
  },
);
const Acknowledged = Type.Array(Type.String({ maxLength: 300 }), {
  maxItems: 10_000,
  description:
    'What you saw going out with it, by the names in "problems" of the refusal review-not-acknowledged: suggestions, fields that are no content, and files in which withheld words stand',
});
export const ReviewBody = Type.Object(
  {
    after: Type.Integer({
      minimum: 0,
      maximum: 1_000_000,
      description: 'The number ("n") of the decision that you read; 0: there was none',
    }),
    seen: Seen,
    ...reviewShape(ExemptionSaid).properties,
    note: Type.Optional(Type.Union([Type.String({ minLength: 1, maxLength: 5000 }), Type.Null()])),
    sameFor: Type.Optional(
      Type.Array(
        Type.Object(
          {
            recordId: Type.String({ minLength: 36, maxLength: 36 }),
            after: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
            seen: Seen,
            acknowledged: Type.Optional(Acknowledged),
            compared: Type.Optional(
              Type.Boolean({ description: 'You had it beside the first; without, it says exactly the same' }),
            ),
          },
          closed,
        ),
        {
          maxItems: 100,
          description:
            'Others of the set for which the same is decided, each as a decision of its own, or none: those that say exactly the same, or that you compared',
        },
      ),
    ),
    acknowledged: Type.Optional(Acknowledged),
  },
  closed,
);
