/**
 * What the words of a picture that is withheld as a whole are looked for as. Pure.
 *
 * Softer than what stands under a box: all of the picture is withheld, also what the platform writes around a post, and what is released beside it. So what
 * stands in a released text is not looked for, nor words of the platform itself, nor a line of a single ordinary word beside others; and what is
 * found is a place at which a person has to look, not a leak.
 */
import { foldText, openFinder, type Withheld } from './folded.ts';
import { openNearFinder } from './folded-near.ts';

const SHORTEST = 6;
/** A line is looked for from two words on, and a single word where it is one of a name's or of a number's. */
const NAME = /\p{Lu}[\p{L}\p{M}'’-]*(?:\s+\p{Lu}[\p{L}\p{M}'’.-]*)+/gu;
const digitsIn = (word: string): number => word.match(/\p{Nd}/gu)?.length ?? 0;

/** What platforms write themselves, in English and in Spanish. */
const OF_PLATFORMS = new Set(
  `like likes liked reply replies share shares shared comment comments follow following followers see more less all most relevant newest top write public
   edited hide hidden send message messages post posts posted repost reposts quote view views watch home video videos photo photos reels story stories
   author admin ago yesterday today just now hr hrs min mins at am pm on in by of to the a an and or this that your you
   facebook instagram twitter x youtube tiktok linkedin nextdoor threads messenger active search menu log sign up create account
   me gusta gustan responder respuesta respuestas compartir compartido comentar comentario comentarios seguir siguiendo seguidores ver más menos todos
   relevantes recientes escribe público editado ocultar enviar mensaje publicación publicaciones hace ayer hoy ahora mismo el la los las de un una y o en
   jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july august september october november december
   mon tue wed thu fri sat sun monday tuesday wednesday thursday friday saturday sunday`
    .split(/\s+/u)
    .map(foldText),
);
const isOfPlatform = (word: string): boolean => {
  const folded = foldText(word);
  return folded === '' || OF_PLATFORMS.has(folded) || /^\d{1,3}(?:[hdwmys]|hr|min|k|am|pm)?$/.test(folded);
};

/** `lines`: as they were read, with what stands in each. */
export function soughtOf(lines: readonly string[]): readonly string[] {
  const wordsOf = (line: string): readonly string[] =>
    line.split(/\s+/u).filter((one) => foldText(one) !== '');
  const own = lines.filter((line) => wordsOf(line).some((one) => !isOfPlatform(one)));
  const whole = own.join('\n');
  const found = [
    // A single word is looked for where it is all that the picture says.
    ...(lines.flatMap(wordsOf).length === 1 || own.length > 1 ? [whole] : []),
    ...own.filter((line) => wordsOf(line).filter((one) => !isOfPlatform(one)).length > 1),
    ...own
      .flatMap((line) => line.match(NAME) ?? [])
      .filter((name) => wordsOf(name).some((one) => !isOfPlatform(one))),
    ...own.flatMap(wordsOf).filter((word) => digitsIn(word) >= SHORTEST),
  ];
  return [...new Set(found)].filter((text) => foldText(text).length >= SHORTEST);
}

/** Of a picture that is withheld as a whole: words that somebody read in it, and whether it shows a page, of which the most is nobody's post. */
export interface SoftlyWithheld extends Withheld {
  readonly ofPage: boolean;
}

/** Without what stands in these texts, in which letters are those of who wrote them and in the pictures may have been read wrongly. */
export function withoutNear<T extends Withheld>(
  sought: readonly T[],
  texts: readonly string[],
): readonly T[] {
  const near = openNearFinder(sought.map(({ text }, n) => ({ item: `${n}`, text })));
  const known = new Set(texts.flatMap((text) => near(text)));
  return sought.filter((_, n) => !known.has(`${n}`));
}

/** Without what stands in a released text, letter for letter. */
export async function withoutReleased<T extends Withheld>(
  sought: readonly T[],
  texts: AsyncIterable<string>,
): Promise<readonly T[]> {
  if (sought.length === 0) return sought;
  const finder = openFinder(sought.map(({ text }, n) => ({ item: `${n}`, text })));
  const known = new Set<string>();
  for await (const text of texts)
    for (const { item, what } of finder.find(text)) if (what === 'whole') known.add(item);
  return sought.filter((_, n) => !known.has(`${n}`));
}

export function softFinder(
  softly: readonly SoftlyWithheld[],
): (text: string) => readonly { readonly item: string; readonly text: string; readonly ofPage: boolean }[] {
  if (softly.length === 0) return () => [];
  const finder = openFinder(softly.map(({ text }, n) => ({ item: `${n}`, text })));
  return (text) => {
    const found = new Set(finder.find(text).map(({ item }) => item));
    return softly.filter((_, n) => found.has(`${n}`));
  };
}

/** What a withheld picture of a page has in common with more pictures than this is written around posts; those themselves are looked for as texts. */
const MOST_PICTURES = 3;

export function pageWords(
  found: readonly {
    readonly text: string;
    readonly ofPage: boolean;
    readonly picture: string | null;
    readonly file: string;
  }[],
): ReadonlySet<string> {
  const byText = Map.groupBy(
    found.filter(({ ofPage, picture }) => ofPage && picture !== null),
    ({ text }) => text,
  );
  return new Set(
    [...byText].flatMap(([text, all]) =>
      new Set(all.map(({ picture }) => picture)).size > MOST_PICTURES ? [text] : [],
    ),
  );
}
