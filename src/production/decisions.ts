/** What a person decided about a record, as what is made of it is told; each citation judged again. */
import { ArchiveError } from '#errors.ts';
import { cite, type Citation, type CitationInput } from './exemptions.ts';
import { provisionsOf, type ExemptionKept } from './review-shape.ts';
import type { FrozenRecord } from './frozen-queries.ts';
import type { Box, BurnedPicture } from './pictures.ts';
import type { FieldDecision, FileDecision, Reason } from './redacted-record.ts';

/** A line of the log of exemptions. Not for eyes outside before the record that it is of leaves: general terms alone. */
export interface LogLine {
  /** `field`, `picture`, `file` or `record`, and which. */
  readonly what: 'record' | 'field' | 'passage' | 'file' | 'box' | 'beside';
  readonly where: string;
  readonly citation: Citation;
  readonly description: string | null;
}

export interface ManifestFile {
  readonly n: number;
  readonly role: string;
  readonly mediaType: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly key: string;
}
export interface Manifest {
  readonly facts: readonly {
    readonly n: number;
    readonly key: string;
    readonly fields: readonly { readonly pointer: string }[];
  }[];
  readonly files: readonly ManifestFile[];
}

export interface Burned {
  readonly made: Pick<BurnedPicture, 'derived' | 'boxes'>;
  readonly under: readonly string[] | null;
  readonly open: () => AsyncIterable<Buffer>;
}

interface Decided {
  readonly fields: readonly FieldDecision[];
  readonly files: readonly FileDecision[];
  readonly burned: ReadonlyMap<number, Burned>;
  readonly log: readonly LogLine[];
}

export async function decisionsOf(
  { recordId, answer, exemption, description, fields, files }: FrozenRecord,
  manifests: readonly Manifest[],
  { burn }: { readonly burn: (file: number, boxes: readonly Box[]) => Promise<Burned> },
): Promise<Decided> {
  const burned = new Map<number, Burned>();
  const log: LogLine[] = [];
  if (answer !== 'part') {
    const [citation, ...also] = answer === 'withhold' && exemption !== null ? citationsOf(exemption) : [];
    if (answer === 'withhold' && citation === undefined) throw stray(recordId);
    if (citation !== undefined)
      for (const one of [citation, ...also])
        log.push({ what: 'record', where: '', citation: one, description });
    const whole =
      citation === undefined ? RELEASE : ({ decision: 'withhold', citation, also, description } as const);
    return {
      fields: manifests.flatMap((one) =>
        one.facts.flatMap(({ n, fields: all }) => all.map(({ pointer }) => ({ fact: n, pointer, ...whole }))),
      ),
      files: manifests.flatMap((one) => one.files.map(({ n }) => ({ file: n, ...whole }))),
      burned,
      log,
    };
  }
  const reason = (
    what: LogLine['what'],
    where: string,
    one: { readonly exemption?: ExemptionKept; readonly description?: string | null },
  ): Required<Reason> => {
    const [citation, ...also] = one.exemption === undefined ? [] : citationsOf(one.exemption);
    if (citation === undefined) throw stray(recordId);
    const said = { also, description: one.description ?? null };
    for (const each of [citation, ...also])
      log.push({ what, where, citation: each, description: said.description });
    return { citation, ...said };
  };
  const fieldDecisions = (fields ?? []).map((one): FieldDecision => {
    const { fact, pointer } = one;
    const where = `${fact}${pointer}`;
    if (one.decision === 'release') return { fact, pointer, ...RELEASE };
    if (one.decision === 'withhold')
      return { fact, pointer, decision: 'withhold', ...reason('field', where, one) };
    const passages = (one.passages ?? []).flatMap((passage) => {
      const { citation, also, description: said } = reason('passage', where, passage);
      const { start, end } = passage;
      return [citation, ...also].map((each) => ({ start, end, citation: each, description: said }));
    });
    return { fact, pointer, decision: 'part', passages };
  });
  const fileDecisions: FileDecision[] = [];
  for (const one of files ?? []) {
    const where = `${one.file}`;
    if (one.decision === 'release') fileDecisions.push({ file: one.file, ...RELEASE });
    else if (one.decision === 'withhold')
      fileDecisions.push({ file: one.file, decision: 'withhold', ...reason('file', where, one) });
    else {
      const asked = one.boxes ?? [];
      const kept = await burn(
        one.file,
        asked.map(({ x, y, width, height }) => ({ x, y, width, height })),
      );
      const { made } = kept;
      burned.set(one.file, kept);
      const boxes = made.boxes.map((box, i) => {
        const said = asked[i];
        if (said === undefined) throw stray(recordId);
        return { ...box, ...reason('box', where, said) };
      });
      const beside = one.beside === undefined ? {} : { beside: reason('beside', where, one.beside) };
      fileDecisions.push({ file: one.file, decision: 'part', derived: made.derived, boxes, ...beside });
    }
  }
  return { fields: fieldDecisions, files: fileDecisions, burned, log };
}

const RELEASE = { decision: 'release' } as const;

const citationsOf = (exemption: ExemptionKept): readonly Citation[] =>
  provisionsOf(exemption).map((one) => cite(inputOf(one)));

/** What the database has as JSON, without members that are not there. */
function inputOf({ key, day, writtenStatement, otherLaw, numberConfirmedBy }: CitationInput): CitationInput {
  return {
    key,
    day,
    ...(writtenStatement === undefined ? {} : { writtenStatement }),
    ...(otherLaw === undefined ? {} : { otherLaw }),
    ...(numberConfirmedBy === undefined ? {} : { numberConfirmedBy }),
  };
}

export function stray(recordId: string): ArchiveError {
  return new ArchiveError(
    'redaction-refused',
    `The review of the record ${recordId} is about something that its seals do not have, or has no reason for something that it withholds. Review it again.`,
    { retry: 'never' },
  );
}
