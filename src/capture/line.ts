/** One connection to a server, over which the requests of one connection of the browser go, one after the other. */
import { Agent } from 'node:http';
import type { ClientRequestArgs } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Destination } from './addresses.ts';
import type { TlsFacts } from './upstream.ts';

export interface Line {
  readonly destination: Destination;
  /** The address that was connected to. */
  readonly address: string;
  readonly socket: Socket;
  readonly tls: TlsFacts | null;
  readonly agent: Agent;
  /** Exchanges under way. */
  busy: number;
}

export function newLine(
  line: Pick<Line, 'destination' | 'address' | 'socket' | 'tls'>,
  idleMs: number,
): Line {
  return { ...line, agent: new OneConnection(line.socket, idleMs), busy: 0 };
}

/** Hands out the connection that was judged and made, and never makes another. */
class OneConnection extends Agent {
  readonly #socket: Socket;
  #given = false;

  constructor(socket: Socket, idleMs: number) {
    super({ keepAlive: true, maxSockets: 1, maxFreeSockets: 1, timeout: idleMs });
    this.#socket = socket;
  }

  override createConnection(
    _options: ClientRequestArgs,
    done?: (error: Error | null, socket: Duplex) => void,
  ): Duplex | null | undefined {
    if (!this.#given && !this.#socket.destroyed) {
      this.#given = true;
      return this.#socket;
    }
    done?.(new Error('The connection to the server has ended.'), this.#socket);
    return undefined;
  }
}
