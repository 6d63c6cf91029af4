/**
 * What makes a page fit into pictures: scrolling, growing what scrolls inside itself, stilling what moves, and where
 * a tall picture may be cut. Run beside `in-page.js`, in the same world.
 */
import { elementsOf, hideLayer, isPainted, parentOf, shadowOf, theTarget } from './in-page.js';

/** A part that scrolls inside itself counts from this height on; a smaller one is a control. */
const SMALLEST_SCROLLER_PX = 100;

function* innerScrollers() {
  for (const element of elementsOf(document)) {
    if (element === document.documentElement || element === document.body || element.tagName === 'TEXTAREA')
      continue;
    if (element.scrollHeight <= element.clientHeight + 8 || element.clientHeight < SMALLEST_SCROLLER_PX)
      continue;
    if (/auto|scroll/.test(getComputedStyle(element).overflowY) && isPainted(element)) yield element;
  }
}

/** A page whose body scrolls inside a fixed frame scrolls itself nowhere; the same is done to it as to any scroller. */
function rootsAreClipped() {
  return [document.documentElement, document.body].filter(
    (element) => element && /hidden|clip/.test(getComputedStyle(element).overflowY),
  );
}

function set(element, property, value) {
  element.style.setProperty(property, value, 'important');
}

/** Whatever holds a grown part must hold it still: fixed heights and clipping above it are let go. */
function letGrow(element) {
  for (let at = parentOf(element); at && at !== document; at = parentOf(at)) {
    if (at.nodeType !== Node.ELEMENT_NODE) continue;
    const style = getComputedStyle(at);
    if (style.position === 'fixed') set(at, 'position', 'absolute');
    if (at.scrollHeight <= at.clientHeight + 1) continue;
    set(at, 'height', 'auto');
    set(at, 'max-height', 'none');
    if (style.overflowY !== 'visible') set(at, 'overflow-y', 'visible');
    if (at.scrollHeight > at.clientHeight + 1) set(at, 'min-height', `${at.scrollHeight}px`);
  }
}

function isContent(element) {
  if (/^(IMG|VIDEO|CANVAS|OBJECT|EMBED|IFRAME|INPUT|TEXTAREA|SELECT|BUTTON|svg)$/.test(element.tagName))
    return true;
  if ((element.textContent ?? '').trim() !== '') return true;
  const style = getComputedStyle(element);
  return (
    style.backgroundImage !== 'none' || !/^(transparent|rgba\(0, 0, 0, 0\))$/.test(style.backgroundColor)
  );
}

/** Leaves of what is painted, from top to bottom, as they lie on the page. */
function* boxes() {
  const range = document.createRange();
  for (const element of elementsOf(document)) {
    const leaf = element.childElementCount === 0 && !shadowOf(element);
    if (leaf) {
      // An empty box is a distance, unless it is painted.
      if (element.getClientRects().length > 0 && isContent(element)) yield element.getBoundingClientRect();
      continue;
    }
    for (const child of element.childNodes)
      if (child.nodeType === Node.TEXT_NODE && child.data.trim() !== '') {
        range.selectNode(child);
        yield range.getBoundingClientRect();
      }
  }
}

/** The list that an element stands in: the nearest ancestor or itself that has a neighbour of its own kind. */
function itemOf(element) {
  const mostPx = innerHeight * 2;
  let item = element;
  for (let at = element; at && at !== document.body; at = parentOf(at)) {
    if (at.nodeType !== Node.ELEMENT_NODE) continue;
    if (at.getBoundingClientRect().height > mostPx) break;
    item = at;
    const kind = (other) =>
      other.tagName === at.tagName &&
      (at.classList.length === 0 || [...at.classList].some((name) => other.classList.contains(name)));
    const siblings = [...(at.parentElement?.children ?? [])].filter(
      (other) => other !== at && kind(other) && isPainted(other),
    );
    // Paragraphs of one comment are of one kind too: an item says who it is, or holds more than a line.
    const named =
      at.id !== '' ||
      at.tagName === 'ARTICLE' ||
      at.tagName === 'LI' ||
      at.getAttribute('role') === 'article' ||
      at.getAttribute('role') === 'listitem' ||
      [...at.attributes].some(({ name }) => name.startsWith('data-'));
    if (siblings.length > 0 && (named || at.childElementCount > 1)) return { item: at, siblings };
  }
  return { item, siblings: [] };
}

const union = (a, b) => ({
  left: Math.min(a.left, b.left),
  top: Math.min(a.top, b.top),
  right: Math.max(a.right, b.right),
  bottom: Math.max(a.bottom, b.bottom),
});

/** Words that stood in the window while the page was gone through; a page that takes them away again shows no longer all of itself. */
const passed = new Set();
const MOST_PASSED = 300;

function notePassed() {
  for (let y = 60; y < innerHeight; y += 240) {
    const words =
      document
        .elementFromPoint(innerWidth / 3, y)
        ?.textContent?.trim()
        .slice(0, 60) ?? '';
    if (words.length >= 3 && passed.size < MOST_PASSED) passed.add(words);
  }
}

/** A page that is drawn once a second is not waited for. */
const DRAWN_MS = 100;

export const layoutVerbs = {
  /** Two frames after what was done last: by then whoever watches the window was told, and what it began is seen. */
  drawn: () =>
    new Promise((done) => {
      const late = setTimeout(done, DRAWN_MS);
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          clearTimeout(late);
          setTimeout(done);
        }),
      );
    }),

  /** Goes there and says how far the page reaches. */
  reach(y) {
    notePassed();
    scrollTo({ top: y, left: 0, behavior: 'instant' });
    return {
      height: Math.max(document.documentElement?.scrollHeight ?? 0, document.body?.scrollHeight ?? 0),
      elements: document.getElementsByTagName('*').length,
    };
  },

  /** How much of what was passed is no longer anywhere on the page. */
  vanished() {
    const words = document.body?.textContent ?? '';
    let gone = 0;
    for (const part of passed) if (!words.includes(part)) gone += 1;
    return { gone, of: passed.size };
  },

  scrolled: () => ({ x: scrollX, y: scrollY }),

  /** Scrolls every part that scrolls inside itself by one of its own heights; answers how many had not reached their end. */
  stepInside() {
    let further = 0;
    for (const element of innerScrollers()) {
      const before = element.scrollTop;
      element.scrollTo({ top: before + element.clientHeight, behavior: 'instant' });
      if (element.scrollTop > before + 1) further += 1;
    }
    return further;
  },

  backInside() {
    for (const element of innerScrollers()) element.scrollTo({ top: 0, behavior: 'instant' });
  },

  /** What is skipped because it is far from the window must be drawn for a picture of all of the page. */
  drawAll() {
    for (const element of elementsOf(document))
      if (getComputedStyle(element).contentVisibility === 'auto')
        set(element, 'content-visibility', 'visible');
  },

  /** Grows parts to their content. From the inside out, because an outer one grows with its inner one. */
  grow(mostPx) {
    const clipped = rootsAreClipped();
    const found = [...innerScrollers()].toReversed();
    let cut = 0;
    for (const element of found) {
      const height = Math.min(element.scrollHeight, mostPx);
      if (element.scrollHeight > mostPx) cut += 1;
      const extra = element.offsetHeight - element.clientHeight;
      set(element, 'max-height', 'none');
      set(element, 'min-height', `${height + extra}px`);
      set(element, 'height', `${height + extra}px`);
      set(element, 'flex-shrink', '0');
      element.scrollTo({ top: 0, behavior: 'instant' });
      letGrow(element);
    }
    // Scroll locks of layers, and shells of a screen's height, clip the page itself.
    for (const element of clipped)
      if (element.scrollHeight > element.clientHeight + 1 || found.length > 0) {
        set(element, 'overflow-y', 'visible');
        set(element, 'max-height', 'none');
        if (element.scrollHeight > element.clientHeight + 1) set(element, 'height', 'auto');
      }
    return { grown: found.length, cut };
  },

  contentHeight: () =>
    Math.max(document.documentElement?.scrollHeight ?? 0, document.body?.scrollHeight ?? 0),

  /** A frame is an element of the document around it; both are asked of that one. */
  frameBox(element) {
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    const left = element.clientLeft + parseFloat(style.paddingLeft);
    const top = element.clientTop + parseFloat(style.paddingTop);
    return {
      x: box.left + left,
      y: box.top + top,
      width: element.clientWidth,
      height: element.clientHeight,
      painted: isPainted(element),
    };
  },
  growFrame(element, height) {
    const extra = element.offsetHeight - element.clientHeight;
    set(element, 'height', `${height + extra}px`);
    set(element, 'max-height', 'none');
    set(element, 'min-height', '0');
    letGrow(element);
  },
  /** Whether a person sees a frame there, and not something that lies over it. */
  isFrameAt({ x, y }) {
    let top = document.elementFromPoint(x, y);
    while (top && shadowOf(top)) {
      const inner = shadowOf(top).elementFromPoint(x, y);
      if (!inner || inner === top) break;
      top = inner;
    }
    return top === null || top.tagName === 'IFRAME' || top.tagName === 'FRAME' || top.tagName === 'OBJECT';
  },

  hideLayers(indexes) {
    const hidden = indexes.filter((index) => hideLayer(index)).length;
    // What a layer locks behind itself is let go with it.
    for (const element of [document.documentElement, document.body]) {
      if (!element || hidden === 0) continue;
      if (/hidden|clip/.test(getComputedStyle(element).overflowY)) set(element, 'overflow-y', 'auto');
      if (getComputedStyle(element).position === 'fixed') set(element, 'position', 'static');
    }
    return hidden;
  },

  /** Moves end at their end; what moves for ever stops where it is. Videos and pictures that move stay as they are. */
  still() {
    for (const animation of document.getAnimations())
      try {
        if (animation.effect?.getComputedTiming().endTime === Infinity) animation.pause();
        else animation.finish();
      } catch {
        // One without an end, or of a kind that cannot be moved: it stays.
      }
    for (const drawing of document.querySelectorAll('svg')) drawing.pauseAnimations();
  },

  /** Pictures that are there are decoded now, so that none is painted half. Bounded: a picture may never be. */
  async decode() {
    const all = [...document.images]
      .filter((image) => image.complete && image.naturalWidth > 0)
      .slice(0, 2000);
    await Promise.race([
      Promise.all(all.map((image) => image.decode().catch(() => undefined))),
      new Promise((done) => setTimeout(done, 1500)),
    ]);
  },

  /**
   * What clings to the lower edge of the window would lie over the content of a tall picture: it is moved below the
   * page's end, once, and what sticks is put where it belongs. Answers how much longer the picture is by it.
   */
  unpin() {
    scrollTo({ top: 0, left: 0, behavior: 'instant' });
    const pageHeight = Math.max(document.documentElement.scrollHeight, document.body?.scrollHeight ?? 0);
    if (pageHeight <= innerHeight + 1) return 0;
    let extra = 0;
    for (const element of elementsOf(document)) {
      const style = getComputedStyle(element);
      if (style.position === 'sticky' && style.bottom !== 'auto' && isPainted(element)) {
        set(element, 'position', 'relative');
        set(element, 'inset', 'auto');
        continue;
      }
      if (style.position !== 'fixed' || !isPainted(element)) continue;
      const box = element.getBoundingClientRect();
      const low = box.top >= innerHeight / 2 && box.bottom > innerHeight - 120 && box.top < innerHeight;
      if (!low) continue;
      const before =
        style.translate === 'none' ? [0, 0] : style.translate.split(' ').map((part) => parseFloat(part) || 0);
      set(element, 'transition', 'none');
      set(element, 'translate', `${before[0] ?? 0}px ${(before[1] ?? 0) + pageHeight - box.top}px`);
      extra = Math.max(extra, Math.ceil(box.height));
    }
    return extra;
  },

  /**
   * For pictures of one window after the other: what is fixed is shown in the first of them, or in the last when it
   * clings to the lower edge; what sticks is put where it belongs.
   */
  pin({ first, last }) {
    for (const element of elementsOf(document)) {
      const style = getComputedStyle(element);
      if (style.position === 'sticky') {
        set(element, 'position', 'relative');
        set(element, 'inset', 'auto');
      } else if (style.position === 'fixed') {
        const low = element.getBoundingClientRect().top >= innerHeight / 2;
        set(element, 'visibility', (low ? last : first) ? 'visible' : 'hidden');
      }
    }
  },

  /** Where a picture may be cut: the lowest row in the last part of each tile through which no content runs, or else few. */
  cuts({ height, tallestPx, searchPx, from: begin }) {
    if (height - begin <= tallestPx) return [];
    const crossed = new Uint16Array(height + 1);
    for (const box of boxes()) {
      const from = Math.max(0, Math.floor(box.top + scrollY));
      const to = Math.min(height, Math.ceil(box.bottom + scrollY));
      // Only rows where a cut may fall are looked at later; a very tall box is a background.
      if (to - from > tallestPx) continue;
      for (let y = from + 1; y < to; y += 1) crossed[y] += 1;
    }
    const at = [];
    for (let top = begin; height - top > tallestPx;) {
      let best = top + tallestPx;
      for (let y = best; y > top + tallestPx - searchPx; y -= 1) {
        if (crossed[y] < crossed[best]) best = y;
        if (crossed[best] === 0) break;
      }
      at.push(best);
      top = best;
    }
    return at;
  },

  /**
   * The addressed comment with what stands around it: its neighbours in the list and, of an answer, what it answers.
   * On the page of its own frame, in CSS pixels; less of the context where it would be too tall.
   */
  targetClip({ tallestPx }) {
    const target = theTarget();
    if (target === null || !target.isConnected) return null;
    const { item, siblings } = itemOf(target);
    const own = item.getBoundingClientRect();
    let clip = union(own, target.getBoundingClientRect());
    const context = [];
    const take = (element, name) => {
      const wider = union(clip, element.getBoundingClientRect());
      if (wider.bottom - wider.top > tallestPx) return;
      clip = wider;
      context.push(name);
    };
    const before = siblings
      .filter((other) => item.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_PRECEDING)
      .at(-1);
    const after = siblings.find(
      (other) => item.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING,
    );
    if (before) take(before, 'the one before');
    if (after) take(after, 'the one after');
    const parent = parentOf(item);
    const outer = parent && parent !== document.body ? itemOf(parent) : null;
    if (outer !== null && outer.siblings.length > 0 && outer.item !== item) {
      const box = outer.item.getBoundingClientRect();
      const whole = union(clip, box);
      if (whole.bottom - whole.top <= tallestPx) {
        clip = whole;
        context.push('what it answers, whole');
      } else if (clip.bottom - box.top <= tallestPx) {
        clip = union(clip, { ...clip, top: box.top });
        context.push('what it answers, from its beginning');
      }
    }
    // Without a list around it, it is shown with what lies near it.
    const margin = siblings.length > 0 ? 16 : 200;
    const left = Math.max(0, clip.left + scrollX - margin);
    const top = Math.max(0, clip.top + scrollY - margin);
    return {
      x: Math.floor(left),
      y: Math.floor(top),
      width: Math.ceil(clip.right + scrollX + margin - left),
      height: Math.ceil(clip.bottom + scrollY + margin - top),
      /** The element itself, within the clip or beyond its end. */
      targetBottom: Math.ceil(target.getBoundingClientRect().bottom + scrollY),
      context,
      scrollX,
      scrollY,
    };
  },
};
