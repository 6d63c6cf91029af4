/** What a production says of itself, which files it has, and what is signed of it (PRODUCTION.md). */
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import type { BagRules } from './bag.ts';

export const PRODUCTION_FORMAT = 'holdfast-production/1';

const closed = { additionalProperties: false } as const;
const Id = Type.String({ pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' });
const Line = Type.String({ pattern: '^[^\\r\\n]+$' });
const Count = Type.Integer({ minimum: 0 });
const span = { first: Line, last: Line };
const Paper = Type.Object(
  {
    format: Type.Literal(PRODUCTION_FORMAT),
    agency: Type.String({ pattern: '^[a-z0-9-]{2,63}$' }),
    request: Id,
    production: Id,
    n: Type.Integer({ minimum: 1 }),
    issuedAt: Line,
    origin: Line,
    keys: Type.Array(
      Type.Object({ vkey: Line, firstSize: Count, lastSize: Type.Union([Count, Type.Null()]) }, closed),
    ),
    /** The key of the note and of the papers, which the log announces. */
    signedBy: Line,
    mode: Type.Union([Type.Literal('trial'), Type.Literal('production')]),
    program: Type.Object({ name: Line, version: Line }, closed),
    bagInfo: Type.Record(Type.String({ pattern: '^[A-Z][A-Za-z-]*$' }), Line),
    recordPages: Count,
    volumes: Type.Array(Type.Object({ path: Line, ...span, pages: Count }, closed), { minItems: 1 }),
    records: Type.Array(
      Type.Object(
        {
          n: Type.Integer({ minimum: 1 }),
          record: Id,
          answer: Type.Union([Type.Literal('release'), Type.Literal('part')]),
          paper: Line,
          ...span,
          files: Type.Array(Type.Object({ file: Type.Integer({ minimum: 1 }), path: Line }, closed)),
          leftOut: Type.Array(
            Type.Object(
              {
                file: Type.Integer({ minimum: 1 }),
                why: Type.Union([Type.Literal('wacz-not-asked'), Type.Literal('wacz-in-part')]),
              },
              closed,
            ),
          ),
        },
        closed,
      ),
    ),
    withheld: Count,
  },
  closed,
);
export type ProductionPaper = Static<typeof Paper>;
export const paperCheck = Compile(Paper);

export const PRODUCTION_FILES: BagRules = {
  allowed: [
    /^(bagit|bag-info|manifest-sha256|manifest-sha512|tagmanifest-sha256|tagmanifest-sha512)\.txt$/,
    /^data\/(VERIFY\.md|production\.json|records\.csv|exemption-log\.csv|affidavit-490-692\.(pdf|txt))$/,
    /^data\/index(-\d{4,})?\.pdf$/,
    /^data\/formats\/[a-z-]+\.md$/,
    /^data\/papers\/[0-9a-f-]{36}\.json$/,
    /^data\/records\/[1-9]\d*\/file-[1-9]\d*\.[a-z0-9]+$/,
    /^proofs\/(checkpoint|production\.note)$/,
    /^proofs\/entries\/(0|[1-9]\d*)\.(entry|proof)$/,
  ],
  needed: [
    'bagit.txt',
    'bag-info.txt',
    'manifest-sha256.txt',
    'manifest-sha512.txt',
    'tagmanifest-sha256.txt',
    'tagmanifest-sha512.txt',
    'data/VERIFY.md',
    'data/production.json',
    'data/index.pdf',
    'data/records.csv',
    'data/exemption-log.csv',
    'data/affidavit-490-692.pdf',
    'data/affidavit-490-692.txt',
    'proofs/checkpoint',
    'proofs/production.note',
  ],
};

/** What is signed: the production by the digest of its payload manifest. */
export function productionNote(
  paper: Pick<ProductionPaper, 'agency' | 'request' | 'production' | 'issuedAt'>,
  manifestSha256: string,
): string {
  return [
    PRODUCTION_FORMAT,
    `agency ${paper.agency}`,
    `request ${paper.request}`,
    `production ${paper.production}`,
    `issued-at ${paper.issuedAt}`,
    `manifest-sha256 ${manifestSha256}`,
    '',
  ].join('\n');
}
