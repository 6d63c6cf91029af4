/** The texts of letters and the rates of fees, by calls: read as they count, and changed by a row more. */
import type { FastifyInstance } from 'fastify';
import { actorOf } from '#agency/agency.ts';
import {
  changeRates,
  changeTemplate,
  KIND_RULES,
  placesOf,
  readRates,
  templatesInForce,
} from '#sunshine/sunshine.ts';
import { callerOf, OPERATORS, REQUEST_READERS, hereIn } from './auth.ts';
import type { ApiContext } from './context.ts';
import { RatesBody, ratesOf, TemplateBody, templateOf } from './letter-orders.ts';
import { Anything, describedAs, taking, unread } from './described.ts';
const OK = { 200: Anything };
const schema = describedAs('requests');

export function registerLetterSettings(app: FastifyInstance, { system: { db } }: ApiContext): void {
  const here = hereIn(db);

  app.get(
    '/v1/letter-templates',
    {
      config: { roles: REQUEST_READERS },
      schema: schema(
        'The texts by which letters are filled in, each as it counts: the agency’s own, or ours',
        OK,
        [],
      ),
    },
    async (request) =>
      await here(request, async (at) => ({
        templates: (await templatesInForce(at)).map((one) => ({
          ...one,
          places: placesOf(one.kind),
          demands: KIND_RULES[one.kind].demands,
        })),
      })),
  );

  app.put(
    '/v1/letter-templates',
    {
      ...unread,
      config: { roles: OPERATORS },
      schema: schema(
        'Change the text of a kind of letter. What was sent stays as it was',
        OK,
        [409, 415, 422],
        {
          ...taking(TemplateBody),
        },
      ),
    },
    async (request) => {
      const { replaces, ...template } = templateOf(request);
      const actor = actorOf(callerOf(request));
      return {
        number: await here(request, async (at) => await changeTemplate(at, template, { replaces, actor })),
      };
    },
  );

  app.get(
    '/v1/fee-rates',
    {
      config: { roles: REQUEST_READERS },
      schema: schema('What a page, an hour and a medium cost this agency', OK, []),
    },
    async (request) => {
      const rates = await here(request, readRates);
      return { number: rates?.n ?? 0, rates: rates?.rates ?? null };
    },
  );

  app.put(
    '/v1/fee-rates',
    {
      ...unread,
      config: { roles: OPERATORS },
      schema: schema('Change the rates. What was estimated stays as it was', OK, [409, 415, 422], {
        ...taking(RatesBody),
      }),
    },
    async (request) => {
      const { replaces, rates } = ratesOf(request);
      const actor = actorOf(callerOf(request));
      return { number: await here(request, async (at) => await changeRates(at, rates, { replaces, actor })) };
    },
  );
}
