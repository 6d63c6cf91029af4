/** Where the installation answers: as `--server` says, or as the settings of a server on this machine would have it. */
import { ArchiveError } from '#errors.ts';
import type { Invocation } from './verb.ts';

/** A server that listens on all addresses of the machine is asked at its own. */
const EVERYWHERE: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/**
 * Read by itself and not with all the settings: whoever hands something in from another machine has none of them, and needs none.
 */
export function serverAddress({ options, env }: Pick<Invocation, 'options' | 'env'>): string {
  const named = options['server'];
  if (typeof named === 'string') {
    if (URL.canParse(named) && /^https?:$/.test(new URL(named).protocol)) return named.replace(/\/+$/, '');
    throw new ArchiveError(
      'config-invalid',
      `--server takes an address such as http://127.0.0.1:8080; it is "${named}".`,
      { retry: 'never' },
    );
  }
  const setting = (name: string, otherwise: string): string => {
    const value = env[name] ?? '';
    return value === '' ? otherwise : value;
  };
  const port = setting('HOLDFAST_PORT', '8080');
  const listens = setting('HOLDFAST_HOST', '127.0.0.1');
  const host = EVERYWHERE[listens] ?? listens;
  const address = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  if (URL.canParse(address)) return address;
  throw new ArchiveError(
    'config-invalid',
    `HOLDFAST_HOST and HOLDFAST_PORT say where the server is; they are "${listens}" and "${port}". Or say it with --server.`,
    { retry: 'never' },
  );
}

export const SERVER_OPTION = [
  '--server <address>',
  'the installation (default: http://127.0.0.1:8080, or as HOLDFAST_HOST and HOLDFAST_PORT say)',
] as const;

/** Nobody is there: said with the address that was tried, because it may be the wrong one. `then` is what follows from it. */
export function unreachable(server: string, then: string, cause: unknown): ArchiveError {
  return new ArchiveError(
    'server-unreachable',
    `Nothing answers at ${server}. Start Holdfast in another terminal (npm start), or say with --server where it runs. ${then}`.trim(),
    { retry: 'later', cause },
  );
}

/** Whether a call that failed cannot have reached anybody. */
export function wasNotHeard(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : null;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN'].includes(code);
}
