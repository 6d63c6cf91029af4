/**
 * What was handed in, to be looked at: a wrong picture is noticed here or never. Blurred until it is pressed, because it may
 * be graphic. Only what the archive itself opened as a picture is shown, from the content server, which names its type. Each look
 * is a view in the record's history, so nothing is asked for twice. A preview costs the archive seconds of work: it is made when somebody
 * presses for it, and not because a page is open.
 */
import { byId, make, say, sizeOf } from './dom.js';
import { sentenceOf } from './findings.js';
import { lookAt, NotShown } from './look.js';
import { t } from './words.js';

const PREVIEW = t('What is shown is a preview, made by the archive; the file is kept as it came.');
const MAX_SHOWN = 12;
/** Somebody may have handed in five hundred. */
const MAX_LISTED = 50;

/** @type {Map<number, { note: HTMLElement, frame: HTMLElement, begun: boolean, preview: boolean }>} */
const items = new Map();
let generation = 0;

/** @param {{ recordId: string, session: { key: string }, files: any[], helps: boolean }} options */
export async function showHandedIn({ recordId, session, files, helps }) {
  const mine = generation;
  const handedIn = files.filter(({ origin }) => origin === 'handed-in');
  byId('handed-in').hidden = handedIn.length === 0;
  const listed = handedIn.slice(0, MAX_LISTED);
  for (const file of listed) {
    const item = items.get(file.n) ?? add(file);
    const said = item.preview ? PREVIEW : sentenceOf(file, helps);
    say(item.note, said === '' ? `${sizeOf(file.sizeBytes)}.` : `${sizeOf(file.sizeBytes)}. ${said}`);
  }
  say(byId('handed-in-more'), handedIn.length > listed.length ? t('And {} more, which are kept all the same.', handedIn.length - listed.length) : '');
  const wanted = listed.filter(canBeShown).slice(0, MAX_SHOWN);
  // Also while a picture is still being looked at: it comes in a moment, and nothing should move then.
  byId('handed-in-hint').hidden = wanted.length === 0 && !listed.some(({ picture, mediaType }) => picture === null && mediaType.startsWith('image/'));
  for (const file of listed.filter(({ shown }) => shown === 'preview')) {
    const item = items.get(file.n);
    if (item === undefined || item.begun) continue;
    item.begun = true;
    offer(item, file, { recordId, session });
  }
  // One after the other: a phone has one small line, and the state above comes first.
  for (const file of wanted) {
    const item = items.get(file.n);
    if (mine !== generation) return;
    if (item === undefined || item.begun) continue;
    item.begun = true;
    try {
      const image = await lookAt(recordId, file.n, session.key);
      if (mine !== generation) return;
      picture(item, image, nameOf(file), file.n);
    } catch (error) {
      // Without a preview the name is still there; the state above is what counts. Asked again only where nothing was entered yet.
      item.begun = error instanceof NotShown;
    }
  }
}

/** In place of the picture, until it is pressed; whoever pressed wants to see it, so it is not blurred then. */
function offer(item, file, { recordId, session }) {
  const name = nameOf(file);
  const word = make('span', { class: 'hf-look__word', 'aria-hidden': 'true' }, t('Show'));
  const button = make('button', { type: 'button', class: 'hf-thumb hf-look', 'aria-label': t('Show {}', name) }, word);
  const mine = generation;
  button.addEventListener('click', async () => {
    if (button.getAttribute('aria-disabled') === 'true') return;
    button.setAttribute('aria-disabled', 'true');
    say(item.note, t('The preview is being made. It takes a few seconds.'));
    try {
      const image = await lookAt(recordId, file.n, session.key);
      if (mine !== generation) return;
      const hasFocus = document.activeElement === button;
      const look = picture(item, image, name, file.n);
      look.click();
      if (hasFocus) look.focus();
      item.preview = true;
      say(item.note, `${sizeOf(file.sizeBytes)}. ${PREVIEW}`);
    } catch (error) {
      say(item.note, error.message);
    } finally {
      button.removeAttribute('aria-disabled');
    }
  });
  item.frame.replaceWith(button);
  item.frame = button;
}

/** Another key may not see what this one saw. */
export function forgetHandedIn() {
  generation += 1;
  items.clear();
  byId('handed-in-list').replaceChildren();
  byId('handed-in').hidden = true;
}

const nameOf = ({ originalName }) => originalName ?? t('A file without a name');

/** As it is. The archive decides; what a browser cannot or should not show is offered as a preview. */
const canBeShown = ({ shown }) => shown === 'as-it-is';

function add(file) {
  const name = nameOf(file);
  const frame = make('span', { class: 'hf-thumb', 'aria-hidden': 'true' }, /\.([a-z0-9]{1,5})$/i.exec(name)?.[1]?.toUpperCase() ?? t('FILE'));
  const note = make('span', { class: 'hf-small' });
  byId('handed-in-list').append(make('li', {}, frame, make('span', { class: 'hf-handed__about' }, make('bdi', { class: 'hf-handed__name' }, name), note)));
  const item = { note, frame, begun: false, preview: false };
  items.set(file.n, item);
  return item;
}

function picture(item, image, name, n) {
  const word = make('span', { class: 'hf-look__word', 'aria-hidden': 'true' }, t('Show'));
  const button = make('button', { type: 'button', class: 'hf-thumb hf-look', id: `look-${n}`, 'aria-pressed': 'false', 'aria-label': t('Show {}', name) }, image, word);
  button.addEventListener('click', () => {
    const shown = button.getAttribute('aria-pressed') === 'true';
    button.setAttribute('aria-pressed', String(!shown));
    button.closest('li')?.classList.toggle('hf-handed--shown', !shown);
  });
  item.frame.replaceWith(button);
  return button;
}
