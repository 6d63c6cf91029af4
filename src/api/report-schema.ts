/** What a report may look like, for `/openapi.json`: three forms of one body. It documents; intake decides. */
import { Type } from 'typebox';
import { SimpleReport, SubmittedFact } from '#intake/intake.ts';
import { Accepted, problemResponses } from './schemas.ts';

export const reportSchema = (summary: string) => ({
  summary,
  tags: ['intake'],
  security: [{ key: [] }],
  headers: Type.Object({
    'idempotency-key': Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 255,
        pattern: '^[!-~]+$',
        description:
          'One for each report, the same one when it is repeated; 1 to 255 visible ASCII characters.',
      }),
    ),
    'holdfast-channel': Type.Optional(
      Type.String({ description: '"web-form" from our own page; programs leave it out.' }),
    ),
  }),
  consumes: ['application/json', 'application/cloudevents+json', 'multipart/form-data'],
  body: {
    content: {
      'application/json': { schema: SimpleReport },
      'application/cloudevents+json': { schema: SubmittedFact },
      'multipart/form-data': {
        schema: Type.Object(
          {
            event: Type.Union([SimpleReport, SubmittedFact]),
            // Without a type: in this form everything is bytes, and any bytes are a file.
            file: Type.Optional(
              Type.Unsafe<unknown>({
                contentMediaType: 'application/octet-stream',
                description: 'A file, as it is. One part for each, all of this name.',
              }),
            ),
            upload: Type.Optional(
              Type.String({
                format: 'uuid',
                description:
                  'A file that is here already: the last part of the address that POST /v1/uploads gave, where any client of tus 1.0 sends it. One part for each.',
              }),
            ),
          },
          { additionalProperties: false },
        ),
      },
    },
  },
  response: { 202: Accepted, ...problemResponses(400, 401, 403, 404, 409, 413, 415, 422, 503, 507) },
});
