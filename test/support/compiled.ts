/**
 * Where Node keeps what it compiled, for the hundreds of processes that tests start: each takes half the processor time when what it
 * loads was compiled before. Nothing but time depends on it.
 */
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '..', '..', '.cache', 'compiled');

/** For the environment of a process. */
export const COMPILED = { NODE_COMPILE_CACHE: FOLDER } as const;
