/**
 * What is left in English on a page that is in Spanish: whole words that are no Spanish ones, in what can be seen or heard. A word
 * that is both ("no", "error", "archive") says nothing and is not looked for.
 */
import type { Visitor } from './visitor.ts';

const ENGLISH = new Set(
  `the of and is are was were be been being it its with from into onto this that these those you your yours not yet to for by
  on in at or if an as but than then there here when where why what which who whose how can cannot could will would should must
  may might have has had having do does did done they them their she we our us my his her
  all any both each every other another others again already also always before after between under over out off up down only
  still now later once one two three first last next more most less many much few some such nothing nobody somebody something
  everything everybody yes
  page pages record records report reports reported removal removals remove removed kept keep keeps sealed seal seals sealing
  archived picture pictures screenshot file files clause clauses account accounts policy policies ground
  grounds agency agencies office offices people person key keys sign signed send sending sent wait waits waiting open opened
  choose chosen choice name named address handle notes time times day days date month year hour minute second
  upload uploads download receipt history live look looked looking found missing held hold lock locked shown show shows hide
  hidden delete deleted edit edited add added put taken take tell told said say says ask asked press button browser
  password role roles moderator custodian officer approver administrator evidence proves copy print words text
  received captured capture reload needs need wrong right left new old same own whole full empty large small`.split(
    /\s+/,
  ),
);

/** Nobody's words of ours: content, codes, moments as the record has them, names of people, what says that it is English. */
const NOT_OURS = [
  'body [lang="en"]',
  'bdi',
  'code',
  '.hf-utc',
  '.hf-who > span',
  'script',
  'style',
  'noscript',
];

const READ = ['aria-label', 'placeholder', 'title', 'alt', 'label', 'data-label'];

/**
 * Each piece of text with English in it, as `words: text`. `content`: selectors of what is somebody's on this page; `within`: of what
 * is looked at, else the whole page with its title.
 */
export async function englishLeft(
  at: Visitor,
  {
    content = [],
    within,
  }: { readonly content?: readonly string[]; readonly within?: readonly string[] } = {},
): Promise<string[]> {
  const seen = (await at.inPage(`{
    const notOurs = ${JSON.stringify([...NOT_OURS, ...content].join(', '))};
    const roots = [...document.querySelectorAll(${JSON.stringify((within ?? ['body']).join(', '))})];
    const isSeen = (element) => (element.closest('select') ?? element).checkVisibility() && element.closest(notOurs) === null;
    const said = ${within === undefined} ? [document.title] : [];
    for (const root of roots) {
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode())
        if (isSeen(node.parentElement)) said.push(node.data);
      for (const element of [root, ...root.querySelectorAll('*')])
        for (const name of ${JSON.stringify(READ)})
          if (element.hasAttribute(name) && isSeen(element)) said.push(element.getAttribute(name));
    }
    said.map((text) => text.replaceAll(/\\s+/g, ' ').trim()).filter((text) => text !== '');
  }`)) as string[];
  // A check that looked at nothing passes.
  if (seen.length === 0) throw new Error('There is nothing to be seen where English was looked for.');
  return seen.flatMap((text) => {
    const words = englishIn(text);
    return words.length === 0 ? [] : [`${words.join(' ')}: ${text}`];
  });
}

/** Addresses, names of files and handles are nobody's language. */
export function englishIn(text: string): string[] {
  return text
    .split(/\s+/)
    .filter((piece) => !/[@/_]|\w[.-]\w/.test(piece))
    .flatMap((piece) => piece.toLowerCase().match(/[\p{L}’']+/gu) ?? [])
    .filter((word) => ENGLISH.has(word) || /^(?:can|don|doesn|isn|won)[’']t$/.test(word));
}
