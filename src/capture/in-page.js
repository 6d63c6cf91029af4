/**
 * What the capture does inside a page. Read as text and run in an isolated world of each frame, where it sees the
 * page's elements but none of its scripts: a page cannot redefine what is used here. Plain JavaScript, because it
 * never runs in Node; `frames.ts` wraps it into a function that returns `verbs`.
 */
const SKIPPED = new Set([
  'SCRIPT',
  'STYLE',
  'NOSCRIPT',
  'TEMPLATE',
  'HEAD',
  'TITLE',
  'META',
  'LINK',
  'IFRAME',
  'FRAME',
  'OBJECT',
  'EMBED',
  'VIDEO',
  'AUDIO',
  'CANVAS',
  'DATALIST',
  'SELECT',
]);
const INLINE = /^(inline|contents|ruby|none$)/;

/** Children as they are painted: of the open shadow root, of the slot, or its own. */
function childrenOf(node) {
  if (node.shadowRoot) return node.shadowRoot.childNodes;
  if (node.tagName === 'SLOT') {
    const assigned = node.assignedNodes({ flatten: true });
    return assigned.length > 0 ? assigned : node.childNodes;
  }
  return node.childNodes;
}
function parentOf(node) {
  const slot = node.assignedSlot;
  if (slot) return slot;
  const parent = node.parentNode;
  return parent instanceof ShadowRoot ? parent.host : parent;
}

/** Visible text in the order of the tree, with the range of each element in it. */
function readText() {
  const parts = [];
  const ranges = new Map();
  let length = 0;
  let atLineStart = true;
  const add = (text) => {
    if (text === '') return;
    parts.push(text);
    length += text.length;
    atLineStart = text.endsWith('\n');
  };
  const breakLine = () => {
    if (!atLineStart) add('\n');
  };
  const walk = (node, visible, keepsSpace) => {
    if (node.nodeType === Node.TEXT_NODE) {
      if (!visible) return;
      const text = keepsSpace ? node.data : node.data.replace(/[ \t\n\r\f]+/g, ' ');
      add(atLineStart && !keepsSpace ? text.replace(/^ /, '') : text);
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE || SKIPPED.has(node.tagName)) return;
    if (node.tagName === 'BR') {
      add('\n');
      return;
    }
    const style = getComputedStyle(node);
    if (style.display === 'none' || style.opacity === '0' || style.contentVisibility === 'hidden') return;
    // Text for screen readers, clipped to a dot, is not painted.
    const clipped =
      style.position === 'absolute' &&
      style.overflow !== 'visible' &&
      node.offsetWidth <= 1 &&
      node.offsetHeight <= 1;
    if (
      clipped ||
      (node.tagName !== 'SUMMARY' && node.parentElement?.tagName === 'DETAILS' && !node.parentElement.open)
    )
      return;
    const shown = style.visibility === 'visible';
    const block = !INLINE.test(style.display);
    if (block) breakLine();
    const start = length;
    if (node.tagName === 'IMG') {
      // Platforms draw emoji as little pictures; their letters are part of what was written.
      if (shown && node.width <= 64 && /\p{Extended_Pictographic}/u.test(node.alt)) add(node.alt);
    } else if (
      node.tagName === 'TEXTAREA' ||
      (node.tagName === 'INPUT' && /^(text|search|email|url|submit|button)$/.test(node.type))
    ) {
      if (shown) add(node.value || node.placeholder || '');
    } else
      for (const child of childrenOf(node)) walk(child, shown, /pre|break-spaces/.test(style.whiteSpace));
    ranges.set(node, [start, length]);
    if (block || style.display === 'table-cell') breakLine();
  };
  if (document.body) walk(document.body, getComputedStyle(document.body).visibility === 'visible', false);
  return { text: parts.join(''), ranges };
}

function normalise(text) {
  return text.normalize('NFC').replace(/\s+/gu, ' ').trim();
}

function* elementsOf(root) {
  for (const element of root.querySelectorAll('*')) {
    yield element;
    if (element.shadowRoot) yield* elementsOf(element.shadowRoot);
  }
}

function isPainted(element) {
  const box = element.getBoundingClientRect();
  return (
    box.width > 1 &&
    box.height > 1 &&
    element.checkVisibility({
      opacityProperty: true,
      visibilityProperty: true,
      contentVisibilityAuto: true,
    })
  );
}

function isWithin(node, ancestor) {
  for (let at = node; at; at = parentOf(at)) if (at === ancestor) return true;
  return false;
}

/** Whether any of the element's own points is what a person would see there. */
function isUncovered(element) {
  const boxes = [...element.getClientRects()].slice(0, 8);
  for (const box of boxes)
    for (const [across, down] of [
      [0.5, 0.5],
      [0.1, 0.5],
      [0.5, 0.1],
      [0.9, 0.5],
      [0.5, 0.9],
    ]) {
      const x = box.left + box.width * across;
      const y = box.top + box.height * down;
      if (x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) continue;
      let top = document.elementFromPoint(x, y);
      while (top?.shadowRoot) {
        const inner = top.shadowRoot.elementFromPoint(x, y);
        if (!inner || inner === top) break;
        top = inner;
      }
      if (top && (isWithin(top, element) || isWithin(element, top))) return true;
    }
  return false;
}

let target = null;

export const verbs = {
  /** Changes while the page is still being built. Text is left out: a clock that ticks is no reason to wait. */
  signature() {
    let undecoded = 0;
    for (const image of document.images)
      if (
        !image.complete &&
        isPainted(image) &&
        (image.loading !== 'lazy' || image.getBoundingClientRect().top < innerHeight * 2)
      )
        undecoded += 1;
    return {
      ready: document.readyState,
      elements: document.getElementsByTagName('*').length,
      height: document.documentElement?.scrollHeight ?? 0,
      undecoded,
      fonts: document.fonts.status,
    };
  },

  text: () => readText().text,

  sight() {
    let largestPicturePx = 0;
    let brokenPictures = 0;
    let passwordFields = 0;
    const overlays = [];
    const viewportPx = innerWidth * innerHeight;
    for (const element of elementsOf(document)) {
      const tag = element.tagName;
      if (tag === 'INPUT') {
        if (element.type === 'password' && isPainted(element)) passwordFields += 1;
        continue;
      }
      const drawn = tag === 'IMG' || tag === 'VIDEO' || tag === 'CANVAS' || tag === 'svg' || tag === 'OBJECT';
      const style = getComputedStyle(element);
      if ((drawn || style.backgroundImage.includes('url(')) && isPainted(element)) {
        const box = element.getBoundingClientRect();
        const shown = tag !== 'IMG' || (element.complete && element.naturalWidth > 1);
        if (shown) largestPicturePx = Math.max(largestPicturePx, Math.round(box.width * box.height));
        else if (element.complete && element.getAttribute('src')) brokenPictures += 1;
      }
      if (
        (style.position === 'fixed' || tag === 'DIALOG' || element.getAttribute('aria-modal') === 'true') &&
        isPainted(element)
      ) {
        const box = element.getBoundingClientRect();
        const width = Math.min(box.right, innerWidth) - Math.max(box.left, 0);
        const height = Math.min(box.bottom, innerHeight) - Math.max(box.top, 0);
        if (width > 0 && height > 0)
          overlays.push({
            text: (element.innerText ?? '').slice(0, 2000),
            share: Math.round((100 * width * height) / viewportPx) / 100,
          });
      }
    }
    return {
      title: document.title,
      largestPicturePx,
      brokenPictures,
      passwordFields,
      overlays: overlays.slice(0, 20),
    };
  },

  /**
   * Looks for what was reported. An element found by its id counts only when it shows the reported text, where
   * one was given: what is left of a removed comment often keeps the id.
   */
  find({ fragment, ids, text, shortTextChars }) {
    const read = readText();
    const wanted = text === null ? null : normalise(text);
    const textOf = (element) => {
      const range = read.ranges.get(element);
      return range ? read.text.slice(range[0], range[1]) : '';
    };
    const shows = (element) => wanted === null || normalise(textOf(element)).includes(wanted);
    let withoutText = false;
    const take = (element, method) => {
      target = element;
      const index = [...document.querySelectorAll(element.tagName)].indexOf(element);
      return { method, tag: element.tagName.toLowerCase(), ordinal: index + 1, withoutText };
    };

    for (const element of elementsOf(document)) {
      let method = null;
      if (
        fragment !== null &&
        (element.id === fragment || (element.tagName === 'A' && element.name === fragment))
      )
        method = 'address-fragment';
      else
        for (const id of ids)
          for (const { name, value } of element.attributes)
            if (
              (name === 'id' || name === 'name' || name.startsWith('data-')) &&
              (value === id ||
                (name === 'id' &&
                  value.length > id.length &&
                  value.endsWith(id) &&
                  /[-_:.]/.test(value.at(-id.length - 1))))
            )
              method ??= 'element-id';
      if (method === null || !isPainted(element)) continue;
      if (shows(element)) return take(element, method);
      withoutText = true;
    }
    if (wanted === null || wanted === '' || !document.body) return { method: null, withoutText };

    // The smallest element that holds all of it. A few letters occur anywhere: then it must be the whole of an element.
    const whole = wanted.length < shortTextChars;
    let best = null;
    for (const [element, [start, end]] of read.ranges) {
      if (end - start < (best === null ? wanted.length : 1)) continue;
      if (best !== null && end - start > best.size) continue;
      const slice = read.text.slice(start, end);
      const plain = normalise(slice);
      if (!(whole ? plain === wanted : plain.includes(wanted)) || !isPainted(element)) continue;
      best = { element, size: end - start, exact: slice.includes(text) };
    }
    return best === null
      ? { method: null, withoutText }
      : take(best.element, best.exact ? 'text-exact' : 'text-normalised');
  },

  showTarget() {
    target?.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' });
  },

  targetPlace() {
    if (target === null || !target.isConnected) return null;
    const box = target.getBoundingClientRect();
    return {
      top: Math.round(box.top + scrollY),
      height: Math.round(box.height),
      uncovered: isPainted(target) && isUncovered(target),
    };
  },

  scrollTo(y) {
    scrollTo({ top: y, left: 0, behavior: 'instant' });
  },
};
