/**
 * A process of its own on a folder store, for tests: `node folder-child.ts <folder> <verb> <argument> <dies after>`.
 *
 * It wires the real store to a disk that counts what it changes; after the n-th such operation the process is gone, as by
 * `kill -9`. Without a number it finishes and prints its answer.
 */
import type { FileHandle } from 'node:fs/promises';
import { codeOf } from '#errors.ts';
import { REAL_DISK, type Disk } from '#store/disk.ts';
import { openFolderPurger, openFolderStore } from '#store/folder.ts';
import { inMs, MINUTE_MS, sealInput } from './store-input.ts';

const [folder = '', verb = '', argument = '', diesAfter = '0'] = process.argv.slice(2);

let operations = 0;
/** Opening is not what is tested here. */
let armed = false;
async function counted<T>(operation: Promise<T>): Promise<T> {
  const result = await operation;
  if (!armed) return result;
  operations += 1;
  if (operations === Number(diesAfter)) process.kill(process.pid, 'SIGKILL');
  return result;
}

function countedHandle(handle: FileHandle): FileHandle {
  return new Proxy(handle, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      const call = (...args: unknown[]): unknown => Reflect.apply(value, target, args);
      return name === 'write' || name === 'sync' || name === 'datasync'
        ? (...args: unknown[]) => counted(call(...args) as Promise<unknown>)
        : call;
    },
  });
}

const disk: Disk = {
  ...REAL_DISK,
  open: async (...args) => countedHandle(await counted(REAL_DISK.open(...args))),
  link: (...args) => counted(REAL_DISK.link(...args)),
  unlink: (...args) => counted(REAL_DISK.unlink(...args)),
  rmdir: (...args) => counted(REAL_DISK.rmdir(...args)),
  mkdir: ((...args: Parameters<typeof REAL_DISK.mkdir>) =>
    counted(REAL_DISK.mkdir(...args))) as Disk['mkdir'],
};

const store = await openFolderStore({ folder, disk });
const purger = await openFolderPurger({ folder, disk });
armed = true;

async function versionOf(key: string): Promise<string> {
  return (await store.head(key))?.versionId ?? '';
}

/** Many changes to one object, without pause; a refused one is one that a rival has overtaken. */
async function contend(key: string): Promise<object> {
  const versionId = await versionOf(key);
  const asked: number[] = [];
  for (let n = 0; n < 20; n += 1) {
    const laterMs = Math.ceil((n + 1 + Math.random() * 3) * 10_000) * 1000;
    const retainUntil = new Date(Math.ceil(Date.now() / 1000) * 1000 + laterMs);
    try {
      await store.extend(key, versionId, retainUntil);
      asked.push(retainUntil.getTime());
    } catch (error) {
      if (codeOf(error) !== 'store-refused') throw error;
    }
    await (n % 2 === 0 ? store.hold(key, versionId) : store.release(key, versionId));
  }
  return { latestMs: Math.max(0, ...asked), changes: asked.length };
}

const VERBS: Readonly<Record<string, () => Promise<unknown>>> = {
  seal: () => store.seal(sealInput(argument, 'the sealed text')),
  extend: async () => store.extend(argument, await versionOf(argument), inMs(600 * MINUTE_MS)),
  hold: async () => store.hold(argument, await versionOf(argument)),
  release: async () => store.release(argument, await versionOf(argument)),
  purge: async () => purger.purge(argument, await versionOf(argument)),
  /** Keys that other processes want as well, each with bytes of one's own. */
  race: () =>
    Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        store.seal(sealInput(`${argument}/${n}`, `of process ${process.pid}`)),
      ),
    ),
  contend: () => contend(argument),
};

const answer = await VERBS[verb]?.();
process.stdout.write(JSON.stringify({ answer, operations, pid: process.pid }));
