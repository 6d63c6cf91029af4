/**
 * What a person may want to withhold, marked for them to decide: numbers and words that look like somebody's, each with how sure that is and why.
 * Pure. Nothing is withheld by being suggested, and nothing is fit to be released because it was not: a name is no pattern.
 *
 * Numbers are read as they are meant: digits of any script, with marks of no width, line breaks and whatever people put between them.
 */
import { digitValue } from './folded.ts';
import { addresses, minors } from './suggest-words.ts';

export type SuggestionKind = 'telephone' | 'email' | 'social-security' | 'card' | 'address' | 'minor';

export interface Suggestion {
  readonly kind: SuggestionKind;
  /** UTF-16 code units, from and up to; never inside of a character that has two. */
  readonly start: number;
  readonly end: number;
  readonly confidence: 'high' | 'medium' | 'low';
  /** A sentence for whoever decides. */
  readonly why: string;
}

/** The text as the patterns read it, and where each of its units stands in the original. */
interface Plain {
  readonly text: string;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

export type Looked = Omit<Suggestion, 'start' | 'end'> & { readonly from: number; readonly to: number };

export function suggest(original: string): Suggestion[] {
  const plain = plainOf(original);
  const found = [emails, cards, socialSecurity, telephones, addresses, minors]
    .flatMap((look) => [...look(plain.text)])
    .sort((a, b) => a.from - b.from || a.to - b.to);
  return onceEach(found).map(({ from, to, kind, confidence, why }): Suggestion => ({
    kind,
    start: plain.starts[from] ?? 0,
    end: plain.ends[to - 1] ?? original.length,
    confidence,
    why,
  }));
}

const SURE = { high: 2, medium: 1, low: 0 } as const;
const NUMBERS: readonly SuggestionKind[] = ['telephone', 'social-security', 'card'];

/** The same digits are suggested once, as what they most likely are. A hint at a child stays beside whatever stands there. */
function onceEach(sorted: readonly Looked[]): Looked[] {
  const longest = sorted.reduce((most, { from, to }) => Math.max(most, to - from), 0);
  return sorted.filter((one, n) => {
    for (let m = n - 1; m >= 0; m -= 1) {
      const other = sorted[m];
      if (other === undefined || other.from + longest <= one.from) break;
      if (isSame(other, one) && better(other, one) >= 0) return false;
    }
    for (let m = n + 1; m < sorted.length; m += 1) {
      const other = sorted[m];
      if (other === undefined || other.from >= one.to) break;
      if (isSame(other, one) && better(other, one) > 0) return false;
    }
    return true;
  });
}

function isSame(other: Looked, one: Looked): boolean {
  const kin = other.kind === one.kind || (NUMBERS.includes(other.kind) && NUMBERS.includes(one.kind));
  return kin && other.from < one.to && one.from < other.to;
}

const better = (other: Looked, one: Looked): number =>
  SURE[other.confidence] - SURE[one.confidence] || other.to - other.from - (one.to - one.from);

/** Digits of every script become 0 to 9, marks of no width are gone, each kind of dash and space becomes one. */
function plainOf(original: string): Plain {
  let text = '';
  const starts: number[] = [];
  const ends: number[] = [];
  for (let at = 0; at < original.length;) {
    const character = String.fromCodePoint(original.codePointAt(at) ?? 0);
    const next = at + character.length;
    const read = plainCharacter(character);
    for (let n = 0; n < read.length; n += 1) {
      starts.push(at);
      ends.push(next);
    }
    text += read;
    at = next;
  }
  return { text, starts, ends };
}

function plainCharacter(character: string): string {
  if (character < '\u0080') return /\s/.test(character) ? ' ' : character;
  if (/\p{Default_Ignorable_Code_Point}/u.test(character)) return '';
  const digit = digitValue(character);
  if (digit !== null) return String(digit);
  if (/\p{Pd}|\u2212/u.test(character)) return '-';
  if (/\p{White_Space}/u.test(character)) return ' ';
  const compatible = character.normalize('NFKC');
  return compatible.length === 1 ? compatible : character;
}

export function* matches(
  text: string,
  pattern: RegExp,
): Generator<RegExpExecArray & { readonly to: number }> {
  for (const match of text.matchAll(pattern))
    yield Object.assign(match, { to: match.index + match[0].length });
}

/** Words within so many letters before a number. */
const before = (text: string, at: number, words: RegExp, letters = 40): boolean =>
  words.test(text.slice(Math.max(0, at - letters), at));
/** After “#” stands the number of an order or a case, unless a word before it says what else it is: SSN#, cell #. */
const isNumbered = (text: string, at: number): boolean => text[at - 1] === '#';
const digitsOf = (text: string): string => text.replace(/\D/g, '');

function* emails(text: string): Generator<Looked> {
  for (const { index, to } of matches(
    text,
    /(?<![\w.+-])[\p{L}\p{N}_.+%'-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.)+\p{L}{2,24}(?![\p{L}\p{N}-])/gu,
  ))
    yield {
      kind: 'email',
      from: index,
      to,
      confidence: 'high',
      why: 'It has the form of an e-mail address.',
    };
  for (const { index, to } of matches(
    text,
    /(?<![\w.+-])[\w.+-]{1,64} ?(?:\[at\]|\(at\)|\{at\}| at ) ?(?:[\w-]{1,63} ?(?:\.|\[dot\]|\(dot\)| dot ) ?)+(?:com|org|net|edu|gov|us|info|example)\b/gi,
  ))
    yield {
      kind: 'email',
      from: index,
      to,
      confidence: 'medium',
      why: 'It reads as an e-mail address that is written out in words.',
    };
}

/** Areas and exchanges of the North American plan begin with 2 to 9, and no area ends in 11. */
const TELEPHONE =
  /(?<![\d.$/-])(?:\+? ?1[ .-]{0,2})?(\(?[2-9]\d{2}\)?)( {0,2}[.\-/ ]? ?)([2-9]\d{2})([.\- ]? ?)(\d{4})(?:( ?(?:x|ext\.?|extension) ?\d{1,6}))?(?![\d])(?!-\d)/gi;
const SEVEN = /(?<![\d.$/-]|\d )([2-9]\d{2})[-.](\d{4})(?!\d|-\d|\.\d)/g;
const CALLED =
  /\b(?:call|phone|tel|telephone|cell|mobile|text|fax|number|ring|contact|llame|llamar|tel[eé]fono|celular)\b[^\d]*$/i;
const INTERNATIONAL = /(?<![\d+])\+ ?(?!1\b)[2-9]\d{0,2}(?:[ .()-]{0,2}\d){6,12}(?!\d)/g;

function* telephones(text: string): Generator<Looked> {
  for (const match of matches(text, TELEPHONE)) {
    const [whole, area = '', apart1 = '', , apart2 = ''] = match;
    if (/[2-9]11\)?$/.test(area)) continue;
    const isApart = apart1 !== '' || apart2 !== '' || area.startsWith('(') || whole.startsWith('+');
    const isCalled = before(text, match.index, CALLED);
    if (isNumbered(text, match.index) && !isCalled) continue;
    if (!isApart && !isCalled)
      yield {
        kind: 'telephone',
        from: match.index,
        to: match.to,
        confidence: 'low',
        why: 'Ten digits in a row that could be a telephone number.',
      };
    else
      yield {
        kind: 'telephone',
        from: match.index,
        to: match.to,
        confidence: 'high',
        why: isCalled
          ? 'A telephone number, after a word that says so.'
          : 'Ten digits, written as a telephone number is.',
      };
  }
  for (const { index, to } of matches(text, SEVEN)) {
    const isCalled = before(text, index, CALLED);
    if (isNumbered(text, index) && !isCalled) continue;
    yield {
      kind: 'telephone',
      from: index,
      to,
      confidence: isCalled ? 'high' : 'low',
      why: 'Seven digits, written as a local telephone number is.',
    };
  }
  for (const { index, to } of matches(text, INTERNATIONAL))
    yield {
      kind: 'telephone',
      from: index,
      to,
      confidence: 'medium',
      why: 'It begins as an international telephone number does.',
    };
}

/** No area 000, 666 or 900 to 999, no group 00, no serial 0000: the Social Security Administration assigns none of them. */
const SOCIAL = /(?<![\d.$/-]|\d[ -])(\d{3})( ?[-. ]? ?)(\d{2})( ?[-. ]? ?)(\d{4})(?![\d]|[-.]\d)/g;
const SOCIAL_CALLED = /\b(?:ssn|ss ?#|social|soc\.? ?sec|social security|seguro social)\b[^\d]*$/i;
/** Numbers that were printed as examples and withdrawn, and of advertisements. */
const SOCIAL_EXAMPLES = /^(?:078051120|219099999|98765432\d)$/;

function* socialSecurity(text: string): Generator<Looked> {
  for (const match of matches(text, SOCIAL)) {
    const [whole, area = '', apart1 = '', group = '', apart2 = '', serial = ''] = match;
    if (area === '000' || area === '666' || area >= '900' || group === '00' || serial === '0000') continue;
    if (SOCIAL_EXAMPLES.test(digitsOf(whole))) continue;
    const isCalled = before(text, match.index, SOCIAL_CALLED);
    if (isNumbered(text, match.index) && !isCalled) continue;
    const isApart = apart1.trim() !== '' && apart1.trim() === apart2.trim();
    const isSpaced = apart1 !== '' && apart2 !== '';
    // Nine digits alone are an order, a case or an account more often than this.
    if (!isCalled && !isApart && !isSpaced) continue;
    yield {
      kind: 'social-security',
      from: match.index,
      to: match.to,
      confidence: isCalled ? 'high' : isApart ? 'medium' : 'low',
      why: isCalled
        ? 'Nine digits that can be a Social Security number, after a word that says so.'
        : 'Nine digits in the groups of a Social Security number, none of which is one that is never assigned.',
    };
  }
}

/** By how numbers begin and how many digits they have; each ends in a digit that makes its sum right (Luhn). */
const ISSUERS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['Visa', /^4(?:\d{12}|\d{15}|\d{18})$/],
  ['Mastercard', /^(?:5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d{2}|7[01]\d|720)\d{12})$/],
  ['American Express', /^3[47]\d{13}$/],
  ['Discover', /^(?:6011\d{12}|65\d{14}|64[4-9]\d{13})$/],
  ['Diners Club', /^3(?:0[0-5]|[689]\d)\d{11}$/],
  ['JCB', /^35(?:2[89]|[3-8]\d)\d{12}$/],
  ['UnionPay', /^62\d{14,17}$/],
];

function* cards(text: string): Generator<Looked> {
  for (const { 0: whole, index, to } of matches(text, /(?<![\d.]|\d-)\d(?:[ .-]{0,3}\d){12,18}(?!\d|-\d)/g)) {
    const digits = digitsOf(whole);
    const issuer = ISSUERS.find(([, pattern]) => pattern.test(digits))?.[0];
    if (issuer === undefined || !isLuhn(digits)) continue;
    yield {
      kind: 'card',
      from: index,
      to,
      confidence: 'high',
      why: `${digits.length} digits that begin as those of ${issuer} and whose check digit is right.`,
    };
  }
}

function isLuhn(digits: string): boolean {
  let sum = 0;
  for (let n = 0; n < digits.length; n += 1) {
    const digit = Number(digits[digits.length - 1 - n]);
    const doubled = n % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
