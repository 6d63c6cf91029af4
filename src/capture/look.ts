/**
 * What a page shows, over all its frames: its text, the figures that the rules judge, characters without a glyph; and
 * what is done about a layer that asks for consent.
 *
 * Consent is never given. A layer is first hidden, out of our sight and not the page's; when there is nothing below
 * it, a button that refuses by its whole label is pressed, as a visitor may who wants nothing stored. Where there is
 * no such button, and nothing below, the page is a wall. What was done is on record, with a picture from before.
 */
import type { Frames } from './frames.ts';
import type { Consent, PageSight } from './story.ts';
import { consentLayers, refusalAmong, showsNothing } from './rules.ts';

const MOST_GLYPHS = 500;
/** Of all frames together. */
export const MOST_TEXT_CHARS = 5_000_000;

interface PageText {
  readonly text: string;
  /** There was more than is read. */
  readonly cut: boolean;
}

export async function readText(frames: Frames): Promise<PageText> {
  const parts = await frames.askAll<PageText>('text');
  const text = parts
    .map(({ value }) => value.text.trim())
    .filter((part) => part !== '')
    .join('\n\n');
  return {
    text: text.slice(0, MOST_TEXT_CHARS),
    cut: text.length > MOST_TEXT_CHARS || parts.some(({ value }) => value.cut),
  };
}

export async function lookAt(frames: Frames, text: string): Promise<PageSight> {
  const parts = (await frames.askAll<Omit<PageSight, 'text'>>('sight')).map(({ value }) => value);
  const most = (of: (part: Omit<PageSight, 'text'>) => number): number => Math.max(0, ...parts.map(of));
  const sum = (of: (part: Omit<PageSight, 'text'>) => number): number =>
    parts.reduce((total, part) => total + of(part), 0);
  return {
    text,
    title: parts[0]?.title ?? '',
    heading: parts[0]?.heading ?? '',
    largestPicturePx: most((part) => part.largestPicturePx),
    graphics: sum((part) => part.graphics),
    graphicsPx: sum((part) => part.graphicsPx),
    brokenPictures: sum((part) => part.brokenPictures),
    passwordFields: sum((part) => part.passwordFields),
    challenge: parts.some((part) => part.challenge),
    loadingMarks: sum((part) => part.loadingMarks),
    loadingNamed: sum((part) => part.loadingNamed),
    sideways: sum((part) => part.sideways),
    // Shares within a frame are of that frame and not of the page; so are its layers.
    loadingShare: parts[0]?.loadingShare ?? 0,
    blurredShare: parts[0]?.blurredShare ?? 0,
    overlays: parts[0]?.overlays ?? [],
  };
}

export async function readGlyphs(frames: Frames): Promise<{ missing: string[]; looked: number }> {
  const answers = await frames.askAll<{ missing: string[]; looked: number }>('glyphs');
  return {
    missing: [...new Set(answers.flatMap(({ value }) => value.missing))].slice(0, MOST_GLYPHS),
    looked: answers.reduce((sum, { value }) => sum + value.looked, 0),
  };
}

/**
 * Null: no layer asked. `beforehand` takes the picture of the page as it was met; `again` opens the page up anew, once
 * it has been answered.
 */
export async function clearConsent(
  frames: Frames,
  sight: PageSight,
  beforehand: () => Promise<void>,
  again: () => Promise<void>,
): Promise<{ readonly consent: Consent; readonly nothingElse: boolean } | null> {
  const layers = consentLayers(sight.overlays);
  if (layers.length === 0) return null;
  await beforehand();
  const share = Math.max(...layers.map((index) => sight.overlays[index]?.share ?? 0));
  // Read before anything is hidden: a hidden button has no words.
  const refusal = refusalAmong(await frames.askMain<string[]>('buttonsOf', layers));
  await frames.askMain('hideLayers', layers);
  const bare = await isBare(frames);
  if (!bare || refusal === null)
    return { consent: { layers: layers.length, share, done: 'hidden' }, nothingElse: bare };
  const pressed = await frames.askMain<boolean>('press', refusal);
  await again();
  return {
    consent: { layers: layers.length, share, done: pressed ? 'refused' : 'hidden' },
    nothingElse: await isBare(frames),
  };
}

/** Whether nothing is to be seen beside what was hidden. */
async function isBare(frames: Frames): Promise<boolean> {
  const { text } = await readText(frames);
  const sight = await lookAt(frames, text);
  return showsNothing(text.replace(/\s+/g, ' ').trim().length, sight);
}
