/**
 * A body while its record waits to be written: a WARC record begins with its length and digests, so the body must
 * have ended first. Small ones wait in memory, large ones in a file; never is a large body held whole.
 */
import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

const HELD_BYTES = 64 * 1024;

export class Spool {
  sizeBytes = 0;
  fault: Error | null = null;
  readonly #path: string;
  readonly #payload = createHash('sha256');
  readonly #block: ReturnType<typeof createHash>;
  #gone = false;
  #held: Uint8Array[] = [];
  #file: FileHandle | null = null;

  /** `head` stands before the body in the record's block, and counts for the digest of that. */
  constructor(path: string, head: Uint8Array) {
    this.#path = path;
    this.#block = createHash('sha256').update(head);
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (this.#gone) throw new Error('This body is not kept any more.');
    this.sizeBytes += chunk.length;
    this.#payload.update(chunk);
    this.#block.update(chunk);
    if (this.#file === null && this.sizeBytes <= HELD_BYTES) {
      this.#held.push(chunk);
      return;
    }
    try {
      await this.#spill(chunk);
    } catch (error) {
      this.fault = error instanceof Error ? error : new Error(String(error));
      throw error;
    }
  }

  async #spill(chunk: Uint8Array): Promise<void> {
    if (this.#file === null) {
      this.#file = await open(this.#path, 'wx+', 0o600);
      if (this.#gone) {
        await this.discard();
        return;
      }
      const held = this.#held;
      this.#held = [];
      for (const each of held) await this.#file.appendFile(each);
    }
    await this.#file.appendFile(chunk);
  }

  /** After the last write, once. */
  digests(): { readonly payload: string; readonly block: string } {
    return { payload: `sha256:${this.#payload.digest('hex')}`, block: `sha256:${this.#block.digest('hex')}` };
  }

  /** The whole body, where it was small enough to be held. */
  get held(): Buffer | null {
    return this.#file === null ? Buffer.concat(this.#held) : null;
  }

  async *read(): AsyncGenerator<Uint8Array> {
    if (this.#file === null) yield* this.#held;
    else yield* this.#file.createReadStream({ start: 0, autoClose: false });
  }

  async discard(): Promise<void> {
    this.#gone = true;
    this.#held = [];
    const file = this.#file;
    this.#file = null;
    if (file === null) return;
    await file.close();
    await rm(this.#path, { force: true });
  }
}
