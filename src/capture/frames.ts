/**
 * All frames of a page, those of other processes included, each with a world of our own in which `in-page.js` runs.
 * A frame that goes, or navigates, takes its world with it; the next question makes a new one. A frame that does
 * not answer costs its own answer only, except for the main one, without which there is no page.
 */
import { readFileSync } from 'node:fs';
import type { CDPSession, Protocol } from 'puppeteer-core';
import type { Traffic } from './traffic.ts';

const SOURCE = `(() => {
${readFileSync(new URL('./in-page.js', import.meta.url), 'utf8').replace(/^export /m, '')}
return verbs;
})()`;
const CHILD_FRAME_MS = 3_000;
const MOST_FRAMES = 100;

export interface FrameAnswer<T> {
  readonly main: boolean;
  readonly value: T;
}

export class Frames {
  readonly #main: CDPSession;
  readonly #sessions: Set<CDPSession>;
  readonly #traffic: Traffic;
  /** Frame and document → the object of verbs in its world. */
  readonly #verbs = new Map<string, string>();
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

  /** Frames of other sites are targets of their own, and may hold further ones. */
  async #attach(session: CDPSession): Promise<void> {
    this.#traffic.watch(session);
    session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      const child = session.connection()?.session(sessionId) ?? null;
      if (child === null || targetInfo.type !== 'iframe') return;
      this.#sessions.add(child);
      this.#attach(child).catch(() => this.#sessions.delete(child));
    });
    session.on('Target.detachedFromTarget', ({ sessionId }) => {
      for (const known of this.#sessions) {
        if (known.id() !== sessionId) continue;
        this.#sessions.delete(known);
        this.#traffic.forget(known);
      }
    });
    await session.send('Page.enable');
    await session.send('Network.enable', { maxTotalBufferSize: 0, maxResourceBufferSize: 0 });
    await session.send('Target.setAutoAttach', {
      autoAttach: true,
      waitForDebuggerOnStart: false,
      flatten: true,
    });
  }

  /** Asks the main frame. Rejects when it cannot answer. */
  async askMain<T>(verb: string, argument?: unknown): Promise<T> {
    const tree = await this.#main.send('Page.getFrameTree');
    return await this.#ask<T>(this.#main, tree.frameTree.frame, verb, argument);
  }

  /** Asks every frame; the main frame's answer comes first. A frame that once kept us waiting is not asked again. */
  async askAll<T>(verb: string, argument?: unknown): Promise<FrameAnswer<T>[]> {
    const answers: FrameAnswer<T>[] = [{ main: true, value: await this.askMain<T>(verb, argument) }];
    const children: { session: CDPSession; frame: Protocol.Page.Frame }[] = [];
    for (const session of this.#sessions) {
      const tree = await inTime(session.send('Page.getFrameTree'));
      if (tree === 'late') this.#silence(session);
      else if (tree !== 'gone')
        for (const frame of flatten(tree.frameTree))
          if (session !== this.#main || frame.parentId !== undefined) children.push({ session, frame });
    }
    for (const { session, frame } of children.slice(0, MOST_FRAMES)) {
      if (!this.#sessions.has(session)) continue;
      const value = await inTime(this.#ask<T>(session, frame, verb, argument));
      if (value === 'late') this.#silence(session);
      else if (value !== 'gone') answers.push({ main: false, value });
    }
    this.#beyond = Math.max(0, children.length - MOST_FRAMES);
    return answers;
  }

  /** Frames that are there and were not read. */
  get unread(): number {
    return this.#silent + this.#beyond;
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
    const key = `${session.id()} ${frame.id} ${frame.loaderId}`;
    for (let attempt = 0; ; attempt += 1)
      try {
        let objectId = this.#verbs.get(key);
        if (objectId === undefined) {
          const { executionContextId } = await session.send('Page.createIsolatedWorld', {
            frameId: frame.id,
            worldName: 'holdfast',
          });
          const made = await session.send('Runtime.evaluate', {
            expression: SOURCE,
            contextId: executionContextId,
          });
          objectId = made.result.objectId;
          if (objectId === undefined) throw new Error('The world of a frame could not be prepared.');
          this.#verbs.set(key, objectId);
        }
        const { result, exceptionDetails } = await session.send('Runtime.callFunctionOn', {
          objectId,
          functionDeclaration: `function (argument) { return this.${verb}(argument); }`,
          arguments: argument === undefined ? [] : [{ value: argument }],
          returnByValue: true,
        });
        if (exceptionDetails !== undefined)
          throw new Error(
            `The page could not be asked (${verb}): ${exceptionDetails.exception?.description?.split('\n')[0] ?? exceptionDetails.text}`,
          );
        return result.value as T;
      } catch (error) {
        this.#verbs.delete(key);
        // Its document was replaced between two questions.
        if (attempt > 0 || !/context|Cannot find|No frame/i.test(String(error))) throw error;
      }
  }
}

function flatten(tree: Protocol.Page.FrameTree): Protocol.Page.Frame[] {
  return [tree.frame, ...(tree.childFrames ?? []).flatMap(flatten)];
}

async function inTime<T>(work: Promise<T>): Promise<T | 'late' | 'gone'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((done) => {
    timer = setTimeout(() => done('late'), CHILD_FRAME_MS);
  });
  const answer = await Promise.race([work.catch(() => 'gone' as const), late]);
  clearTimeout(timer);
  return answer;
}
