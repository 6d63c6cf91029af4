/**
 * Pages in another language. A message is a run of text between two tags, or an attribute that people read, as it stands in our
 * templates: blanks are one blank, and `{}` stands for each value. Its translation names the values by their places: `{1}`, `{2}`.
 * A word or sentence of ours that comes as a value (`ours`) is a message of its own; one that was put together elsewhere, an
 * error's, is found by the message that it was made from. What has no translation stays English; `missing` hears of it, and a test
 * fails. All other values are somebody's words and are never translated.
 */
import { escaped, inEnglish, type Markup, type Part } from './html.ts';

export const LANGUAGES = { en: 'English', es: 'Español' } as const;
export type Language = keyof typeof LANGUAGES;

/** English message → the same in another language. */
export type Messages = Readonly<Record<string, string>>;

/** Attributes that people hear or read; a table on a phone shows `data-label`. */
const READ = /^(\s+(?:aria-label|placeholder|title|alt|label|data-label)=")([^"]*)(")$/;

interface Translation {
  readonly language: Language;
  readonly messages: Messages;
  readonly missing: (message: string) => void;
}

export function inLanguage(
  markup: Markup,
  language: Language,
  messages: Messages,
  missing: (message: string) => void = () => undefined,
): string {
  const into: Translation = { language, messages, missing };
  let out = '';
  let run: Part[] = [];
  /** The tag that is being read, in pieces, since its "<"; null: text. */
  let tag: Part[] | null = null;
  let quoted = false;
  const flush = (): void => {
    out += translated(run, into);
    run = [];
  };
  for (const part of markup.parts) {
    if (typeof part !== 'string') {
      (tag ?? run).push(part);
      continue;
    }
    let from = 0;
    for (let i = 0; i < part.length; i += 1) {
      const c = part[i];
      if (tag === null && c === '<') {
        run.push(part.slice(from, i));
        flush();
        [tag, from, quoted] = [[], i, false];
      } else if (tag !== null && c === '"') quoted = !quoted;
      else if (tag !== null && c === '>' && !quoted) {
        tag.push(part.slice(from, i + 1));
        out += inTag(tag, into);
        [tag, from] = [null, i + 1];
      }
    }
    (tag ?? run).push(part.slice(from));
  }
  flush();
  return out;
}

/** The tag with the attributes that people read translated. */
function inTag(tag: readonly Part[], into: Translation): string {
  const values: Part[] = [];
  // A private mark in the place of each value: no text of ours holds one.
  const marked = tag
    .map((part) => (typeof part === 'string' ? part : `\uE000${values.push(part) - 1}\uE001`))
    .join('');
  const parts = (text: string): Part[] =>
    text.split(/\uE000(\d+)\uE001/).map((piece, i) => (i % 2 === 0 ? piece : (values[Number(piece)] ?? '')));
  return marked
    .split(/(\s+[\w-]+="[^"]*")/)
    .map((piece) => {
      const read = READ.exec(piece);
      if (read === null)
        return parts(piece)
          .map((part) => written(part, into))
          .join('');
      const [, before = '', words = '', after = ''] = read;
      return before + translated(parts(words), into) + after;
    })
    .join('');
}

function written(part: Part, into: Translation): string {
  if (typeof part === 'string' || 'value' in part) return inEnglish(part);
  if ('apart' in part) return translated(part.apart, into);
  if ('per' in part) return escaped(part.per(into.language));
  return escaped(sentenceIn(part.ours, into.messages, into.missing));
}

function translated(run: readonly Part[], into: Translation): string {
  const { messages, missing } = into;
  const whole = (): string => run.map((part) => written(part, into)).join('');
  const values = run.flatMap((part) => (typeof part === 'string' ? [] : [part]));
  const message = unescaped(run.map((part) => (typeof part === 'string' ? part : '{}')).join(''))
    .replaceAll(/\s+/g, ' ')
    .trim();
  // What chose a word of ours from a table must say so (`ours`), or it stays English.
  for (const value of values)
    if ('value' in value && Object.hasOwn(messages, unescaped(value.value))) missing(`value: ${value.value}`);
  if (!/\p{L}/u.test(message.replaceAll('{}', ''))) return whole();
  const found = Object.hasOwn(messages, message) ? messages[message] : undefined;
  if (found === undefined) {
    missing(message);
    return whole();
  }
  const ends = run.map((part) => (typeof part === 'string' ? part : '-')).join('');
  const [blankBefore = ''] = /^\s*/.exec(ends) ?? [];
  const [blankAfter = ''] = /\s*$/.exec(ends) ?? [];
  const words = filled(
    found,
    (place) => {
      const value = values[place - 1];
      return value === undefined ? '' : written(value, into);
    },
    escaped,
  );
  return blankBefore + words + blankAfter;
}

/**
 * A word or sentence of ours, which may have values in it, in another language: by the message that is its very text, else by the one
 * that it was made from. As text, not as markup.
 */
export function sentenceIn(
  sentence: string,
  messages: Messages,
  missing: (message: string) => void = () => undefined,
): string {
  const message = sentence.replaceAll(/\s+/g, ' ').trim();
  if (!/\p{L}/u.test(message)) return sentence;
  const found = Object.hasOwn(messages, message) ? messages[message] : undefined;
  if (found !== undefined) return found;
  // Only a sentence, and none so long that looking for it would cost more than reading it.
  if (message.length <= LONGEST)
    for (const { shape, words } of shapesOf(messages)) {
      const values = shape.exec(message);
      if (values !== null)
        return filled(
          words,
          (place) => values[place] ?? '',
          (text) => text,
        );
    }
  missing(message);
  return sentence;
}

const LONGEST = 4000;

interface Shape {
  readonly shape: RegExp;
  readonly words: string;
  readonly fixed: number;
}

const shapes = new WeakMap<Messages, readonly Shape[]>();

/** The messages that have values in them, as what they look for; those with more words of ours first. */
function shapesOf(messages: Messages): readonly Shape[] {
  const known = shapes.get(messages);
  if (known !== undefined) return known;
  const made = Object.entries(messages)
    .filter(([message]) => isTelling(message))
    .map(([message, words]) => ({
      shape: new RegExp(
        `^${message
          .split('{}')
          .map((text) => RegExp.escape(text))
          .join('(.+?)')}$`,
        'su',
      ),
      words,
      fixed: message.replaceAll('{}', '').length,
    }))
    .toSorted((a, b) => b.fixed - a.fixed);
  shapes.set(messages, made);
  return made;
}

/** `{1}`, `{2}` in their places; the words around them written as `write` writes them. */
function filled(words: string, value: (place: number) => string, write: (text: string) => string): string {
  return words
    .split(/\{(\d+)\}/)
    .map((piece, i) => (i % 2 === 0 ? write(piece) : value(Number(piece))))
    .join('');
}

/** So many words of ours that no other sentence is taken for it: "{} added" would be found in half of them. What is shorter is a template. */
function isTelling(message: string): boolean {
  const ours = message.match(/[\p{L}’]+/gu) ?? [];
  return message.includes('{}') && ours.length >= 3 && ours.join('').length >= 12;
}

const CHARACTERS: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

function unescaped(text: string): string {
  return text.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, (entity) => CHARACTERS[entity] ?? entity);
}

/** The first of ours that a browser asks for (RFC 9110, 12.5.4); English when it asks for none. */
export function languageAsked(acceptLanguage: string): Language {
  const asked = acceptLanguage.split(',').flatMap((range) => {
    const [tag = '', ...parameters] = range.trim().toLowerCase().split(';');
    const weight = parameters.map((one) => /^\s*q=([01](?:\.\d{0,3})?)$/.exec(one)?.[1]).find(Boolean);
    const language = tag.split('-')[0] ?? '';
    return isLanguage(language) ? [{ language, weight: weight === undefined ? 1 : Number(weight) }] : [];
  });
  const [best] = asked.filter(({ weight }) => weight > 0).toSorted((a, b) => b.weight - a.weight);
  return best?.language ?? 'en';
}

export function isLanguage(text: string): text is Language {
  return Object.hasOwn(LANGUAGES, text);
}
