/**
 * The edge to the store: bytes that say they are a manifest. Members that a later version adds are no reason to refuse one (seal/FORMAT.md);
 * those that an earlier version did not have yet may be missing.
 */
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';

const Digest = Type.String({ pattern: '^[0-9a-f]{64}$' });
const Time = Type.String({
  pattern: '^\\d{4}-(?:0\\d|1[0-2])-(?:[0-2]\\d|3[01])T(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d\\.\\d{3}Z$',
});
const Count = Type.Integer({ minimum: 1, maximum: 1_000_000 });
const Words = Type.String({ maxLength: 10_000 });
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Union([type, Type.Null()]);

const Placed = { key: Words, versionId: Words, lockedUntil: Time };
const Bytes = { bytes: Type.Integer({ minimum: 0 }), sha256: Digest };

const Fact = Type.Object({
  n: Count,
  source: Words,
  id: Words,
  type: Words,
  recordedAt: Time,
  submittedBy: Words,
  delivery: Type.Optional(Digest),
  idempotencyKey: Type.Optional(orNull(Words)),
  confirms: Type.Optional(Type.Boolean()),
  ...Bytes,
  ...Placed,
  commitment: Digest,
  fields: Type.Array(Type.Object({ pointer: Words, commitment: Digest })),
});

const File = Type.Object({
  n: Count,
  artifactId: Words,
  origin: Type.Enum(['handed-in', 'raw', 'capture', 'rendering', 'second-look']),
  role: Words,
  mediaType: Words,
  claimedType: orNull(Words),
  originalName: orNull(Words),
  receivedAt: Time,
  fact: orNull(Count),
  ...Bytes,
  ...Placed,
  commitment: Digest,
});

const SealedManifest = Type.Object({
  format: Type.Literal('holdfast-manifest-v1'),
  agency: Words,
  record: Words,
  subject: Words,
  seal: Count,
  openedAt: Time,
  previous: orNull(Type.Object({ seal: Count, key: Words, sha256: Digest })),
  salt: Type.Object(Placed),
  facts: Type.Array(Fact),
  files: Type.Array(File),
  capture: orNull(Type.Record(Type.String(), Type.Unknown())),
  classification: orNull(Type.Object({ edition: Words, series: Words })),
  index: Type.Optional(
    Type.Object({
      accountId: orNull(Type.String({ pattern: '^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$' })),
      grounds: Type.Array(Words),
      address: orNull(Words),
      seriesReason: orNull(Words),
    }),
  ),
  store: Type.Object({
    kind: Type.Enum(['folder', 's3']),
    immutability: Type.Enum(['compliance', 'advisory']),
  }),
  retainUntil: Time,
  mode: Type.Enum(['trial', 'production']),
});
export type SealedManifest = Static<typeof SealedManifest>;
export type SealedFile = Static<typeof File>;

const compiled = Compile(SealedManifest);

export function isManifest(value: unknown): value is SealedManifest {
  return compiled.Check(value);
}

/** The first member that is not as it must be, for people. */
export function firstFault(value: unknown): string {
  const [fault] = compiled.Errors(value);
  return fault === undefined ? 'the whole' : fault.instancePath === '' ? 'the whole' : fault.instancePath;
}
