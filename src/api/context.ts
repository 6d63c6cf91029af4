/** What the routes are handed. */
import type { FastifyRequest } from 'fastify';
import type { Frame } from '#console/console.ts';

import type { Oidc } from '#agency/agency.ts';
import type { Acceptor, Uploads } from '#intake/intake.ts';
import type { Receipts } from '#record/record.ts';
import type { Metrics } from './metrics.ts';
import type { System } from '../system.ts';
import type { Guard } from './auth.ts';
import type { Places } from './places.ts';
import type { Watchers } from './watchers.ts';

export interface ApiContext {
  /** What each page is told: the mode, and who is at work. */
  readonly frameOf: (request: FastifyRequest) => Frame;
  readonly system: System;
  /** Where the console is, and the content server. */
  readonly places: Places;
  /** Signing in by agencies' own providers; what it found of each is kept for a while. */
  readonly oidc: Oidc;
  readonly guard: Guard;
  readonly acceptor: Acceptor;
  readonly uploads: Uploads;
  readonly metrics: Metrics;
  readonly watchers: Watchers;
  /** Signs what is handed out as a receipt. */
  readonly receipts: Receipts;
  /** Called after each accepted report: the relay of the same process looks at once. */
  readonly poke: () => void;
  /** Aborted when the process drains: open streams end. */
  readonly closing: AbortSignal;
}
