/** Words that hint at where somebody lives, and at somebody who is not of age. Read out of a text that `suggest.ts` has made plain. */
import { matches, type Looked, type Suggestion } from './suggest.ts';

const STREET =
  /(?<![\w.$#-])\d{1,6}(?:-\d{1,4}|½|[A-Za-z])?(?: (?:1\/2))?(?: (?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\.?)?(?: (?:\d{1,3}(?:st|nd|rd|th)|[A-Z][\p{L}'’.-]{0,24})){1,4} (?:St|Street|Ave|Avenue|Rd|Road|Blvd|Boulevard|Dr|Drive|Ln|Lane|Ct|Court|Cir|Circle|Pl|Place|Ter|Terrace|Trl|Trail|Pkwy|Parkway|Way|Hwy|Highway|Loop|Row|Sq|Square)\b\.?(?: (?:N|S|E|W|NE|NW|SE|SW)\b\.?)?(?:,? (?:Apt|Apartment|Unit|Suite|Ste|#|Lot|Rm|Room)\.? ?#?[\w-]{1,6})?/gu;
const BOX = /\bP\.? ?O\.? Box \d{1,6}\b/gi;

export function* addresses(text: string): Generator<Looked> {
  for (const { index, to } of matches(text, STREET))
    yield {
      kind: 'address',
      from: index,
      to,
      confidence: 'medium',
      why: 'A number, a name and a word for a street.',
    };
  for (const { index, to } of matches(text, BOX))
    yield { kind: 'address', from: index, to, confidence: 'medium', why: 'A post office box.' };
}

const AGE = '(?:1[0-7]|[1-9])';
const WORDED =
  'one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen';
const WHOSE = '(?:my|our|her|his|their|mi|su)';
const CHILD =
  'son|daughter|kid|child|boy|girl|grandson|granddaughter|nephew|niece|brother|sister|baby|toddler|stepson|stepdaughter|hijo|hija|niño|niña|nieto|nieta|sobrino|sobrina';
const MINORS: readonly (readonly [pattern: RegExp, confidence: Suggestion['confidence'], why: string])[] = [
  [
    new RegExp(
      `\\b(?:${WHOSE} )?(?:${CHILD})\\b[^.!?\\d]{0,30}?[,(] ?(?:is |age |aged )?${AGE}\\b(?! ?(?::\\d|[/%$]|am|pm|a\\.m|p\\.m|st\\b|nd\\b|rd\\b|th\\b|o['’]clock|miles|blocks|times))`,
      'giu',
    ),
    'high',
    'A child, and an age below eighteen.',
  ],
  [
    new RegExp(
      `\\b(?:${WHOSE} )?(?:${CHILD})\\b (?:is|turned|turns|was|tiene|cumplió) (?:only |just |about )?(?:${AGE}|${WORDED})\\b(?! ?(?::\\d|[/%$]|am|pm|miles|blocks|times|minutes|hours))`,
      'giu',
    ),
    'high',
    'A child, and an age below eighteen.',
  ],
  [
    new RegExp(`\\b(?:${AGE}|${WORDED})[- ]?(?:years?|yrs?|yr|months?)[- ]?olds?\\b`, 'giu'),
    'high',
    'An age below eighteen.',
  ],
  [new RegExp(`\\b(?:age|aged|ages) ?:? ?${AGE}\\b(?![\\d/%])`, 'giu'), 'high', 'An age below eighteen.'],
  [new RegExp(`\\b${AGE} ?(?:y/?o|yo|años)\\b`, 'giu'), 'high', 'An age below eighteen.'],
  [/\b(?:1[0-2]|[1-9])(?:st|nd|rd|th)[- ]grad(?:e|ers?)\b/giu, 'medium', 'A school grade.'],
  [
    /\b(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth)[- ]grad(?:e|ers?)\b/giu,
    'medium',
    'A school grade.',
  ],
  [/\bgrade (?:1[0-2]|[1-9]|K)\b/giu, 'medium', 'A school grade.'],
  [
    /\b(?:kindergarten(?:er)?s?|preschool(?:er)?s?|pre-?k|middle[- ]schoolers?|high[- ]schoolers?|freshman at|escuela primaria)\b/giu,
    'medium',
    'A word for a child at school.',
  ],
  [
    new RegExp(
      `\\b(?:my|our|her|his|their|mi|su) (?:little |young |oldest |youngest |own )?(?:${CHILD})s?\\b`,
      'giu',
    ),
    'low',
    'Somebody’s child, who may be a minor.',
  ],
  [
    /\b(?:minors?|juveniles?|underage|teen(?:ager)?s?|menor(?:es)? de edad)\b/giu,
    'low',
    'A word for somebody who is not of age.',
  ],
];

export function* minors(text: string): Generator<Looked> {
  for (const [pattern, confidence, why] of MINORS)
    for (const { index, to } of matches(text, pattern))
      yield { kind: 'minor', from: index, to, confidence, why };
}
