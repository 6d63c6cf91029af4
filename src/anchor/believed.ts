/** Under which keys of a log anchors are believed where people or operators are told of them. */
import type { AnchorConfig } from '#config.ts';
import { ArchiveError, codeOf } from '#errors.ts';
import type { Log } from '#log.ts';
import { announcedLogKeys, type LogReader } from '#log/log.ts';
import type { Outside } from './holding.ts';

interface Parts {
  readonly config: { readonly anchors: Pick<AnchorConfig, 'authorities' | 'witnesses'> };
  readonly log: Log;
  readonly logReader: Pick<LogReader, 'keysOf'>;
}

/**
 * For pages: a key that does not lead to what was signed anchors nothing, and neither does any while the files of the log cannot be
 * read and were not before. Then a page says “not anchored” of what may be; never the other way round.
 */
export function outsideForPages({ config, log, logReader }: Parts): Outside {
  return { ...config.anchors, log, keysOf: believed(logReader.keysOf, log, async () => []) };
}

/**
 * For figures that raise alarms: the same, but an outage of the store has an alarm of its own, and no second one that says that
 * everything waits for an anchor. So for its time the rows count.
 */
export function outsideForFigures({ config, log, logReader }: Parts): Outside {
  return { ...config.anchors, log, keysOf: believed(logReader.keysOf, log, announcedLogKeys) };
}

function believed(keysOf: LogReader['keysOf'], log: Log, whenAway: LogReader['keysOf']): LogReader['keysOf'] {
  return async (at) => {
    try {
      return await keysOf(at);
    } catch (error) {
      const unproven = error instanceof ArchiveError && error.retry === 'never';
      log.error(
        { agencyId: at.agencyId, code: codeOf(error) },
        unproven ? 'anchor.key-unproven' : 'anchor.keys-away',
      );
      return unproven ? [] : await whenAway(at);
    }
  };
}
