/** Where something stands in the log, in words: its entries, the checkpoint that covers them, and whether that has left this machine. */
import type { LogStanding } from '#record/record.ts';
import { html, ours, perLanguage, type Markup } from './html.ts';
import { momentIn } from './times.ts';

interface Fact {
  readonly term: string;
  readonly value: Markup;
}

export function logSaid(log: LogStanding, zone: string, now: Date): readonly Fact[] {
  const { checkpoint } = log;
  return [
    { term: 'In the log', value: inLog(log) },
    ...(checkpoint === null
      ? []
      : [
          {
            term: 'Signed checkpoint',
            value: html`size ${checkpoint.size}, ${momentIn(zone, checkpoint.at)}
              <code class="hf-root">${checkpoint.root}</code>`,
          },
        ]),
    { term: 'Outside this archive', value: outside(log, zone, now) },
  ];
}

function inLog({ origin, entries, pending }: LogStanding): Markup {
  const waits = html`Being entered. Look again in a moment.`;
  if (origin === null || entries.length === 0) return waits;
  return html`${entries.length === 1 ? ours('Entry') : ours('Entries')} ${entries.join(', ')},
    <code>${origin}</code>${pending > 0 && html` <span class="hf-small">${waits}</span>`}`;
}

const BY = { stamp: 'a time stamp of', witness: 'the witness' } as const;

function outside(
  { anchored, anchors, unanchoredSince }: Pick<LogStanding, 'anchored' | 'anchors' | 'unanchoredSince'>,
  zone: string,
  now: Date,
): Markup {
  if (anchored) return html`Anchored by ${byWhom(anchors, zone)}`;
  if (unanchoredSince === null) return html`Not yet anchored.`;
  const ms = Math.max(0, now.getTime() - Date.parse(unanchoredSince));
  return html`Not yet anchored, for ${lasting(ms)}. Until then only this archive’s word stands against a
  change by whoever runs it.`;
}

/** Tags between them: each is a message of its own, however many there are. */
export function byWhom(anchors: LogStanding['anchors'], zone: string): Markup {
  return html`${anchors.map((one, i) => html`${i > 0 && html` · `}<span>${ours(BY[one.kind])}</span> <span>${one.authority},</span> <span>${momentIn(zone, one.at)}</span>`)}`;
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** How long, in the largest unit that fits. */
export function lasting(ms: number): Markup {
  const [unit, size] = UNITS.find((one) => ms >= one[1]) ?? (['second', 1000] as const);
  return perLanguage((language) =>
    new Intl.NumberFormat(`${language}-US`, { style: 'unit', unit, unitDisplay: 'long' }).format(
      Math.floor(ms / size),
    ),
  );
}
