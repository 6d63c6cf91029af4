/**
 * Which user holds the other end of a connection on this machine. The browser runs under a uid of its own, so the
 * kernel's socket table tells its connections from those of any other local program; no password is needed, and
 * none can leak to a page.
 */
import { readFile } from 'node:fs/promises';

/** Null: this system has no such table, or the connection is gone. */
export async function uidOfPeer(clientPort: number, serverPort: number): Promise<number | null> {
  let table: string;
  try {
    table = await readFile('/proc/net/tcp', 'latin1');
  } catch {
    return null;
  }
  const local = `0100007F:${hex(clientPort)}`;
  const remote = `0100007F:${hex(serverPort)}`;
  for (const line of table.split('\n')) {
    const fields = line.trim().split(/\s+/);
    if (fields[1] === local && fields[2] === remote) return Number(fields[7]);
  }
  return null;
}

function hex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}
