/** Step 2: what the package says of itself, before anything that it says is believed. */
import canonicalize from 'canonicalize';
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { bytesOf, textOf, type Digests } from './bag.ts';
import type { PackageFiles } from './files.ts';
import type { Findings } from './report.ts';

const UUID = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';
const Id = Type.String({ pattern: UUID });
const Digest = Type.String({ pattern: '^[0-9a-f]{64}$' });
const Line = Type.String({ pattern: '^[^\\r\\n]+$' });
const closed = { additionalProperties: false };

const Paper = Type.Object(
  {
    format: Type.Literal('holdfast-package-v1'),
    export: Id,
    agency: Type.String({ pattern: '^[a-z0-9-]{2,63}$' }),
    origin: Line,
    requestedAt: Line,
    requestedBy: Line,
    records: Type.Array(Id, { minItems: 1, uniqueItems: true }),
    keys: Type.Array(
      Type.Object(
        {
          vkey: Line,
          firstSize: Type.Integer({ minimum: 0 }),
          lastSize: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
        },
        closed,
      ),
    ),
    bagInfo: Type.Record(Type.String({ pattern: '^[A-Z][A-Za-z-]*$' }), Line),
    documents: Type.Record(Line, Digest),
    /** Entries whose salt was destroyed before this package was made. */
    destroyed: Type.Optional(Type.Array(Type.Integer({ minimum: 0 }))),
    mode: Type.Union([Type.Literal('trial'), Type.Literal('production')]),
    program: Type.Object({ name: Line, version: Line }, closed),
  },
  closed,
);
export type Paper = Static<typeof Paper>;

/** The labels of `bag-info.txt`, in their order; the last is known when everything else is written. */
const BAG_INFO = [
  'Source-Organization',
  'External-Identifier',
  'External-Description',
  'Bagging-Date',
  'Bag-Software-Agent',
  'Bag-Group-Identifier',
] as const;

const paper = Compile(Paper);
const MAX_PAPER = 64 * 2 ** 20;

export function bagInfoText(
  info: Readonly<Record<string, string>>,
  payload: { readonly bytes: number; readonly files: number },
): string {
  const lines = BAG_INFO.filter((label) => info[label] !== undefined).map(
    (label) => `${label}: ${info[label]}\n`,
  );
  return `${lines.join('')}Payload-Oxum: ${payload.bytes}.${payload.files}\n`;
}

/** Null: nothing that follows can be looked at. */
export async function checkPapers(
  files: PackageFiles,
  digests: Digests,
  findings: Findings,
): Promise<Paper | null> {
  const step = findings.step('papers', 'documents');
  const said = await readJson(files, 'data/package.json', MAX_PAPER);
  if (said === null || !paper.Check(said)) {
    step.fail('data/package.json', 'It does not say, in canonical JSON, what a package says of itself.');
    return null;
  }
  step.look();
  if (said.records.join() !== [...said.records].sort().join())
    step.fail('data/package.json', 'Its records are not sorted.');
  const payload = [...files.sizes].filter(([path]) => path.startsWith('data/'));
  const expected = bagInfoText(said.bagInfo, {
    bytes: payload.reduce((sum, [, size]) => sum + size, 0),
    files: payload.length,
  });
  step.look();
  if ((await textOf(files, 'bag-info.txt', 65_536)) !== expected)
    step.fail('bag-info.txt', 'It is not what data/package.json and the files make of it.');
  if (said.bagInfo['External-Identifier'] !== said.export)
    step.fail('data/package.json', 'Its bagInfo names another export.');
  const documents = [...files.sizes.keys()].filter((path) =>
    /^(VERIFY\.md|verify(_index)?\.py|formats\/|proofs\/policy\.txt$)/.test(path),
  );
  for (const path of new Set([...documents, ...Object.keys(said.documents)])) {
    step.look();
    if (said.documents[path] !== digests.get(path))
      step.fail(path, 'It is not the document that data/package.json names.');
  }
  for (const path of files.sizes.keys()) {
    const [, record] = /^data\/(?:store\/a\/[^/]+\/rec|records)\/([^/]+)\//.exec(path) ?? [];
    if (record !== undefined && !said.records.includes(record))
      step.fail(path, 'It belongs to no record of this package.');
    if (path.startsWith('data/store/') && !path.startsWith(`data/store/a/${said.agency}/`))
      step.fail(path, 'It belongs to another agency.');
  }
  return said;
}

/** What canonical JSON means; null: it is missing, too long, or in another spelling. */
export async function readJson(files: PackageFiles, path: string, max: number): Promise<unknown> {
  const bytes = await bytesOf(files, path, max);
  return bytes === null ? null : parseCanonical(bytes);
}

export function parseCanonical(bytes: Uint8Array): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    return canonicalize(value) === text ? value : null;
  } catch {
    return null;
  }
}
