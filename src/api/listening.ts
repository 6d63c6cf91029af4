/** The doors of the API process, two ports. Taking one, and saying so when somebody else has it. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Config } from '#config.ts';
import { ArchiveError } from '#errors.ts';

/** Which setting names the port: two installations on one machine need two of each. */
function portTaken(setting: string, port: number, cause: unknown): ArchiveError {
  return new ArchiveError(
    'port-taken',
    `Port ${port} is taken by another program, perhaps by another Holdfast. Stop that one, or give this one a port of its own with ${setting}.`,
    { retry: 'never', cause },
  );
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

export async function listenOn(server: Server, host: string, port: number, setting: string): Promise<string> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (error) {
    throw isPortTaken(error) ? portTaken(setting, port, error) : error;
  }
  const { address, family, port: taken } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`;
}

/** Opens both. Rejects with `port-taken`; then neither is open, or whoever called closes `app`. */
export async function openDoors(
  app: FastifyInstance,
  { host, port, contentPort }: Pick<Config, 'host' | 'port' | 'contentPort'>,
): Promise<{ readonly address: string; readonly contentAddress: string }> {
  // First: no page leads to where nothing is yet.
  const contentAddress = await app.content.listen(host, contentPort);
  try {
    return { address: await app.listen({ host, port }), contentAddress };
  } catch (error) {
    throw isPortTaken(error) ? portTaken('HOLDFAST_PORT', port, error) : error;
  }
}
