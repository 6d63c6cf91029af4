/**
 * The words of our scripts in the language of the page. A message is English, with `{}` in the place of each value; its translation
 * names them, `{1}`, `{2}`, and comes as a file (`es.js`) that only a page in that language asks for. What has none stays English.
 */
const LANGUAGE = document.documentElement.lang;
/** Of each call: with a key no cookie goes out, and another tab may have chosen another language since. */
export const inPageLanguage = { 'holdfast-language': LANGUAGE };
/** @type {Record<string, string>} */
const messages = LANGUAGE === 'es' ? (await import('./es.js')).messages : {};

/** For dates and numbers. */
export const LOCALE = LANGUAGE === 'es' ? 'es-US' : 'en-US';

/**
 * @param {string} message a literal: a test reads it out of the script
 * @param {...(string | number)} values
 */
export function t(message, ...values) {
  if (Object.hasOwn(messages, message)) return filled(messages[message], values);
  let i = 0;
  return message.replace(/\{\}/g, () => String(values[i++] ?? ''));
}

/** A sentence that came from the archive in English, with its values in it already. @param {string} sentence */
export function inWords(sentence) {
  if (Object.hasOwn(messages, sentence)) return messages[sentence];
  // Only a sentence, and none so long that looking for it would cost more than reading it.
  if (sentence.length > LONGEST) return sentence;
  for (const { shape, words } of shapes()) {
    const [, ...values] = shape.exec(sentence) ?? [];
    if (values.length > 0) return filled(words, values);
  }
  return sentence;
}

/** As in `language.ts`. */
const LONGEST = 4000;

const filled = (words, values) => words.replace(/\{(\d+)\}/g, (_, place) => String(values[Number(place) - 1] ?? ''));

/** @type {{ shape: RegExp, words: string, fixed: number }[] | null} */
let made = null;

/** The messages that have values in them, as what they look for; those with more words of ours first. */
function shapes() {
  made ??= Object.entries(messages)
    .filter(([message]) => isTelling(message))
    .map(([message, words]) => {
      const pieces = message.split('{}').map((text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
      return { shape: new RegExp(`^${pieces.join('(.+?)')}$`, 'su'), words, fixed: message.length };
    })
    .sort((a, b) => b.fixed - a.fixed);
  return made;
}

/** So many words of ours that no other sentence is taken for it (as in `language.ts`). */
function isTelling(message) {
  const ours = message.match(/[\p{L}’]+/gu) ?? [];
  return message.includes('{}') && ours.length >= 3 && ours.join('').length >= 12;
}
