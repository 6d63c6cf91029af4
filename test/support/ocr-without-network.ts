/** The program that reads letters, in a process that ends as soon as anything in it reaches for a network. */
import dgram from 'node:dgram';
import dns from 'node:dns';
import net from 'node:net';

const reached = (): never => process.exit(99);
net.Socket.prototype.connect = reached;
dgram.createSocket = reached;
dns.lookup = Object.assign(reached, dns.lookup);
globalThis.fetch = reached;
await import('../../src/production/ocr-process.ts');
