/** For whoever runs the machine: alive, ready, measured, described; no content, so no key. And their own page, for which they sign in. */
import type { FastifyInstance } from 'fastify';
import type { ApiContext } from './context.ts';
import { registerMachine } from './machine.ts';
import { readiness } from './readiness.ts';

export function registerOperations(app: FastifyInstance, context: ApiContext): void {
  registerMachine(app, context);
  const hidden = {
    schema: { hide: true },
    config: { open: 'for whoever runs the machine; no content' },
  } as const;
  app.get('/healthz', hidden, async () => ({ status: 'alive' }));
  app.get('/readyz', hidden, async (_request, reply) => {
    const state = await readiness(context.system);
    const degraded = state.parts.some((part) => !part.ok);
    return reply.code(state.ready ? 200 : 503).send({
      status: state.ready ? (degraded ? 'degraded' : 'ready') : 'not-ready',
      mode: context.system.config.mode,
      // Whoever asks here shows no key: what is wrong is named, where it lies is for `holdfast doctor` and the log.
      parts: state.parts.map((part) => ({ ...part, found: part.ok ? part.found : part.code })),
    });
  });
  app.get('/metrics', hidden, async (_request, reply) =>
    reply.type(context.metrics.registry.contentType).send(await context.metrics.text()),
  );
  app.get('/openapi.json', hidden, async (_request, reply) =>
    reply.type('application/json').send(JSON.stringify(app.swagger())),
  );
}
