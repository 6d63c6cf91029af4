/** What the generator of `/openapi.json` cannot be told in a route's schema, put right in what it made. */
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';

type Transform = NonNullable<FastifyDynamicSwaggerOptions['transformObject']>;

/** On a route's schema: the call may come without a body. The generator says of each body that it is required. */
export const BODY_OPTIONAL = { 'x-body-optional': true } as const;

export const describeTruly: Transform = (made) => {
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
