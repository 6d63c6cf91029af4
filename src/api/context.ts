/** What the routes are handed. */
import type { Keyring } from '#agency/agency.ts';
import type { Acceptor } from '#intake/intake.ts';
import type { Metrics } from './metrics.ts';
import type { System } from '../system.ts';
import type { Watchers } from './watchers.ts';

export interface ApiContext {
  readonly system: System;
  readonly keyring: Keyring;
  readonly acceptor: Acceptor;
  readonly metrics: Metrics;
  readonly watchers: Watchers;
  /** Called after each accepted report: the relay of the same process looks at once. */
  readonly poke: () => void;
  /** Aborted when the process drains: open streams end. */
  readonly closing: AbortSignal;
}
