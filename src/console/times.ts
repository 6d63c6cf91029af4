/** A moment as the agency's clocks show it, with the UTC value beside it: one is for people, the other is the record. */
import { html, perLanguage, type Markup } from './html.ts';

export function momentIn(zone: string, utc: string): Markup {
  const at = new Date(utc);
  // What we cannot read we show as it came.
  if (Number.isNaN(at.getTime())) return html`${utc}`;
  return html`<time datetime="${utc}">${perLanguage((language) => inZone(zone, at, language))}</time>
    <span class="hf-utc">${utc}</span>`;
}

function inZone(zone: string, at: Date, language: string): string {
  const format = (timeZone: string): string =>
    new Intl.DateTimeFormat(`${language}-US`, { dateStyle: 'medium', timeStyle: 'long', timeZone }).format(
      at,
    );
  try {
    return format(zone);
  } catch {
    // A zone this runtime does not know must not cost anyone a receipt.
    return format('UTC');
  }
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** How long ago, in the largest unit that fits: nobody counts the minutes of a week. */
export function agoIn(now: Date, utc: string): Markup {
  const ms = Math.max(0, now.getTime() - Date.parse(utc));
  const [unit, size] = UNITS.find((one) => ms >= one[1]) ?? UNITS[2];
  return perLanguage((language) =>
    language === 'es' && ms < UNITS[2][1]
      ? 'hace un momento'
      : new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-Math.floor(ms / size), unit),
  );
}
