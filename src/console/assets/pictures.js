/**
 * Pictures that no report names yet. They are read into memory as soon as they are given: a phone may take its access to a
 * chosen file back, and a pasted one has no other home. Very large files stay where they are and are read while sending. Each
 * begins to travel at once (`uploads.js`); what is taken out here is taken back there.
 */
import { byId, make, say, sizeOf } from './dom.js';
import { warningOf } from './findings.js';
import { inUse } from './key.js';
import { beginTransfer, findTransfer, transferOf } from './uploads.js';
import { t } from './words.js';

const READ_AT_ONCE_BYTES = 64 * 1024 ** 2;
const MAX_FILES = 500;
const MAX_FILE_BYTES = 2 * 1024 ** 3;
const MAX_TOTAL_BYTES = 5 * 1024 ** 3;

/** @param {{ changed?: () => void, moved?: () => void }} options `moved`: the archive has something of one that it had not */
export function openPictures({ changed = () => {}, moved = () => {} } = {}) {
  /** @type {{ file: File, item: HTMLElement, showPicture: (address: string) => void, address: string }[]} `file`: of one that was found again only what the archive says of it */
  let held = [];
  let reading = Promise.resolve();
  let frozen = false;
  const list = byId('pictures');
  const said = byId('pictures-said');

  async function add(file) {
    const lacking = held.find(({ file: other }) => transferOf(other)?.state === 'lacking' && other.name === file.name && other.size === file.size);
    const refusal = lacking === undefined ? refusalOf(file) : '';
    if (refusal !== '') return refusal;
    let own = file;
    try {
      if (file.size <= READ_AT_ONCE_BYTES) own = new File([await file.arrayBuffer()], file.name, { type: file.type, lastModified: file.lastModified });
      else await file.slice(0, 1).arrayBuffer();
    } catch {
      return t('“{}” could not be read. Choose it again; a folder cannot be handed in.', file.name);
    }
    const address = URL.createObjectURL(own);
    if (lacking !== undefined) {
      lacking.address = address;
      lacking.showPicture(address);
      await transferOf(lacking.file)?.chosen(own);
      return '';
    }
    const show = hang(own, address);
    beginTransfer(own, show);
    return '';
  }

  function hang(file, address) {
    const { item, showTransfer, showPicture } = itemOf(file, address, () => remove(entry));
    const entry = { file, address, item, showPicture };
    held.push(entry);
    list.append(item);
    return (transfer) => {
      showTransfer(transfer);
      tellLine();
      moved();
    };
  }

  /** Sent from here before the page was left, and not found again (yet). `by`: as whom. @type {(import('./left-off.js').Left & { by: string })[]} */
  let unknown = [];
  const asWhom = () => inUse()?.id ?? '';
  const notFound = () => unknown.filter(({ by }) => by === asWhom());
  let looking = Promise.resolve(0);
  let asking = 0;

  /** Beside whatever is chosen meanwhile. Answers how many of them the archive has no more for a report. */
  async function look() {
    asking += 1;
    const before = looking;
    looking = (async () => {
      await before.catch(() => 0);
      let missing = 0;
      try {
        for (const one of notFound()) {
          const transfer = await findTransfer(one).catch(() => undefined);
          // No answer, or left out, or asked as somebody else meanwhile.
          if (transfer === undefined || !notFound().includes(one)) continue;
          unknown = unknown.filter((other) => other !== one);
          if (transfer === null) missing += 1;
          else transfer.follow(hang(transfer.file, ''));
          show(note);
        }
      } finally {
        asking -= 1;
        moved();
      }
      return missing;
    })();
    return await looking;
  }

  function refusalOf(file) {
    if (held.length >= MAX_FILES) return t('A report holds {} files at most. “{}” was left out; hand it in with a second report.', MAX_FILES, file.name);
    if (file.size > MAX_FILE_BYTES) return t('“{}” is larger than 2 GB and was left out.', file.name);
    if (held.reduce((sum, { file: other }) => sum + other.size, file.size) > MAX_TOTAL_BYTES) return t('“{}” would make this more than 5 GB and was left out; hand it in with a second report.', file.name);
    return '';
  }

  function addAll(files) {
    const given = [...files];
    if (given.length === 0) return;
    if (frozen) {
      say(said, t('It is being sent. Add more pictures when that is done.'));
      return;
    }
    reading = reading.then(async () => {
      const refusals = [];
      for (const file of given) refusals.push(await add(file));
      show(refusals.filter((refusal) => refusal !== '').join(' '));
    });
  }

  function remove(entry) {
    const at = held.indexOf(entry);
    // What waits for its line may still be left out; what the report that is on its way names may not.
    if (at === -1 || transferOf(entry.file)?.held === true) return;
    URL.revokeObjectURL(entry.address);
    entry.item.remove();
    void transferOf(entry.file)?.takeOut();
    held = held.filter((other) => other !== entry);
    moved();
    show(t('“{}” was taken out.', entry.file.name));
    const next = held[Math.min(at, held.length - 1)];
    (next === undefined ? byId('files') : next.item.querySelector('button')).focus();
  }

  /** Said once when the line is gone, and taken back when it is there again; the items say how far each of them is. */
  let lineGone = false;
  let note = '';
  function tellLine() {
    const gone = held.some(({ file }) => transferOf(file)?.state === 'line');
    if (gone !== lineGone) show(note);
  }

  function show(now) {
    note = now;
    lineGone = held.some(({ file }) => transferOf(file)?.state === 'line');
    list.hidden = held.length === 0;
    const total = held.reduce((sum, { file }) => sum + file.size, 0);
    const count = held.length === 0 ? '' : held.length === 1 ? t('1 file, {}.', sizeOf(total)) : t('{} files, {}.', held.length, sizeOf(total));
    const line = lineGone ? t('Waiting for the connection; sending goes on by itself.') : '';
    say(said, [count, note, line].filter((part) => part !== '').join(' '));
    changed();
  }

  byId('files').addEventListener('change', (event) => {
    addAll(event.target.files);
    // So that the same file can be chosen again after it was taken out.
    event.target.value = '';
  });
  document.addEventListener('paste', (event) => {
    const files = event.clipboardData?.files ?? [];
    if (files.length === 0) return;
    // An office program copies words and their picture together; into a text field go the words.
    const intoText = event.target instanceof HTMLTextAreaElement || (event.target instanceof HTMLInputElement && event.target.id !== 'files');
    if (intoText && event.clipboardData.types.includes('text/plain')) return;
    event.preventDefault();
    addAll(files);
  });
  // Anywhere on the page: a picture that misses its place must not replace the page, and the others with it.
  let over = 0;
  const drop = byId('drop');
  const carriesFiles = (event) => event.dataTransfer?.types.includes('Files') ?? false;
  document.addEventListener('dragenter', (event) => {
    if (!carriesFiles(event)) return;
    over += 1;
    drop.classList.add('hf-drop--over');
  });
  document.addEventListener('dragleave', (event) => {
    if (!carriesFiles(event)) return;
    over = Math.max(0, over - 1);
    drop.classList.toggle('hf-drop--over', over > 0);
  });
  document.addEventListener('dragover', (event) => {
    if (carriesFiles(event)) event.preventDefault();
  });
  document.addEventListener('drop', (event) => {
    over = 0;
    drop.classList.remove('hf-drop--over');
    if (!carriesFiles(event)) return;
    event.preventDefault();
    addAll(event.dataTransfer.files);
  });

  return {
    /** After everything that was given is read. */
    files: async () => {
      await reading;
      return held.map(({ file }) => file);
    },
    count: () => held.length,
    /** What was sent from here before. They are told of by `left` from now on. @param {import('./left-off.js').Left[]} left */
    putBack: async (left) => {
      const here = new Set([...unknown, ...leftOf(held.map(({ file }) => file))].map(({ id }) => id));
      unknown.push(...left.filter(({ id }) => !here.has(id)).map((one) => ({ ...one, by: asWhom() })));
      moved();
      return await look();
    },
    lookAgain: look,
    asking: () => asking > 0,
    unknown: () => notFound().length,
    leaveOut: () => {
      unknown = unknown.filter(({ by }) => by !== asWhom());
      moved();
    },
    /** For `left-off.js`. */
    left: () => [...notFound().map(({ id, print }) => ({ id, print })), ...leftOf(held.map(({ file }) => file))],
    /** Taken back from the archive too. */
    takeAllOut: async () => {
      await Promise.all(held.map(async ({ file }) => await transferOf(file)?.takeOut()));
    },
    freeze: (value) => {
      frozen = value;
      byId('files').disabled = value;
    },
    clear: () => {
      for (const { address } of held) URL.revokeObjectURL(address);
      held = [];
      list.replaceChildren();
      show('');
    },
  };
}

/** Of whoever is at work: nobody else finds them. @param {any[]} files @returns {import('./left-off.js').Left[]} */
export const leftOf = (files) =>
  files
    .map((file) => transferOf(file))
    .filter((transfer) => (transfer?.id ?? '') !== '' && transfer.by === inUse()?.id)
    .map(({ id, print }) => ({ id, print }));

/** How far a file is, in few words; nothing where there is nothing to say. */
function wordsOf(transfer) {
  const { state, sent, file, refusal } = transfer;
  const percent = file.size === 0 ? 100 : Math.floor((100 * sent) / file.size);
  if (state === 'there') return t('Sent');
  if (state === 'lacking') return t('{} % is there: choose it again to go on', percent);
  if (state === 'line') return t('{} %, waiting for the connection', percent);
  if (state === 'archive') return t('{} %, the archive can take nothing just now; tried again by itself', percent);
  if (state === 'signed-out') return refusal === null ? t('Waiting until you are signed in') : t('{} %, sign in again to go on', percent);
  if (state === 'refused') return refusal?.message ?? t('Not taken');
  return state === 'sending' ? `${percent} %` : t('Next');
}

function itemOf(file, address, remove) {
  const name = file.name === '' ? t('Picture without a name') : file.name;
  const frame = make('span', { class: 'hf-thumb' });
  const note = make('span', { class: 'hf-small' }, sizeOf(file.size));
  const showPicture = (source) => {
    const picture = make('img', { src: source, alt: '', decoding: 'async' });
    picture.addEventListener('error', () => noPreview(frame, note, file));
    frame.classList.remove('hf-thumb--none');
    frame.replaceChildren(picture);
    note.textContent = sizeOf(file.size);
  };
  if (address === '') noPreview(frame, note, file, true);
  else if (file.type.startsWith('image/')) showPicture(address);
  else noPreview(frame, note, file);
  // A telephone shows its own photos, and the archive does not: said now, while a screenshot is still at hand.
  const warning = warningOf(file);
  const bar = make('progress', { class: 'hf-pictures__bar', max: '100', value: '0', 'aria-label': t('Sending {}', name) });
  const words = make('span', { class: 'hf-small hf-pictures__sent' }, t('Next'));
  const showTransfer = (transfer) => {
    const now = wordsOf(transfer);
    if (words.textContent !== now) words.textContent = now;
    words.classList.toggle('hf-warn', transfer.state === 'refused' || transfer.state === 'lacking');
    bar.value = file.size === 0 ? 100 : Math.floor((100 * transfer.sent) / file.size);
  };
  const button = make('button', { type: 'button', class: 'usa-button usa-button--unstyled', 'aria-label': t('Remove {}', name) }, t('Remove'));
  button.addEventListener('click', remove);
  const item = make('li', {}, frame, make('span', { class: 'hf-pictures__about' }, make('span', { class: 'hf-pictures__name' }, name), note, bar, words, ...(warning === '' ? [] : [make('span', { class: 'hf-small hf-warn' }, warning)]), button));
  return { item, showTransfer, showPicture: (source) => file.type.startsWith('image/') && showPicture(source) };
}

/** HEIC and its like: this browser cannot show it, which says nothing about whether the archive can keep it. */
function noPreview(frame, note, file, isEarlier = false) {
  frame.replaceChildren(/\.([a-z0-9]{1,5})$/i.exec(file.name)?.[1]?.toUpperCase() ?? t('FILE'));
  frame.classList.add('hf-thumb--none');
  if (file.size === 0) note.textContent = t('Empty file');
  else note.textContent = isEarlier ? t('{}. Chosen earlier; no preview here', sizeOf(file.size)) : t('{}. Will be kept; no preview here', sizeOf(file.size));
}
