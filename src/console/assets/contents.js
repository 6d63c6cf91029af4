/**
 * What is in the record, for whoever may read it: the files that were handed in, and the clause. The receipt says neither, for
 * it is read by programs that may not see content. Each reading is a view in the history: hence no oftener than there is news.
 */
import { read } from './api.js';
import { forgetHandedIn, showHandedIn } from './handed-in.js';

/** The look at a picture ends a moment after the seal, or before it, and nothing else tells of it. */
const UNCHECKED_MS = 1500;
const TRIES = 6;

/** @param {{ recordId: string, session: { key: string, me: any }, onRecord: (record: any) => Promise<void>, onKnown: () => void }} options `onKnown`: all is there that will come, or it will not. */
export function openContents({ recordId, session, onRecord, onKnown }) {
  let record = null;
  let receipt = null;
  let reading = false;
  let owed = false;
  let tries = 0;
  let news = '';
  /** How many facts are known here already, sealed or not. */
  let factsKnown = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  async function load() {
    clearTimeout(timer);
    owed = true;
    if (reading) return;
    reading = true;
    while (owed) {
      owed = false;
      const { key } = session;
      const found = await read(`/v1/records/${recordId}`, { key }).catch(() => null);
      if (key !== session.key) continue;
      if (found !== null) record = found;
      await show();
      onKnown();
      const unchecked = record === null || record.artifacts.some(isUnchecked);
      if (!unchecked || tries >= TRIES) continue;
      timer = setTimeout(() => void load(), UNCHECKED_MS * 2 ** tries);
      tries += 1;
    }
    reading = false;
  }

  async function show() {
    if (record === null || receipt === null) return;
    void showHandedIn({ recordId, session, files: record.artifacts, helps: receipt.safeToRemove !== true });
    await onRecord(record);
  }

  return {
    look(next) {
      const first = receipt === null;
      receipt = next;
      // A key of a program reads receipts and no content.
      if (session.me.role === 'intake') return onKnown();
      const before = news;
      news = `${next.seals.length} ${next.missing.map(({ code }) => code).join(' ')}`;
      const sealedFacts = next.seals.filter(({ role }) => role === 'raw-payload').length;
      const unchecked = record !== null && record.artifacts.some(isUnchecked) && news !== before;
      if (unchecked) tries = 0;
      const added = record !== null && sealedFacts > Math.max(factsKnown, record.facts.length);
      if (added) factsKnown = sealedFacts;
      if (first || unchecked || added) void load();
      else void show();
    },
    /** Something was added from here. */
    again() {
      tries = 0;
      if (receipt !== null && session.me.role !== 'intake') void load();
    },
    forget() {
      clearTimeout(timer);
      record = null;
      receipt = null;
      tries = 0;
      news = '';
      factsKnown = 0;
      forgetHandedIn();
    },
  };
}

function isUnchecked({ origin, mediaType, picture }) {
  return origin === 'handed-in' && picture === null && mediaType.startsWith('image/');
}
