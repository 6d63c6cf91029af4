/** What a page of the town is: how it answers, and, by machine, what a capture of it must show. */
import type { IncomingHttpHeaders } from 'node:http';
import type { CaptureOutcome } from '#capture/capture.ts';
import { strip } from './marks.ts';
import type { Mark } from './marks.ts';

export interface Origins {
  readonly town: string;
  /** Another port of the same address: the same site, another origin. */
  readonly sibling: string;
  /** Sites of their own. */
  readonly other: string;
  readonly third: string;
}

export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly origins: Origins;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Infinity: it is never answered. */
  readonly delayMs?: number;
  readonly manner?: 'chunked' | 'until-close' | 'trickling-head';
  /** After the body the answer stays open and goes on for ever. */
  readonly goesOn?: { readonly everyMs: number; readonly part: (i: number) => string };
  /** The connection ends before the answer does. */
  readonly breaksOff?: boolean;
}

export interface Expected {
  /** Any of these is right. */
  readonly outcome: readonly CaptureOutcome[];
  /** Each is seen once, whole, in the full-page picture. */
  readonly shown: readonly Mark[];
  /** Of each group one at least is seen. */
  readonly oneOf?: readonly (readonly Mark[])[];
  /** Never painted on a screen. */
  readonly never?: readonly Mark[];
  /** Where `shown` is not all there, `missing` must say so in words like these. Absent: nothing excuses it. */
  readonly excuse?: RegExp;
  /** Where `captured` and `partial` are both right: the only things that a partial capture may name. */
  readonly allows?: RegExp;
  /** `missing` must hold a line like each of these. */
  readonly missing?: readonly RegExp[];
  /** The page's text holds these. */
  readonly texts?: readonly string[];
  readonly notTexts?: readonly string[];
  /** Below these marks lies a row of characters, each in a square of its own. */
  readonly glyphs?: readonly {
    readonly below: Mark;
    readonly characters: readonly string[];
    readonly coloured: boolean;
  }[];
  /** Characters that no font has. */
  readonly missingGlyphs?: readonly string[];
  /** What was reported, and the mark that the element's own picture must show with it. */
  readonly target?: { readonly text: string | null; readonly id: string | null; readonly mark: Mark | null };
  readonly heightPx?: readonly [number, number];
  readonly widthPx?: readonly [number, number];
  /** Path of the last page, when it is another one. */
  readonly finalPath?: string;
  /** Status of each step on the way. */
  readonly way?: readonly number[];
  readonly incidents?: Readonly<Record<string, number>>;
  readonly deadlineMs?: number;
  /** No page may take longer than what it itself needs; generous, because the machine is shared. */
  readonly withinMs?: number;
}

export interface SitePage {
  /** Also the first part of its path. */
  readonly name: string;
  /** Behind the name's slash: a query or a fragment. */
  readonly entry?: string;
  /** Instead of a path of the town. */
  readonly address?: string;
  readonly routes: Readonly<Record<string, (asked: Asked) => Answer | Promise<Answer>>>;
  /** What a WebSocket at this path says first. */
  readonly sockets?: Readonly<Record<string, string>>;
  readonly expected: Expected;
}

const STYLE = `body{margin:0;font:16px/1.5 sans-serif;color:#222;background:#fff}
header.top{background:#162e51;color:#fff;padding:16px 32px}
main{width:900px;margin:24px auto}
p{margin:8px 0}`;

export function html(title: string, body: string, head = ''): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title><style>${STYLE}</style>${head}</head>
<body>${body}</body></html>
`;
}

export function script(body: string, headers: Record<string, string> = {}): Answer {
  return { body, headers: { 'content-type': 'text/javascript; charset=utf-8', ...headers } };
}

export function json(value: unknown): Answer {
  return { body: JSON.stringify(value), headers: { 'content-type': 'application/json' } };
}

export function file(mediaType: string, body: string | Uint8Array): Answer {
  return { body, headers: { 'content-type': mediaType } };
}

/** A heading, a sentence that is found again in the text, and the marks one below the other. */
export function section(title: string, sentence: string, marks: readonly Mark[], more = ''): string {
  return `<section><h2>${title}</h2><p>${sentence}</p>${marks.map((mark) => strip(mark, 'margin:12px 0')).join('')}${more}</section>`;
}

const SENTENCES = [
  'The bus stop at the old mill has no light in the evening.',
  'Thank you for clearing the path along the creek so soon.',
  'Will the library open on Sundays again this winter?',
  'The third lamp from the bridge has been out since August.',
  'I measured the noise at the depot and wrote the figures down.',
  'Nobody answered my letter about the crossing at the school.',
  'The new benches in the park are a joy for all of us.',
  'Please say when the water will be turned off on Cedar Lane.',
] as const;

/** Words that nobody said. */
export function words(i: number): string {
  return `${SENTENCES[i % SENTENCES.length]} ${SENTENCES[(i * 5 + 3) % SENTENCES.length]} (No. ${i})`;
}
