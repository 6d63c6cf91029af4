/**
 * Logs: an event name and ids, never content and never personal data. A record's text, an author, an address
 * of a page or the name of a file has no business here; `recordId` leads whoever may read them to the archive.
 */
import { pino, type Logger } from 'pino';

export type Log = Logger;

/** To stderr, one JSON object a line: stdout belongs to the answers of the command line. */
export function openLog(level: string, name: string): Log {
  return pino(
    {
      level,
      base: { name },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // Postgres quotes the values of a row in `detail`, and of a parameter in `where`.
      redact: {
        paths: ['req.headers', 'req.query', 'err.details', 'err.detail', 'err.where', 'err.internalQuery'],
        remove: true,
      },
    },
    pino.destination(2),
  );
}
