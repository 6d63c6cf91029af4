/** What the doctor says of reading pictures. Nothing waits for it, so that only what stands still is found wanting. */
import type { System } from '../system.ts';
import { unchecked, wanting, well, type Finding } from './doctor-looks.ts';

/** The newest is read first: one that came so long ago and waits has nobody who reads. */
const LATE_MS = 3_600_000;

export async function lookAtPictures({ db }: System): Promise<Finding> {
  const { picturesStanding } = await import('#pictures/pictures.ts');
  const { some, waiting, newestMs, failed, mendable, mendableOf } = await picturesStanding(db);
  if (!some) return unchecked('pictures', 'none was handed in or taken yet');
  const found = `${waiting} still to be read by a program, ${failed} failed; no search finds what stands in these`;
  if (mendable > 0)
    return wanting(
      'pictures',
      `${found}; of ${mendable} of these the cause may be mended, of ${mendableOf.join(', ')}`,
      `npx holdfast parked --agency ${mendableOf[0] ?? ''} names them, and why; --run-all has them read again.`,
    );
  return waiting > 0 && (newestMs ?? 0) > LATE_MS
    ? wanting('pictures', found, 'See that the fixity worker runs (holdfast work fixity), and its log.')
    : well('pictures', found);
}
