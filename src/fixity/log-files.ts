/** The log's own files, looked at as often as everything else: whoever could change them unseen could change what was found. */
import { checkLogFiles, type LogFilesChecked } from '#log/log.ts';
import { appendEvent } from '#record/record.ts';
import type { CheckContext } from './check.ts';
import { isLogDue, writeLogCheck } from './listing-queries.ts';

/** A file of an agency's log, such as `tile/0/000` or `checkpoint`; null: there is none. */
export type ReadLogFile = (agencyId: string, path: string) => Promise<Uint8Array | null>;

/** Whether what somebody outside signed over the log has its copies among the files, of which the log itself knows nothing. */
export type CheckAnchors = (
  agencyId: string,
  read: (path: string) => Promise<Uint8Array | null>,
) => Promise<Pick<LogFilesChecked, 'files' | 'wrong'>>;

/** False: it was not due. Damage is entered when it is found, and once more when there is more of it. */
export async function checkLogOf(
  { db, log, actor, signal }: CheckContext,
  readLogFile: ReadLogFile,
  checkAnchors: CheckAnchors | undefined,
  agencyId: string,
  everyMs: number,
): Promise<boolean> {
  if (!(await db.inAgency(agencyId, async (at) => await isLogDue(at, everyMs)))) return false;
  const read = async (path: string): Promise<Uint8Array | null> => await readLogFile(agencyId, path);
  const own = await checkLogFiles(db, agencyId, read, signal);
  const anchors = await checkAnchors?.(agencyId, read);
  const { size } = own;
  const files = own.files + (anchors?.files ?? 0);
  const wrong = [...own.wrong, ...(anchors?.wrong ?? [])];
  for (const { path, code } of wrong) log.error({ agencyId, file: path, code }, 'fixity.log-failed');
  await db.inAgency(agencyId, async (at) => {
    const before = await writeLogCheck(at, wrong.length);
    if (wrong.length > before)
      await appendEvent(at, null, {
        type: 'fixity.log-failed',
        actor,
        body: { objects: wrong.length, code: wrong[0]?.code, size: String(size), files },
      });
  });
  return true;
}
