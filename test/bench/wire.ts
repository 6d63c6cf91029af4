/** A client that costs almost nothing, so that the figures are the server's: one kept-open socket, one request at a time. */
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';

export interface Wire {
  /** Sends one request and resolves with its status when the answer is whole. */
  send(head: string, body: string): Promise<number>;
  close(): void;
}

export async function openWire(port: number): Promise<Wire> {
  const socket: Socket = connect(port, '127.0.0.1').setNoDelay(true);
  await once(socket, 'connect');
  let buffered = '';
  let waiting: ((status: number) => void) | null = null;
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    buffered += chunk;
    const end = buffered.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(buffered.slice(0, end))?.[1] ?? 0);
    if (buffered.length < end + 4 + length) return;
    const status = Number(buffered.slice(9, 12));
    buffered = buffered.slice(end + 4 + length);
    const done = waiting;
    waiting = null;
    done?.(status);
  });
  return {
    send: async (head, body) =>
      await new Promise((resolve, reject) => {
        waiting = resolve;
        socket.once('error', reject);
        socket.write(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`, () =>
          socket.removeListener('error', reject),
        );
      }),
    close: () => socket.destroy(),
  };
}
