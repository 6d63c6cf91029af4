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

/**
 * The visible text is read to here, in characters: what comes to us from a page must have an end. A frame has a
 * smaller part, because there may be many.
 */
const MOST_TEXT = top === window ? 5_000_000 : 500_000;
/** Elements within elements; those that are read are deeper nowhere. */
const DEEPEST = 1000;
/** As DevTools sends it. */
const MOST_NODE_TEXT = 10_000;

/** Closed shadow roots, which no script of a page can see; DevTools handed them to this world. */
const closedRoots = new WeakMap();
export const shadowOf = (element) => element.shadowRoot ?? closedRoots.get(element) ?? null;

/** Children as they are painted: of the shadow root, of the slot, or its own. */
function childrenOf(node) {
  const shadow = shadowOf(node);
  if (shadow) return shadow.childNodes;
  if (node.tagName === 'SLOT') {
    const assigned = node.assignedNodes({ flatten: true });
    return assigned.length > 0 ? assigned : node.childNodes;
  }
  return node.childNodes;
}
export function parentOf(node) {
  const slot = node.assignedSlot;
  if (slot) return slot;
  const parent = node.parentNode;
  return parent instanceof ShadowRoot ? parent.host : parent;
}

/**
 * Visible text in the order of the tree, with the range of each element in it. `onText` is told of each piece with the
 * element that it stands in; nothing is read beyond `most` characters, and `cut` tells that there was more.
 */
export function readText(onText, most = MOST_TEXT) {
  const parts = [];
  const ranges = new Map();
  let length = 0;
  let atLineStart = true;
  let cut = false;
  const add = (given) => {
    if (given === '') return;
    const text = given.slice(0, most - length);
    cut ||= text.length < given.length;
    parts.push(text);
    length += text.length;
    atLineStart = text.endsWith('\n');
  };
  const breakLine = () => {
    if (!atLineStart) add('\n');
  };
  const walk = (node, visible, keepsSpace, depth) => {
    if (cut) return;
    if (depth > DEEPEST) {
      cut = true;
      return;
    }
    if (node.nodeType === Node.TEXT_NODE) {
      if (!visible) return;
      const left = most - length;
      // One letter more than there is room for tells that there are more.
      const data = node.length > left ? node.substringData(0, left + 1) : node.data;
      const text = keepsSpace ? data : data.replace(/[ \t\n\r\f]+/g, ' ');
      cut ||= data.length < node.length && text.length <= left;
      onText?.(text, node);
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
      if (shown && node.width <= 64 && isEmoji(node.alt)) add(node.alt);
    } else if (
      node.tagName === 'TEXTAREA' ||
      (node.tagName === 'INPUT' && /^(text|search|email|url|submit|button)$/.test(node.type))
    ) {
      if (shown) add(node.value || node.placeholder || '');
    } else
      for (const child of childrenOf(node))
        walk(child, shown, /pre|break-spaces/.test(style.whiteSpace), depth + 1);
    ranges.set(node, [start, length]);
    if (block || style.display === 'table-cell') breakLine();
  };
  if (document.body) walk(document.body, getComputedStyle(document.body).visibility === 'visible', false, 0);
  return { text: parts.join(''), ranges, cut };
}

function isEmoji(words) {
  return words.length <= 100 && /\p{Extended_Pictographic}/u.test(words);
}

function normalise(text) {
  return text.normalize('NFC').replace(/\s+/gu, ' ').trim();
}

export function* elementsOf(root) {
  for (const element of root.querySelectorAll('*')) {
    yield element;
    const shadow = shadowOf(element);
    if (shadow) yield* elementsOf(shadow);
  }
}

export function isPainted(element) {
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
      while (top && shadowOf(top)) {
        const inner = shadowOf(top).elementFromPoint(x, y);
        if (!inner || inner === top) break;
        top = inner;
      }
      if (top && (isWithin(top, element) || isWithin(element, top))) return true;
    }
  return false;
}

const DRAWN = new Set(['IMG', 'VIDEO', 'CANVAS', 'svg', 'OBJECT', 'EMBED']);

function isNear(box) {
  return box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
}

/**
 * What is drawn and is no text: pictures, backgrounds that are pictures or runs of colour. A spinner is none, and
 * what moves for ever without a word is one.
 */
function graphics(marks) {
  let count = 0;
  let px = 0;
  let largestPx = 0;
  let broken = 0;
  for (const element of elementsOf(document)) {
    const tag = element.tagName;
    const drawn = DRAWN.has(tag);
    if (!drawn && getComputedStyle(element).backgroundImage === 'none') continue;
    if (!isPainted(element) || [...marks].some((mark) => isWithin(element, mark))) continue;
    if (tag === 'IMG' && !(element.complete && element.naturalWidth > 1)) {
      if (element.complete && element.getAttribute('src')) broken += 1;
      continue;
    }
    const box = element.getBoundingClientRect();
    const area = Math.round(box.width * box.height);
    count += 1;
    px += area;
    // A background lies behind what it is of: only drawn ones are content by themselves.
    if (drawn || getComputedStyle(element).backgroundImage.includes('url('))
      largestPx = Math.max(largestPx, area);
  }
  return { count, px, largestPx, broken };
}

/** How much of the viewport a box takes, from 0 to 1. */
function shareOf(box) {
  const width = Math.min(box.right, innerWidth) - Math.max(box.left, 0);
  const height = Math.min(box.bottom, innerHeight) - Math.max(box.top, 0);
  return width <= 0 || height <= 0
    ? 0
    : Math.round((100 * width * height) / (innerWidth * innerHeight)) / 100;
}

/** Names that authors give to what stands for content that has not come yet. */
const LOADING_NAME =
  /(^|[-_\s])(spinner|skeleton|shimmer|loader|loading|preloader|placeholder-?glow|placeholder-?wave|ghost-?line)([-_\s]|$)/i;

/** Spinners and skeletons that are painted: by what the page says of itself, by name, or by turning for ever without a word. */
function loadingMarks() {
  const marks = new Set();
  const add = (element) => {
    if (!isPainted(element)) return;
    const box = element.getBoundingClientRect();
    if (box.width * box.height < 100) return;
    for (const mark of marks) if (isWithin(element, mark)) return;
    marks.add(element);
  };
  for (const element of document.querySelectorAll(
    '[aria-busy="true"], [role="progressbar"]:not([aria-valuenow]), progress:not([value])',
  ))
    add(element);
  for (const element of document.querySelectorAll('[class]'))
    if (
      LOADING_NAME.test(element.getAttribute('class')) &&
      (element.textContent ?? '').trim().length < 20 &&
      element.querySelector('img, video, canvas') === null
    )
      add(element);
  const named = marks.size;
  for (const animation of document.getAnimations()) {
    const element = animation.effect?.target;
    if (
      element &&
      animation.effect.getComputedTiming().iterations === Infinity &&
      animation.playState === 'running' &&
      (element.textContent ?? '').trim() === '' &&
      !DRAWN.has(element.tagName)
    )
      add(element);
  }
  let share = 0;
  for (const mark of marks) share += shareOf(mark.getBoundingClientRect());
  return { marks, named, count: marks.size, share: Math.min(1, Math.round(share * 100) / 100) };
}

/** Layers over the page, as the last `sight` saw them; rules decide by their words what they are. */
let layers = [];
let target = null;
/** Buttons of the layers that were asked about last. */
let buttons = [];

function isBare(element) {
  return (
    (element.innerText ?? '').trim() === '' &&
    !shadowOf(element) &&
    element.querySelector('img, svg, video, canvas, iframe, input') === null &&
    element.tagName !== 'IFRAME'
  );
}

/** What a layer calls itself, and the frame in it, whose words another document holds. */
function labelOf(element) {
  const parts = [];
  for (const part of [element, ...element.querySelectorAll('iframe, [role="dialog"], [aria-label]')].slice(
    0,
    10,
  ))
    parts.push(
      part.id,
      part.getAttribute('class'),
      part.getAttribute('title'),
      part.getAttribute('aria-label'),
      part.getAttribute('name'),
    );
  return parts
    .filter((part) => part)
    .join(' ')
    .slice(0, 500);
}

/** What was found, for the verbs that draw it. */
export const theTarget = () => target;
/** Hides a layer from the second set of pictures; answers whether it was there. */
export function hideLayer(index) {
  const layer = layers[index];
  if (!layer?.isConnected) return false;
  layer.style.setProperty('display', 'none', 'important');
  return true;
}

const LANDMARKS = new Set(['HTML', 'BODY', 'MAIN', 'NAV', 'HEADER', 'FOOTER', 'ASIDE', 'FORM']);
const LANDMARK_ROLE = /^(main|navigation|banner|contentinfo|complementary|form|search|application|document)$/;
/** A part of the page, and nothing that somebody wrote. */
function isLandmark(element) {
  return LANDMARKS.has(element.tagName) || LANDMARK_ROLE.test(element.getAttribute('role') ?? '');
}

const CONTROLS = new Set(['BUTTON', 'NAV', 'MENU', 'LABEL', 'SELECT', 'SUMMARY', 'INPUT', 'TEXTAREA']);
const CONTROL_ROLE =
  /^(button|link|menu|menubar|menuitem|menuitemradio|menuitemcheckbox|navigation|tab|tablist|toolbar|switch|checkbox|radio|option|listbox|combobox|textbox|tooltip)$/;
/** What is there to be pressed or filled in, or stands in such a thing. */
function isControl(element, linksToo) {
  for (let at = element; at && at.nodeType === Node.ELEMENT_NODE; at = parentOf(at))
    if (
      CONTROLS.has(at.tagName) ||
      CONTROL_ROLE.test(at.getAttribute('role') ?? '') ||
      (linksToo && at.tagName === 'A')
    )
      return true;
  return linksToo && getComputedStyle(element).cursor === 'pointer';
}

/** Of one text that is there once, each element around it has it as its whole text: they are one place, the innermost. */
function placesOf(wanted, { text, ranges }) {
  const hits = [];
  for (const [element, [start, end]] of ranges)
    if (
      end - start >= wanted.length &&
      end - start < 1000 &&
      normalise(text.slice(start, end)) === wanted &&
      isPainted(element)
    )
      hits.push({ element, start, end });
  return hits
    .filter(
      ({ element }) =>
        !hits.some((other) => other.element !== element && isWithin(other.element, element)) &&
        !isControl(element, true),
    )
    .map(({ element }) => element);
}

/** Elements that the address or the report names, best first. Only whole values count: a number may be anything. */
function* namedBy(fragment, ids) {
  const wanted = new Set(ids);
  for (const element of elementsOf(document))
    if (
      fragment !== null &&
      (element.id === fragment || (element.tagName === 'A' && element.name === fragment))
    )
      yield [element, 'address-fragment'];
    else
      for (const { name, value } of element.attributes)
        if (
          (name === 'id' || name === 'name' || /^data-(.*-)?[a-z]*id(-|$)/.test(name)) &&
          wanted.has(value)
        ) {
          yield [element, 'element-id'];
          break;
        }
  // A link to what was reported. A page repeats its own address in many links: what stands there proves nothing.
  const others = ids.filter((id) => !location.href.includes(id));
  if (others.length === 0) return;
  for (const link of document.querySelectorAll('a[href]')) {
    const { pathname, search, hash } = link;
    if (!/^https?:$/.test(link.protocol) || isControl(link, false)) continue;
    const parts = new Set([...pathname.split('/'), ...new URLSearchParams(search).values(), hash.slice(1)]);
    if (others.some((id) => parts.has(id))) yield [link, 'element-id'];
  }
}

const PICTURE_SIDE_PX = 32;
const ITEM_ROLE = /^(article|listitem|comment)$/;
/** Whether it may be something that somebody wrote: it shows a text or picture, is no control, and not all of the page. */
function isContentOf(element, own, whole) {
  if (isControl(element, false)) return false;
  const isItem =
    /^(ARTICLE|LI|BLOCKQUOTE)$/.test(element.tagName) || ITEM_ROLE.test(element.getAttribute('role') ?? '');
  const length = own.trim().length;
  if (!isItem && length > 0.8 * whole.trim().length) return false;
  if (length > 0) return true;
  return [element, ...elementsOf(element)].some((part) => {
    if (!DRAWN.has(part.tagName) || !isPainted(part)) return false;
    if (part.tagName === 'IMG' && !(part.complete && part.naturalWidth > 1)) return false;
    const box = part.getBoundingClientRect();
    return box.width >= PICTURE_SIDE_PX && box.height >= PICTURE_SIDE_PX;
  });
}

export const verbs = {
  adopt(root) {
    closedRoots.set(root.host, root);
  },

  /** Changes while the page is still being built. Text is left out: a clock that ticks is no reason to wait. */
  signature() {
    let undecoded = 0;
    const ready = document.readyState;
    // Until it is loaded nothing else counts.
    for (const image of ready === 'complete' ? document.images : [])
      if (
        !image.complete &&
        isPainted(image) &&
        // One that loads when it is near is not asked for before.
        (image.loading !== 'lazy' || isNear(image.getBoundingClientRect()))
      )
        undecoded += 1;
    return {
      url: location.href.slice(0, 2000),
      ready,
      elements: document.getElementsByTagName('*').length,
      height: document.documentElement?.scrollHeight ?? 0,
      undecoded,
      fonts: document.fonts.status,
    };
  },

  text() {
    const { text, cut } = readText();
    return { text, cut };
  },

  /** How many characters its tree has, about, as DevTools would send it; counted no further than `most`. */
  treeSize(most) {
    let size = 0;
    for (const element of elementsOf(document)) {
      size += 200 + 2 * element.localName.length;
      for (const { name, value } of element.attributes) size += 6 + name.length + value.length;
      for (const child of element.childNodes)
        if (child.nodeType !== Node.ELEMENT_NODE) size += 200 + Math.min(child.length ?? 0, MOST_NODE_TEXT);
      if (size > most) break;
    }
    return size;
  },

  /** Whether there is anything to see yet; a page at rest that shows nothing, or only turns, is given more time. */
  unfinished() {
    const chars = document.body ? readText(undefined, 1000).text.trim().length : 0;
    const marks = loadingMarks();
    const { count, px, largestPx } = graphics(marks.marks);
    return {
      chars,
      graphics: { count, px, largestPx },
      controls: [...document.querySelectorAll('input, textarea, select')].some(isPainted),
      marks: marks.count,
      marksShare: marks.share,
    };
  },

  sight() {
    let passwordFields = 0;
    let blurredShare = 0;
    let sideways = 0;
    let challenge = false;
    const overlays = [];
    layers = [];
    for (const element of elementsOf(document)) {
      const tag = element.tagName;
      if (tag === 'INPUT') {
        if (element.type === 'password' && isPainted(element)) passwordFields += 1;
        continue;
      }
      if (tag === 'IFRAME' || tag === 'FORM')
        challenge ||=
          /captcha|challenge|turnstile/i.test(
            `${element.getAttribute('src') ?? element.getAttribute('action') ?? ''} ${element.id}`,
          ) && isPainted(element);
      const style = getComputedStyle(element);
      const blur = /blur\((\d+(?:\.\d+)?)px\)/.exec(`${style.filter} ${style.backdropFilter}`);
      if (blur !== null && Number(blur[1]) >= 3 && isPainted(element))
        blurredShare = Math.max(blurredShare, shareOf(element.getBoundingClientRect()));
      if (
        element.scrollWidth > element.clientWidth + 40 &&
        /auto|scroll|hidden/.test(style.overflowX) &&
        element !== document.body &&
        element !== document.documentElement &&
        element.clientHeight >= 40 &&
        element.clientWidth >= 100 &&
        isPainted(element) &&
        [...element.children].some(
          (child) =>
            child.getBoundingClientRect().left >= element.getBoundingClientRect().right - 1 &&
            isPainted(child),
        )
      )
        sideways += 1;
      const box = element.getBoundingClientRect();
      const overPage =
        style.position === 'fixed' ||
        tag === 'DIALOG' ||
        element.getAttribute('aria-modal') === 'true' ||
        (style.position === 'absolute' && Number(style.zIndex) >= 10 && shareOf(box) >= 0.5);
      if (overPage && isPainted(element)) {
        const share = shareOf(box);
        if (share > 0 && overlays.length < 20) {
          overlays.push({
            text: (element.innerText ?? '').slice(0, 2000),
            label: labelOf(element),
            share,
            bare: isBare(element),
          });
          layers.push(element);
        }
      }
    }
    const heading = [...document.querySelectorAll('h1, h2, [role="heading"]')].find(isPainted);
    const marks = loadingMarks();
    const drawn = graphics(marks.marks);
    return {
      title: document.title.slice(0, 1000),
      heading: (heading?.innerText ?? '').slice(0, 300),
      largestPicturePx: drawn.largestPx,
      graphics: drawn.count,
      graphicsPx: drawn.px,
      brokenPictures: drawn.broken,
      passwordFields,
      overlays,
      blurredShare,
      sideways,
      challenge,
      loadingMarks: marks.count,
      loadingNamed: marks.named,
      loadingShare: marks.share,
    };
  },

  /** Labels of the buttons of layers. Links and whatever sends a form are none: they lead elsewhere. */
  buttonsOf(indexes) {
    buttons = indexes
      .flatMap((index) => (layers[index] ? [...elementsOf(layers[index])] : []))
      .filter(
        (element) =>
          isPainted(element) &&
          ((element.tagName === 'BUTTON' && (element.type !== 'submit' || element.form === null)) ||
            (element.getAttribute('role') === 'button' && !element.hasAttribute('href'))),
      )
      .slice(0, 500);
    return buttons.map((button) => (button.innerText ?? '').trim().slice(0, 100));
  },
  press(index) {
    const button = buttons[index];
    if (!button?.isConnected) return false;
    button.click();
    return true;
  },

  /**
   * Looks for what was reported. An element found by its id counts only when it shows the reported text, where
   * one was given: what is left of a removed comment often keeps the id. Where none was given, it must be content by
   * all that can be told, because nothing else says that it is what was meant.
   */
  find({ fragment, ids, text, shortTextChars }) {
    const read = readText();
    const wanted = text === null ? null : normalise(text);
    const textOf = (element) => {
      const range = read.ranges.get(element);
      return range ? read.text.slice(range[0], range[1]) : '';
    };
    const take = (element, method) => {
      target = element;
      const index = [...document.querySelectorAll(element.tagName)].indexOf(element);
      return { method, tag: element.tagName.slice(0, 50).toLowerCase(), ordinal: index + 1, withoutText };
    };
    // A few letters occur anywhere: they must be the whole of an element that nobody presses.
    const short = wanted !== null && wanted.length < shortTextChars;
    const places = short ? placesOf(wanted, read) : [];
    const shows = (element) =>
      wanted === null
        ? isContentOf(element, textOf(element), read.text)
        : short
          ? places.some((place) => isWithin(place, element))
          : normalise(textOf(element)).includes(wanted);

    let withoutText = false;
    const named = [...namedBy(fragment, ids)].filter(
      ([element]) => isPainted(element) && !isLandmark(element),
    );
    for (const [element, method] of named) {
      if (shows(element)) return take(element, method);
      withoutText = true;
    }
    if (wanted === null || wanted === '' || !document.body) return { method: null, withoutText };
    if (short)
      return places.length === 1
        ? take(places[0], textOf(places[0]).includes(text) ? 'text-exact' : 'text-normalised')
        : { method: null, withoutText };

    // The smallest element that holds all of it.
    let best = null;
    for (const [element, [start, end]] of read.ranges) {
      if (end - start < (best === null ? wanted.length : 1)) continue;
      if (best !== null && end - start > best.size) continue;
      const slice = read.text.slice(start, end);
      if (!normalise(slice).includes(wanted) || !isPainted(element)) continue;
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
      /** Its middle, as far as it lies within the viewport, for whoever must ask the frame around. */
      x: Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1),
      y: Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1),
      uncovered: isPainted(target) && isUncovered(target),
    };
  },

  scrollTo(y) {
    scrollTo({ top: y, left: 0, behavior: 'instant' });
  },
};
