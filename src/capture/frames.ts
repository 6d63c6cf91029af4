/**
 * All frames of a page, those of other processes included, each with a world of our own in which `in-page.js` runs.
 * A frame that goes, or navigates, takes its world with it; the next question makes a new one. A frame that does
 * not answer costs its own answer only, except for the main one, without which there is no page.
 */
import { readFileSync } from 'node:fs';
import type { CDPSession, Protocol } from 'puppeteer-core';
import type { Traffic } from './traffic.ts';

/**
 * An answer is a string of ours, made and measured where the page is: whatever a page puts into it, the message that
 * brings it stays far below what ends a browser (`bounds.ts`). Texts are cut well below it, in `in-page.js`.
 */
const MOST_ANSWER_CHARS = { main: 32_000_000, child: 4_000_000 } as const;
/** The scripts of the pages are modules to the tools of this repository, and one function to a page. */
const SOURCE = `(() => {
${['./in-page.js', './in-page-layout.js', './in-page-glyphs.js']
  .map((name) =>
    readFileSync(new URL(name, import.meta.url), 'utf8')
      .replaceAll(/^export /gm, '')
      .replaceAll(/^import .*$/gm, ''),
  )
  .join('\n')}
const all = { ...verbs, ...layoutVerbs, ...glyphVerbs };
return {
  async ask(verb, ...given) {
    const answer = JSON.stringify(await all[verb](...given)) ?? 'null';
    return answer.length <= (top === window ? ${MOST_ANSWER_CHARS.main} : ${MOST_ANSWER_CHARS.child}) ? answer : null;
  },
};
})()`;
const CHILD_FRAME_MS = 3_000;
const MOST_FRAMES = 100;
/** Frames within frames; a deeper one is not placed on the page. */
const DEEPEST_FRAME = 10;
/** The tree of a page with closed shadow roots comes in one message: so many characters of it are had, and no more. */
const MOST_TREE_CHARS = 20_000_000;
/** A frame is not grown beyond this; one that is as tall as it is asked to be would grow for ever. */
const TALLEST_FRAME_PX = 30_000;

interface FrameAt {
  readonly session: CDPSession;
  readonly frame: Protocol.Page.Frame;
}

export interface FrameAnswer<T> {
  readonly main: boolean;
  readonly at: FrameAt;
  readonly value: T;
}

interface FrameBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly painted: boolean;
}

interface World {
  readonly contextId: number;
  readonly objectId: string;
}

export class Frames {
  readonly #main: CDPSession;
  readonly #sessions: Set<CDPSession>;
  readonly #traffic: Traffic;
  /** Frame and document → its world of ours, and the object of verbs in it. */
  readonly #worlds = new Map<string, World>();
  readonly #tooMuch = new Set<string>();
  #silent = 0;
  #beyond = 0;

  constructor(main: CDPSession, traffic: Traffic) {
    this.#main = main;
    this.#sessions = new Set([main]);
    this.#traffic = traffic;
  }

  async open(): Promise<void> {
    await this.#attach(this.#main);
  }

  /**
   * Frames of other sites are targets of their own, and may hold further ones. Each waits until it is watched: asking
   * later for what is in it would let go of a frame within it that is just coming, whose document then never comes.
   */
  async #attach(session: CDPSession): Promise<void> {
    this.#traffic.watch(session);
    session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      const child = session.connection()?.session(sessionId) ?? null;
      if (child === null) return;
      if (targetInfo.type !== 'iframe') {
        child.send('Runtime.runIfWaitingForDebugger').catch(() => undefined);
        return;
      }
      this.#sessions.add(child);
      this.#attach(child).catch(() => {
        // One that went meanwhile is no longer known; one that is there was not read.
        if (this.#sessions.has(child)) this.#silence(child);
      });
    });
    session.on('Target.detachedFromTarget', ({ sessionId }) => {
      for (const known of this.#sessions) {
        if (known.id() !== sessionId) continue;
        this.#sessions.delete(known);
        this.#traffic.forget(known);
      }
    });
    await Promise.all([
      session.send('Page.enable'),
      session.send('Network.enable', { maxTotalBufferSize: 0, maxResourceBufferSize: 0 }),
      session.send('Target.setAutoAttach', {
        autoAttach: true,
        waitForDebuggerOnStart: true,
        flatten: true,
        filter: [{ type: 'iframe' }],
      }),
      session.send('Runtime.runIfWaitingForDebugger'),
    ]);
  }

  /** Asks the main frame. Rejects when it cannot answer. */
  async askMain<T>(verb: string, argument?: unknown): Promise<T> {
    const tree = await this.#main.send('Page.getFrameTree');
    return await this.#ask<T>(this.#main, tree.frameTree.frame, verb, argument);
  }

  /** Asks every frame; the main frame's answer comes first. A frame that once kept us waiting is not asked again. */
  async askAll<T>(verb: string, argument?: unknown): Promise<FrameAnswer<T>[]> {
    const { main, children } = await this.#all();
    this.#beyond = Math.max(0, children.length - MOST_FRAMES);
    const [first, ...others] = await Promise.all([
      this.#ask<T>(main.session, main.frame, verb, argument),
      ...children
        .slice(0, MOST_FRAMES)
        .map(({ session, frame }) => inTime(this.#ask<T>(session, frame, verb, argument))),
    ]);
    const answers: FrameAnswer<T>[] = [{ main: true, at: main, value: first }];
    for (const [i, value] of others.entries()) {
      const at = children[i];
      if (at === undefined || value === 'gone') continue;
      if (value === 'late') this.#silence(at.session);
      else if (value === 'too-much') this.#tooMuch.add(at.frame.id);
      else answers.push({ main: false, at, value });
    }
    return answers;
  }

  async #all(): Promise<{ readonly main: FrameAt; readonly children: readonly FrameAt[] }> {
    const tree = await this.#main.send('Page.getFrameTree');
    const [frame, ...local] = flatten(tree.frameTree);
    if (frame === undefined) throw new PageError('The page has no frame.');
    const children: FrameAt[] = local.map((each) => ({ session: this.#main, frame: each }));
    const others = [...this.#sessions].filter((session) => session !== this.#main);
    const trees = await Promise.all(others.map((session) => inTime(session.send('Page.getFrameTree'))));
    for (const [i, answer] of trees.entries()) {
      const session = others[i];
      if (session === undefined || answer === 'gone' || answer === 'too-much') continue;
      if (answer === 'late') this.#silence(session);
      else children.push(...flatten(answer.frameTree).map((each) => ({ session, frame: each })));
    }
    return { main: { session: this.#main, frame }, children };
  }

  /** Tells every process that draws the page; one that does not answer is passed over. */
  async tellAll(method: 'Emulation.setScriptExecutionDisabled', value: boolean): Promise<void> {
    await Promise.all([...this.#sessions].map((session) => inTime(session.send(method, { value }))));
  }

  /**
   * Hands closed shadow roots to our own worlds: no script can see them, DevTools can, and a person does. Answers how
   * many there are; null: the tree of the page is too large to be sent.
   */
  async openShadows(): Promise<number | null> {
    let opened = 0;
    const sizes = await this.askAll<number>('treeSize', MOST_TREE_CHARS);
    if (sizes.reduce((sum, { value }) => sum + value, 0) > MOST_TREE_CHARS) return null;
    const { main, children } = await this.#all();
    const at = new Map([main, ...children].map((each) => [each.frame.id, each]));
    for (const session of this.#sessions) {
      const answer = await inTime(session.send('DOM.getDocument', { depth: -1, pierce: true }));
      if (typeof answer === 'string') continue;
      for (const { frameId, backendNodeId } of closedRoots(answer.root, answer.root.frameId ?? null)) {
        const place = at.get(frameId ?? main.frame.id);
        if (place === undefined) continue;
        const handed = await inTime(this.#hand(place, { backendNodeId }, 'adopt'));
        if (typeof handed !== 'string') opened += 1;
      }
      await inTime(session.send('DOM.disable'));
    }
    return opened;
  }

  /** Where the inside of a frame begins on the page, in CSS pixels of the window; null: it is not painted. */
  async offsetOf({ frame }: FrameAt): Promise<{ readonly x: number; readonly y: number } | null> {
    const { main, children } = await this.#all();
    const at = new Map([main, ...children].map((each) => [each.frame.id, each]));
    let x = 0;
    let y = 0;
    let inner = frame;
    for (let depth = 0; inner.id !== main.frame.id; depth += 1) {
      const outer = at.get(inner.parentId ?? main.frame.id);
      if (outer === undefined || depth >= DEEPEST_FRAME) return null;
      const box = await inTime(this.#owner<FrameBox>(outer, inner, 'frameBox'));
      if (typeof box === 'string' || !box.painted) return null;
      x += box.x;
      y += box.y;
      inner = outer.frame;
    }
    return { x, y };
  }

  /** Grows frames to what is in them, the innermost first. Answers how many were too tall for that. */
  async growFrames(): Promise<number> {
    const answers = await this.askAll<number>('contentHeight');
    const { main, children } = await this.#all();
    const at = new Map([main, ...children].map((each) => [each.frame.id, each]));
    let cut = 0;
    for (const { at: place, value: height, main: isMain } of answers.toReversed()) {
      const outer = at.get(place.frame.parentId ?? main.frame.id);
      if (isMain || outer === undefined) continue;
      const box = await inTime(this.#owner<FrameBox>(outer, place.frame, 'frameBox'));
      if (typeof box === 'string' || !box.painted || box.width < 50 || box.height < 20) continue;
      if (height <= box.height + 8) continue;
      if (height > TALLEST_FRAME_PX) cut += 1;
      await inTime(this.#owner(outer, place.frame, 'growFrame', Math.min(height, TALLEST_FRAME_PX)));
    }
    return cut;
  }

  /** Asks the document around a frame about the element that holds it. */
  async #owner<T>(outer: FrameAt, inner: Protocol.Page.Frame, verb: string, argument?: unknown): Promise<T> {
    await outer.session.send('DOM.enable');
    try {
      const { backendNodeId } = await outer.session.send('DOM.getFrameOwner', { frameId: inner.id });
      return await this.#hand<T>(outer, { backendNodeId }, verb, argument);
    } finally {
      await outer.session.send('DOM.disable').catch(() => undefined);
    }
  }

  /** Calls a verb on a node that DevTools knows. */
  async #hand<T>(
    { session, frame }: FrameAt,
    node: { readonly backendNodeId: number },
    verb: string,
    argument?: unknown,
  ): Promise<T> {
    const world = await this.#world(session, frame);
    const { object } = await session.send('DOM.resolveNode', {
      ...node,
      executionContextId: world.contextId,
    });
    const { result, exceptionDetails } = await session.send('Runtime.callFunctionOn', {
      objectId: world.objectId,
      functionDeclaration: `function (node, argument) { return this.ask('${verb}', node, argument); }`,
      arguments: [
        { objectId: object.objectId ?? '' },
        ...(argument === undefined ? [] : [{ value: argument }]),
      ],
      returnByValue: true,
      awaitPromise: true,
    });
    if (exceptionDetails !== undefined)
      throw new PageError(`A node of the page could not be asked (${verb}).`);
    return answerOf(verb, result.value) as T;
  }

  /** Whether frames of other origins lie below a window that ends there: the browser draws those only near the window. */
  async hasOthersBelow(windowPx: number): Promise<boolean> {
    const { main, children } = await this.#all();
    const at = new Map([main, ...children].map((each) => [each.frame.id, each]));
    for (const each of children) {
      const outer = at.get(each.frame.parentId ?? main.frame.id);
      if (each.frame.securityOrigin === main.frame.securityOrigin || outer === undefined) continue;
      const box = await inTime(this.#owner<FrameBox>(outer, each.frame, 'frameBox'));
      if (typeof box === 'string' || !box.painted || box.width < 50 || box.height < 20) continue;
      const offset = await this.offsetOf(each);
      if (offset !== null && offset.y + box.height > windowPx) return true;
    }
    return false;
  }

  /** Frames that are there and were not read. */
  get unread(): number {
    return this.#silent + this.#beyond + this.#tooMuch.size;
  }

  #silence(session: CDPSession): void {
    if (session === this.#main) return;
    this.#sessions.delete(session);
    this.#silent += 1;
  }

  async #ask<T>(
    session: CDPSession,
    frame: Protocol.Page.Frame,
    verb: string,
    argument: unknown,
  ): Promise<T> {
    for (let attempt = 0; ; attempt += 1)
      try {
        const { objectId } = await this.#world(session, frame);
        const { result, exceptionDetails } = await session.send('Runtime.callFunctionOn', {
          objectId,
          functionDeclaration: `function (argument) { return this.ask('${verb}', argument); }`,
          arguments: argument === undefined ? [] : [{ value: argument }],
          returnByValue: true,
          awaitPromise: true,
        });
        if (exceptionDetails !== undefined)
          throw new PageError(
            `The page could not be asked (${verb}): ${exceptionDetails.exception?.description?.split('\n')[0] ?? exceptionDetails.text}`,
          );
        return answerOf(verb, result.value) as T;
      } catch (error) {
        this.#worlds.delete(keyOf(session, frame));
        // Its document was replaced between two questions.
        if (attempt > 0 || !/context|Cannot find|No frame|navigated/i.test(String(error))) throw error;
      }
  }

  async #world(session: CDPSession, frame: Protocol.Page.Frame): Promise<World> {
    const key = keyOf(session, frame);
    const known = this.#worlds.get(key);
    if (known !== undefined) return known;
    const { executionContextId } = await session.send('Page.createIsolatedWorld', {
      frameId: frame.id,
      worldName: 'holdfast',
    });
    const made = await session.send('Runtime.evaluate', {
      expression: SOURCE,
      contextId: executionContextId,
    });
    const objectId = made.result.objectId;
    if (objectId === undefined)
      throw new PageError(
        `The world of a frame could not be prepared: ${made.exceptionDetails?.text ?? ''}.`,
      );
    const world = { contextId: executionContextId, objectId };
    this.#worlds.set(key, world);
    return world;
  }
}

/** The page cannot be asked, or answers what cannot be taken. */
export class PageError extends Error {}

class TooMuch extends PageError {}

function answerOf(verb: string, answer: unknown): unknown {
  if (typeof answer !== 'string') throw new TooMuch(`The page answers too much (${verb}).`);
  return JSON.parse(answer);
}

function keyOf(session: CDPSession, frame: Protocol.Page.Frame): string {
  return `${session.id()} ${frame.id} ${frame.loaderId}`;
}

/** Closed shadow roots of a document and of the documents within it, outer ones first. */
function* closedRoots(
  node: Protocol.DOM.Node,
  frameId: string | null,
): Generator<{ readonly frameId: string | null; readonly backendNodeId: number }> {
  for (const root of node.shadowRoots ?? []) {
    if (root.shadowRootType === 'user-agent') continue;
    if (root.shadowRootType === 'closed') yield { frameId, backendNodeId: root.backendNodeId };
    yield* closedRoots(root, frameId);
  }
  for (const child of node.children ?? []) yield* closedRoots(child, frameId);
  if (node.contentDocument !== undefined) yield* closedRoots(node.contentDocument, node.frameId ?? frameId);
}

function flatten(tree: Protocol.Page.FrameTree): Protocol.Page.Frame[] {
  return [tree.frame, ...(tree.childFrames ?? []).flatMap(flatten)];
}

async function inTime<T>(work: Promise<T>): Promise<T | 'late' | 'gone' | 'too-much'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((done) => {
    timer = setTimeout(() => done('late'), CHILD_FRAME_MS);
  });
  const lost = (error: unknown): 'gone' | 'too-much' => (error instanceof TooMuch ? 'too-much' : 'gone');
  const answer = await Promise.race([work.catch(lost), late]);
  clearTimeout(timer);
  return answer;
}
