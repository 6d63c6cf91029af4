/** `/openapi.json`: what it says of the whole, and what its generator cannot be told in a route's schema, put right in what it made. */
import swagger, { type FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';

type Transform = NonNullable<FastifyDynamicSwaggerOptions['transformObject']>;

/** On a route's schema: the call may come without a body. The generator says of each body that it is required. */
export const BODY_OPTIONAL = { 'x-body-optional': true } as const;

const describeTruly: Transform = (made) => {
  if (!('openapiObject' in made)) return made.swaggerObject;
  for (const path of Object.values(made.openapiObject.paths ?? {}))
    for (const operation of [path?.post, path?.put, path?.patch]) {
      if (operation === undefined || !('x-body-optional' in operation)) continue;
      delete operation['x-body-optional'];
      if (operation.requestBody !== undefined && 'content' in operation.requestBody)
        operation.requestBody.required = false;
    }
  return made.openapiObject;
};

export async function registerDescription(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    transformObject: describeTruly,
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Holdfast',
        version,
        description:
          'The public-records archive for content that a public body removes from its social media.',
      },
      components: {
        securitySchemes: {
          key: {
            type: 'http',
            scheme: 'bearer',
            description: 'A key of one agency and one role: holdfast key create',
          },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: 'holdfast-session',
            description: 'Somebody who signed in at /sign-in; by https the cookie is named __Host-holdfast',
          },
        },
      },
    },
  });
}
