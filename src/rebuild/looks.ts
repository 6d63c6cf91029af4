/** Second looks, from the reports that were sealed with them. Pure. */
import type { Selectable } from 'kysely';
import type { LookAnswer, StoredOutcome, Tables } from '#db/db.ts';
import type { ReadRecord } from './read.ts';

/** By `holdfast-second-look/1`. Where no browser could be started it says when it was tried, and no more. */
export function looksOf({
  agencyId,
  recordId,
  seals,
  looks,
}: ReadRecord): Selectable<Tables['second_look']>[] {
  const files = seals.flatMap(({ manifest }) => manifest.files).sort((a, b) => a.n - b.n);
  return files
    .filter(({ role, fact }) => role === 'second-look-report' && fact !== null)
    .map((file) => {
      const report = looks.get(file.n) ?? {};
      const { address, evidence, target, finalAddress, httpStatus, times, tool, sandbox } = report;
      const timed = (times ?? {}) as Record<string, string | undefined>;
      const seen =
        evidence === undefined ? {} : { evidence, target, finalAddress, httpStatus, times, tool, sandbox };
      const at = report['at'] ?? timed['viewportPicture'] ?? timed['finished'] ?? file.receivedAt;
      return {
        agency_id: agencyId,
        record_id: recordId,
        fact_n: file.fact ?? 0,
        looked_at: new Date(at as string),
        answer: report['answer'] as LookAnswer,
        because: (report['because'] ?? null) as string | null,
        outcome: report['outcome'] as StoredOutcome,
        finding: {
          ...seen,
          address,
          files: files
            .filter(({ origin, fact }) => origin === 'second-look' && fact === file.fact)
            .map(({ artifactId }) => artifactId),
        },
      };
    });
}
