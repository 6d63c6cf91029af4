/** Reports that come in while something else happens to the archive, the same ones for the same seed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { simpleReport } from './archive-forms.ts';
import type { Chance } from './chance.ts';
import { noisyPng } from './picture.ts';
import type { Report, Submitter } from './submitter.ts';

type Kind = 'new' | 'again' | 'other content' | 'malformed';
export const KINDS: readonly Kind[] = ['again', 'malformed', 'new', 'other content'];

/** However few come in, there is one of each rare kind among them, once there are reports to go back to. */
const EACH_ONCE: ReadonlyMap<number, number> = new Map([
  [40, 0.05],
  [41, 0.105],
  [42, 0.12],
]);

/** One report in ten was sent before, one in fifty is malformed, one in a hundred has a used key and another content. */
function* reports(
  chance: Chance,
  pictures: readonly Buffer[],
  apiKeys: readonly (string | undefined)[],
  more: Record<string, unknown>,
): Generator<{ kind: Kind; report: Report }> {
  const sent: Report[] = [];
  for (let n = 0; ; n += 1) {
    const rolled = chance.next();
    const roll = EACH_ONCE.get(n) ?? rolled;
    const before = sent.at(-1 - chance.below(20));
    const picture = { name: 'shot.png', type: 'image/png', bytes: chance.pick(pictures) };
    // Most have a picture; some the same one twice, some none.
    const files = chance.pick([[picture], [picture], [picture, picture], null]);
    const idempotencyKey = `${chance.seed}-${n}-${chance.below(2 ** 31)}`;
    const event = simpleReport({ text: `Report ${n} of seed ${chance.seed}.`, ...more });
    const apiKey = apiKeys.length < 2 ? apiKeys[0] : chance.pick(apiKeys);
    const by = apiKey === undefined ? {} : { apiKey };
    if (before !== undefined && roll < 0.1) yield { kind: 'again', report: before };
    else if (before?.idempotencyKey !== undefined && roll < 0.11)
      yield {
        kind: 'other content',
        report: {
          event,
          idempotencyKey: before.idempotencyKey,
          ...(before.apiKey === undefined ? {} : { apiKey: before.apiKey }),
        },
      };
    else if (roll < 0.13)
      yield {
        kind: 'malformed',
        report: {
          event: chance.pick(['', '{"platform":', '[]', JSON.stringify({ ...event, recordId: 'mine' })]),
          idempotencyKey,
          ...by,
        },
      };
    else {
      const report = { event, idempotencyKey, ...by, ...(files === null ? {} : { files }) };
      sent.push(report);
      yield { kind: 'new', report };
    }
  }
}

export interface LoadPlan {
  readonly submitter: Submitter;
  readonly chance: Chance;
  readonly perSecond: number;
  /** For so long at full pace. */
  readonly forMs: number;
  /** Whoever hands in, at random; the submitter's own when there are none. */
  readonly apiKeys?: readonly string[];
  /** Of each new report, beside its text. */
  readonly more?: Record<string, unknown>;
}

export interface Loaded {
  readonly sent: ReadonlyMap<Kind, number>;
  readonly loadedMs: number;
}

/** Hands in until the time is over and what happens meanwhile has happened; each report has had its answer by then. */
export async function underLoad(plan: LoadPlan, meanwhile: () => Promise<void>): Promise<Loaded> {
  const { submitter, chance, perSecond, forMs } = plan;
  const pictures = await Promise.all(Array.from({ length: 16 }, async () => await noisyPng(0.004)));
  const stream = reports(chance, pictures, plan.apiKeys ?? [undefined], plan.more ?? {});
  const began = Date.now();
  const sent = new Map<Kind, number>();
  const answers: Promise<unknown>[] = [];
  const unheard: string[] = [];
  let happened = false;
  const load = async (): Promise<void> => {
    const whole = (forMs / 1000) * perSecond;
    for (let n = 0; n < whole || !happened; n += 1) {
      // What is late still finds someone at work: the load goes on, at a quarter of its pace.
      if (n < whole) await sleep(Math.max(0, began + (n * 1000) / perSecond - Date.now()));
      else await sleep(4000 / perSecond);
      const next = stream.next().value as { kind: Kind; report: Report };
      sent.set(next.kind, (sent.get(next.kind) ?? 0) + 1);
      answers.push(submitter.hand(next.report).catch((error: unknown) => unheard.push(String(error))));
    }
  };
  const happening = meanwhile().finally(() => (happened = true));
  await Promise.all([load(), happening]);
  await Promise.all(answers);
  if (unheard.length > 0) throw new Error(`${unheard.length} got no answer, the first: ${unheard[0]}`);
  return { sent, loadedMs: Date.now() - began };
}
