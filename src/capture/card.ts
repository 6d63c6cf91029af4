/** A readable card of a report without a live page. It is a rendering of ours and says so, large, on its face. */
import type { CardFacts } from './queries.ts';

export function cardHtml(facts: CardFacts): string {
  const rows: readonly (readonly [string, string | null])[] = [
    ['Agency', facts.agency],
    ['Record', facts.recordId],
    ['Received', `${facts.receivedAt} (server clock, UTC)`],
    ['Platform', facts.platform],
    ['Account', facts.account],
    ['Kind', facts.kind],
    ['Action reported', facts.verb],
    ['Author as reported', facts.author ?? 'not recorded'],
    ['Address as reported', facts.address ?? 'none'],
  ];
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Rendering</title><style>
  body{margin:0;font:16px/1.5 sans-serif;color:#1b1b1b;background:#fff;width:900px}
  header{background:#5c1111;color:#fff;padding:20px 32px;font-size:20px;font-weight:bold}
  header small{display:block;font-size:15px;font-weight:normal}
  dl{display:grid;grid-template-columns:200px 1fr;gap:6px 16px;margin:24px 32px}
  dt{font-weight:bold}dd{margin:0;overflow-wrap:anywhere}
  pre{margin:0 32px 32px;padding:16px;border:1px solid #767676;white-space:pre-wrap;overflow-wrap:anywhere;font:inherit}
  </style></head><body><header>RENDERING, NOT A SCREENSHOT<small>Drawn by the archive from what was reported. It does not show that this content was on any page.</small></header>
  <dl>${rows.map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value ?? '')}</dd>`).join('')}</dl>
  <pre>${facts.text === null ? '(no text was reported)' : escapeHtml(facts.text)}</pre></body></html>`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
