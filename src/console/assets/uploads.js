/**
 * Files on their way to the archive before their report is sent, each by itself (tus 1.0). A line that breaks is waited for, and
 * the file goes on where the archive's disk ends; nothing has to be pressed for that. What came to nothing is begun anew out
 * of the page, which still holds the file.
 */
import { keyHeader, Refused, Unreachable } from './api.js';
import { inUse } from './key.js';
import { printOf } from './left-off.js';
import { t } from './words.js';

/** So much in one request: a network that holds requests back until they are whole shows progress all the same. */
const PIECE_BYTES = 8 * 1024 ** 2;
const AT_ONCE = 3;
/** A line on which nothing moves for so long is dead; going on with another one costs nothing that was there. */
const STALLED_MS = 20_000;
const ANSWER_MS = 120_000;
const PAUSES_MS = [500, 1000, 2000, 4000, 8000, 15_000];
/** The archive says "not now", or that another line of ours still holds the file. */
const NOT_NOW = [408, 409, 423, 500, 502, 503, 504, 507];

/** @typedef {'queued' | 'sending' | 'line' | 'archive' | 'signed-out' | 'refused' | 'there' | 'lacking' | 'gone'} State `lacking`: its beginning is there, and the page has not got the rest */

const transfers = new WeakMap();
const wakers = new Set();
const queue = [];
let running = 0;

/** The line may be back, or somebody signed in: whoever waits tries at once. */
function wake() {
  for (const one of wakers) one();
}
for (const type of ['online', 'holdfast-known']) window.addEventListener(type, wake);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) wake();
});

async function pause(ms) {
  await new Promise((resolve) => {
    const over = () => {
      clearTimeout(timer);
      wakers.delete(over);
      resolve(undefined);
    };
    const timer = setTimeout(over, ms);
    wakers.add(over);
  });
}

function next() {
  while (running < AT_ONCE && queue.length > 0) {
    running += 1;
    void queue.shift()().finally(() => {
      running -= 1;
      next();
    });
  }
}

/**
 * One that was begun before this page was opened; null: the archive has it no more, or a report has it.
 * @param {import('./left-off.js').Left} left
 * @returns {Promise<Transfer | null>} who shows it says to whom it tells what is new (`follow`)
 */
export async function findTransfer({ id, print }) {
  const address = `/v1/uploads/${id}`;
  for (let tries = 0; ; tries += 1) {
    try {
      const answer = await send('HEAD', address, { keep: () => {} });
      const said = metadataIn(answer.getResponseHeader('upload-metadata') ?? '');
      const file = { name: said.get('filename') ?? '', type: said.get('filetype') ?? '', size: Number(answer.getResponseHeader('upload-length')) };
      const transfer = new Transfer(file, () => {});
      transfer.found(address, offsetIn(answer), print);
      transfers.set(file, transfer);
      return transfer;
    } catch (error) {
      if (error instanceof Refused && error.status === 404) return null;
      if (tries === 2) throw error;
      await pause(PAUSES_MS[tries]);
    }
  }
}

/** @param {File} file @param {(transfer: Transfer) => void} tell called whenever something about it is new */
export function beginTransfer(file, tell) {
  const transfer = new Transfer(file, tell);
  transfers.set(file, transfer);
  transfer.start();
  return transfer;
}

export const transferOf = (file) => transfers.get(file);

class Transfer {
  #tell;
  #address = '';
  /** As whom it was begun: nobody else can name it. */
  #by = '';
  #offset = 0;
  /** Of the piece that is under way. */
  #moving = 0;
  /** Whether the archive may have more of it than is known here. */
  #unsure = false;
  #xhr = null;
  #active = false;
  #waiters = [];
  /** @type {Blob | null} null: its file is to be chosen again */
  #bytes;
  /** Tells its file from another one; empty: not known (yet). */
  print = '';
  /** @type {State} */
  state = 'queued';
  /** @type {Refused | null} why the archive does not want it, or not now */
  refusal = null;
  /** A report that names it is on its way: it is not taken out any more. */
  held = false;

  constructor(file, tell) {
    this.file = file;
    this.#bytes = file instanceof Blob ? file : null;
    this.#tell = tell;
  }

  found(address, offset, print) {
    this.#address = address;
    this.#by = inUse()?.id ?? '';
    this.#offset = offset;
    this.print = print;
    this.state = offset === this.file.size ? 'there' : 'lacking';
  }

  follow(tell) {
    this.#tell = tell;
    tell(this);
  }

  /** Chosen again: goes on where it ended when it is the same file, and else from its beginning. */
  async chosen(file) {
    if (this.state !== 'lacking') return;
    const same = this.print !== '' && (await printOf(file, this.id)) === this.print;
    if (this.state !== 'lacking') return;
    this.#bytes = file;
    if (!same) {
      if (this.#address !== '') void send('DELETE', this.#address, { keep: () => {} }).catch(() => {});
      this.#address = '';
      this.#offset = 0;
      this.print = '';
    }
    this.#unsure = true;
    this.#set('queued');
    this.start();
  }

  /** Until it is asked for, what is there is not known; what went out is the nearest to it. */
  get sent() {
    return this.state === 'there' ? this.file.size : Math.min(this.file.size, this.#offset + this.#moving);
  }

  get by() {
    return this.#by;
  }

  get id() {
    return this.#address.split('/').at(-1);
  }

  start() {
    if (this.#active || ['there', 'lacking', 'gone'].includes(this.state)) return;
    this.#active = true;
    queue.push(async () => {
      try {
        await this.#run();
      } finally {
        this.#active = false;
        for (const waiter of this.#waiters.splice(0)) waiter();
      }
    });
    next();
  }

  /** Resolves when all of it is there, or it was taken out. Rejects with what a person has to do something about. */
  async settled() {
    // Begun as somebody else, or given up: once more, as whoever asks now.
    if ((this.state === 'there' && this.#by !== inUse()?.id) || this.state === 'refused') this.again();
    if (this.state === 'signed-out') this.#set('queued');
    wake();
    while (this.state !== 'there' && this.state !== 'gone') {
      if (!this.#active) {
        if (this.state === 'refused') throw this.refusal;
        if (this.state === 'lacking') throw new Refused(0, { detail: t('The rest of “{}” is not on this page any more. Choose it again, or take it out.', this.file.name) });
        this.start();
      }
      if (this.state === 'signed-out' && this.refusal !== null) throw this.refusal;
      await new Promise((resolve) => {
        this.#waiters.push(resolve);
      });
    }
  }

  /** The archive does not have it any more, or not for whoever asks now. */
  again() {
    if (this.state === 'gone') return;
    this.#address = '';
    this.#offset = 0;
    this.print = '';
    this.#set(this.#bytes === null ? 'lacking' : 'queued');
    this.start();
  }

  async takeOut() {
    const address = this.#address;
    this.#set('gone');
    this.#xhr?.abort();
    wake();
    // What is not there any more when this does not arrive goes by itself after a day.
    if (address !== '') await send('DELETE', address, { keep: () => {} }).catch(() => {});
  }

  /** @param {State} state @param {Refused | null} refusal */
  #set(state, refusal = null) {
    if (this.state === 'gone') return;
    this.state = state;
    this.refusal = refusal;
    this.#tell(this);
    if (state === 'signed-out') for (const waiter of this.#waiters.splice(0)) waiter();
  }

  async #run() {
    for (let tries = 0; this.state !== 'gone'; ) {
      const before = this.#offset;
      try {
        if (inUse() === null) {
          this.#set('signed-out');
          await pause(60_000);
          continue;
        }
        await this.#go();
        return;
      } catch (error) {
        if (this.state === 'gone') return;
        if (this.#offset > before) tries = 0;
        if (!(await this.#mayGoOn(error, tries))) return;
        tries += 1;
      }
    }
  }

  async #go() {
    if (this.#by !== inUse()?.id) this.#address = '';
    if (this.#address === '') {
      this.#by = inUse()?.id ?? '';
      this.#offset = 0;
      this.#moving = 0;
      this.#unsure = false;
      const headers = { 'upload-length': String(this.file.size), 'upload-metadata': metadataOf(this.file) };
      // What waits is said until an answer comes, not at each try.
      if (this.state !== 'line' && this.state !== 'archive') this.#set('sending');
      const begun = await this.#send('POST', '/v1/uploads', { headers });
      const address = begun.getResponseHeader('location') ?? '';
      if (!/^\/v1\/uploads\/[0-9a-f-]{36}$/.test(address)) throw new Unreachable();
      this.#address = address;
      void this.#mark(address);
    } else if (this.#unsure) {
      const there = offsetIn(await this.#send('HEAD', this.#address, {}));
      this.#offset = there;
      this.#moving = 0;
      this.#unsure = false;
    }
    this.#set('sending');
    while (this.#offset < this.file.size) {
      const body = this.#bytes.slice(this.#offset, this.#offset + PIECE_BYTES);
      this.#unsure = true;
      const headers = { 'upload-offset': String(this.#offset), 'content-type': 'application/offset+octet-stream' };
      const answer = await this.#send('PATCH', this.#address, { headers, body });
      this.#moving = 0;
      this.#offset = offsetIn(answer);
      this.#unsure = false;
      this.#tell(this);
    }
    this.#set('there');
  }

  /** For a page that is opened after this one. Meanwhile the file is on its way. */
  async #mark(address) {
    this.#tell(this);
    const print = await printOf(this.#bytes, this.id).catch(() => '');
    if (this.#address !== address) return;
    this.print = print;
    this.#tell(this);
  }

  async #send(method, address, { headers = {}, body = null }) {
    return await send(method, address, {
      headers,
      body,
      keep: (xhr) => {
        this.#xhr = xhr;
      },
      moved: (bytes) => {
        this.#moving = bytes;
        this.#tell(this);
      },
    });
  }

  async #mayGoOn(error, tries) {
    const ms = PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)] * (0.75 + Math.random() / 2);
    if (error instanceof Unreachable) this.#set('line');
    else if (!(error instanceof Refused)) {
      // The browser took its access to the file back.
      this.#set('refused', new Refused(0, { detail: t('“{}” cannot be read any more. Take it out and choose it again.', this.file.name) }));
      return false;
    } else if (error.status === 401) {
      this.#set('signed-out', error);
      await pause(15_000);
      return true;
    } else if (error.status === 404 && this.#address !== '') {
      this.#address = '';
      if (tries === 0) return true;
      this.#set('archive', error);
    } else if (NOT_NOW.includes(error.status)) {
      this.#unsure = true;
      this.#set('archive', error);
    } else {
      this.#set('refused', error);
      return false;
    }
    await pause(ms);
    return true;
  }
}

function offsetIn(xhr) {
  const text = xhr.getResponseHeader('upload-offset') ?? '';
  // Something in between answered in the archive's place.
  if (!/^\d+$/.test(text)) throw new Unreachable();
  return Number(text);
}

function metadataOf({ name, type }) {
  const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
  const said = [['filename', name === '' ? 'picture' : name.slice(0, 900)], ...(type === '' ? [] : [['filetype', type.slice(0, 200)]])];
  return said.map(([key, text]) => `${key} ${base64(text)}`).join(',');
}

function metadataIn(said) {
  const text = (base64) => new TextDecoder().decode(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)));
  return new Map(said.split(',').map((pair) => pair.trim().split(' ')).filter(([key]) => key !== '').map(([key, value = '']) => [key, text(value)]));
}

function send(method, address, { headers = {}, body = null, keep, moved = () => {} }) {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    keep(xhr);
    let timer = setTimeout(() => xhr.abort(), body === null ? ANSWER_MS : STALLED_MS);
    const wait = (ms) => {
      clearTimeout(timer);
      timer = setTimeout(() => xhr.abort(), ms);
    };
    if (body !== null) {
      xhr.upload.addEventListener('progress', ({ loaded, total }) => {
        wait(loaded < total ? STALLED_MS : ANSWER_MS);
        moved(loaded);
      });
      xhr.upload.addEventListener('load', () => wait(ANSWER_MS));
    }
    xhr.addEventListener('load', () => {
      const ours = xhr.getResponseHeader('tus-resumable') !== null;
      if (xhr.status >= 200 && xhr.status < 300) {
        if (ours) resolve(xhr);
        else reject(new Unreachable());
      } else reject(new Refused(xhr.status, problemIn(xhr)));
    });
    for (const type of ['error', 'abort', 'timeout']) xhr.addEventListener(type, () => reject(new Unreachable()));
    xhr.addEventListener('loadend', () => clearTimeout(timer));
    xhr.open(method, address);
    const all = { ...keyHeader(inUse()?.key ?? ''), accept: 'application/json', 'tus-resumable': '1.0.0', ...headers };
    for (const [name, value] of Object.entries(all)) xhr.setRequestHeader(name, value);
    xhr.send(body);
  });
}

function problemIn(xhr) {
  try {
    return JSON.parse(xhr.responseText);
  } catch {
    return null;
  }
}
