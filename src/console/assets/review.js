/**
 * Reviewing with keys, with a selection, and with boxes drawn on pictures. Each of them fills in the form as it stands: what is sent is what
 * somebody without scripts would have chosen and typed.
 */
import { actAs, SIGNED_IN } from './api.js';
import { byId, make, say } from './dom.js';
import { lookAt } from './look.js';
import { t } from './words.js';

const form = /** @type {HTMLFormElement} */ (byId('review'));
actAs(/** @type {HTMLInputElement} */ (form.elements.namedItem('as')).value);

// Keys, which whoever needs their letters for something else switches off.
const ANSWERS = { y: 'release', p: 'part', n: 'withhold', x: 'not-responsive' };
const OFF = 'holdfast-review-keys';
const told = document.getElementById('keys');
let keysOn = true;
try {
  keysOn = localStorage.getItem(OFF) !== 'off';
} catch {
  // Then they are on, and are switched off for this page.
}
const toggle = make('button', { type: 'button', class: 'usa-button usa-button--unstyled', 'aria-pressed': String(keysOn) }, t('Keyboard'));
const heard = document.getElementById('heard') ?? make('span', {});
if (told !== null) {
  told.hidden = false;
  told.append(toggle, ' ', make('span', {}, t('y release, p part, n withhold, x does not answer, w withhold what is selected, a let go out what is listed, s the same for those that say exactly this, arrows to the records beside.')));
}
toggle.addEventListener('click', () => {
  keysOn = !keysOn;
  toggle.setAttribute('aria-pressed', String(keysOn));
  try {
    localStorage.setItem(OFF, keysOn ? 'on' : 'off');
  } catch {
    // Said above.
  }
});

document.addEventListener('keydown', (event) => {
  const at = /** @type {HTMLElement} */ (event.target);
  const types = at.closest('textarea, select, input:not([type="radio"]):not([type="checkbox"]), [data-draw] .hf-draw__over') !== null;
  if (!keysOn || types || event.altKey || event.ctrlKey || event.metaKey) return;
  const answer = Object.hasOwn(ANSWERS, event.key) ? document.getElementById(`answer-${ANSWERS[event.key]}`) : null;
  if (answer instanceof HTMLInputElement) {
    event.preventDefault();
    answer.checked = true;
    // Where something goes out that is easily forgotten, it is read first: another key says so.
    const going = event.key === 'y' ? document.querySelector('[data-going="release"] h3') : null;
    (going instanceof HTMLElement ? going : byId('decide')).focus();
    return;
  }
  const twins = event.key === 's' ? document.getElementById('twins') : null;
  if (twins instanceof HTMLInputElement) {
    event.preventDefault();
    twins.checked = !twins.checked;
    twins.focus();
    return;
  }
  const seen = event.key === 'a' ? document.getElementById('acknowledge') : null;
  if (seen !== null && seen.offsetParent !== null) {
    event.preventDefault();
    seen.click();
    return;
  }
  if (event.key === 'w' && told !== null) {
    event.preventDefault();
    withholdSelection();
    return;
  }
  // Between the choices of a group the arrows are the browser's.
  if (at.matches('input[type="radio"]')) return;
  const beside = event.key === 'ArrowLeft' ? 'prev' : event.key === 'ArrowRight' ? 'next' : null;
  const link = beside === null ? null : document.querySelector(`a[rel="${beside}"]`);
  if (link instanceof HTMLAnchorElement) {
    event.preventDefault();
    link.click();
  }
});

/** A passage of one text becomes a mark like those that a pattern found. */
function withholdSelection() {
  const selection = document.getSelection();
  const range = selection !== null && selection.rangeCount > 0 ? selection.getRangeAt(0) : null;
  const home = range === null ? null : elementOf(range.startContainer).closest('[data-text]');
  if (range === null || range.collapsed || home === null || !home.contains(range.endContainer)) {
    say(heard, t('Select a passage of one text first.'));
    return;
  }
  const text = JSON.parse(home.getAttribute('data-text') ?? '""');
  const shown = home.querySelector('bdi') ?? home;
  const places = unitsOf(text);
  const start = places[lengthBefore(shown, range.startContainer, range.startOffset)] ?? 0;
  const end = places[lengthBefore(shown, range.endContainer, range.endOffset)] ?? text.length;
  const id = home.id.replace('text-', '');
  const value = `${start}-${end}`;
  const known = document.getElementById(`s-${id}-${value}`);
  if (known instanceof HTMLInputElement) known.checked = true;
  else
    byId(`spans-${id}`).append(
      make(
        'div',
        { class: 'usa-checkbox' },
        make('input', { class: 'usa-checkbox__input', type: 'checkbox', name: `s-${id}`, id: `s-${id}-${value}`, value, checked: true }),
        make('label', { class: 'usa-checkbox__label', for: `s-${id}-${value}` }, make('bdi', {}, text.slice(start, end)), make('span', { class: 'usa-checkbox__label-description' }, t('Marked by a person.'))),
      ),
    );
  const part = document.getElementById('answer-part');
  if (part instanceof HTMLInputElement) part.checked = true;
  say(heard, t('Marked: {}', text.slice(start, end)));
}

const elementOf = (node) => (node instanceof Element ? node : node.parentElement);

/** HTML makes one line feed of CR LF and of CR: where each unit that is shown stands in the text. */
function unitsOf(text) {
  const places = [];
  for (let at = 0; at < text.length; at += 1) {
    places.push(at);
    if (text[at] === '\r' && text[at + 1] === '\n') at += 1;
  }
  places.push(text.length);
  return places;
}

function lengthBefore(root, node, offset) {
  const range = document.createRange();
  range.setStart(root, 0);
  range.setEnd(node, offset);
  return range.toString().length;
}

// Pictures, each when it is asked for, with boxes over them.
for (const frame of document.querySelectorAll('[data-draw]')) {
  const button = frame.querySelector('[data-show]');
  button?.addEventListener('click', (event) => {
    event.preventDefault();
    void show(/** @type {HTMLElement} */ (frame), button);
  });
}

async function show(frame, button) {
  if (button.getAttribute('aria-disabled') === 'true') return;
  button.setAttribute('aria-disabled', 'true');
  frame.querySelector('.usa-error-message')?.remove();
  const n = frame.dataset.draw;
  try {
    const image = await lookAt(form.dataset.record ?? '', n, SIGNED_IN, t('Picture: file {} of this record', n));
    const boxes = form.elements.namedItem(`b-${n}`);
    button.remove();
    frame.append(image);
    if (boxes instanceof HTMLTextAreaElement) drawOver(frame, /** @type {HTMLImageElement} */ (image), boxes, n);
  } catch (error) {
    frame.append(make('p', { class: 'usa-error-message', role: 'alert' }, error.message));
  } finally {
    button.removeAttribute('aria-disabled');
  }
}

/** Boxes are lines of the field below; here they are seen, and drawn. */
function drawOver(frame, image, boxes, n) {
  const over = make('div', { class: 'hf-draw__over', tabindex: '0', role: 'application', 'aria-label': t('Boxes over file {}: press b for a box, arrows to move it, Shift and arrows to size it, Enter to keep it, Escape to leave it', n) });
  frame.append(over);
  // A preview is smaller than the picture, and as it is seen it may be turned.
  const scale = image.dataset.as === 'preview' ? Math.max(Number(frame.dataset.width), Number(frame.dataset.height)) / Math.max(image.naturalWidth, image.naturalHeight) : 1;
  const whole = { width: Math.round(image.naturalWidth * scale), height: Math.round(image.naturalHeight * scale) };
  /** @type {{ x: number, y: number, width: number, height: number } | null} */
  let drawing = null;

  const place = (box, className) => {
    const element = make('div', { class: className });
    element.style.left = `${(100 * box.x) / whole.width}%`;
    element.style.top = `${(100 * box.y) / whole.height}%`;
    element.style.width = `${(100 * box.width) / whole.width}%`;
    element.style.height = `${(100 * box.height) / whole.height}%`;
    return element;
  };
  const draw = () => {
    const kept = boxes.value.split('\n').flatMap((line) => {
      const [x, y, width, height] = (/^\s*(\d+)[\s,;]+(\d+)[\s,;]+(\d+)[\s,;]+(\d+)\s*$/.exec(line) ?? []).slice(1).map(Number);
      return height === undefined ? [] : [place({ x, y, width, height }, 'hf-draw__box')];
    });
    over.replaceChildren(...kept, ...(drawing === null ? [] : [place(drawing, 'hf-draw__box hf-draw__box--new')]));
  };
  const keep = () => {
    if (drawing !== null && drawing.width > 0 && drawing.height > 0) {
      const line = [drawing.x, drawing.y, drawing.width, drawing.height].join(', ');
      boxes.value = boxes.value.trim() === '' ? line : `${boxes.value.trimEnd()}\n${line}`;
      const part = document.getElementById('answer-part');
      if (part instanceof HTMLInputElement) part.checked = true;
      say(heard, t('A box is over file {}.', n));
    }
    drawing = null;
    draw();
  };
  boxes.addEventListener('input', draw);
  draw();

  const at = (event) => {
    const { left, top, width, height } = over.getBoundingClientRect();
    const within = (value, most) => Math.min(most, Math.max(0, Math.round(value)));
    return { x: within(((event.clientX - left) / width) * whole.width, whole.width), y: within(((event.clientY - top) / height) * whole.height, whole.height) };
  };
  /** @type {{ x: number, y: number } | null} */
  let from = null;
  over.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    from = at(event);
    over.setPointerCapture(event.pointerId);
    over.focus();
    event.preventDefault();
  });
  over.addEventListener('pointermove', (event) => {
    if (from === null) return;
    const to = at(event);
    drawing = { x: Math.min(from.x, to.x), y: Math.min(from.y, to.y), width: Math.abs(to.x - from.x), height: Math.abs(to.y - from.y) };
    draw();
  });
  over.addEventListener('pointerup', () => {
    from = null;
    // A press without a move is none.
    if (drawing !== null && (drawing.width < 3 || drawing.height < 3)) drawing = null;
    keep();
  });
  over.addEventListener('pointercancel', () => {
    from = null;
    drawing = null;
    draw();
  });
  over.addEventListener('keydown', (event) => {
    const step = Math.max(1, Math.round(Math.max(whole.width, whole.height) / 100));
    const [right, down] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
    if (event.key === 'b' && drawing === null) drawing = { x: Math.round(whole.width * 0.4), y: Math.round(whole.height * 0.4), width: Math.max(1, Math.round(whole.width * 0.2)), height: Math.max(1, Math.round(whole.height * 0.2)) };
    else if (drawing === null) return;
    else if (event.key === 'Enter') keep();
    else if (event.key === 'Escape') drawing = null;
    else if (right === 0 && down === 0) return;
    else if (event.shiftKey)
      drawing = { ...drawing, width: Math.min(whole.width - drawing.x, Math.max(1, drawing.width + right * step)), height: Math.min(whole.height - drawing.y, Math.max(1, drawing.height + down * step)) };
    else drawing = { ...drawing, x: Math.min(whole.width - drawing.width, Math.max(0, drawing.x + right * step)), y: Math.min(whole.height - drawing.height, Math.max(0, drawing.y + down * step)) };
    event.preventDefault();
    event.stopPropagation();
    draw();
  });
}
