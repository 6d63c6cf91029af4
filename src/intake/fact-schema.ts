/**
 * The fact, as it is stored and as it is submitted. The stored form is `removal-event.schema.json`, the reference,
 * member for member (a test holds the two against each other). The submitted form is the stored one without what only
 * the server can know: when the fact became durable, what its bytes were called and what their digests are.
 *
 * The submitted form is narrower in one respect: strings that become keys or addresses are bounded.
 */
import { Type, type Static, type TProperties, type TSchema, type TStringOptions } from 'typebox';
import { CHANNELS } from '#record/record.ts';
import {
  Action,
  Author,
  dateTime,
  implies,
  KINDS,
  nullableString,
  otherwise,
  sha256,
  Src,
  strict,
  When,
} from './fact-parts.ts';

export type Channel = (typeof CHANNELS)[number];

/** What a submitter may say of a file that comes beside the fact; the rest the server measures. */
const artifactSaid = {
  clientSha256: Type.Optional(sha256()),
  order: Type.Optional(Type.Enum(['before-action', 'after-action', 'unknown'])),
  pageUrl: Type.Optional(Type.String()),
  tool: Type.Optional(Type.String()),
  userAgent: Type.Optional(Type.String()),
  deviceZone: Type.Optional(Type.String()),
  viewport: Type.Optional(Type.String()),
  originalName: Type.Optional(Type.String()),
};

const Role = Type.Enum([
  'screenshot-viewport',
  'screenshot-fullpage',
  'screenshot-element',
  'mhtml',
  'warc',
  'wacz',
  'dom-html',
  'pdf',
  'video',
  'platform-attachment',
  'raw-payload',
  'email-original',
  'import-file',
  'other',
]);

const StoredArtifact = Type.Object(
  {
    artifactId: Type.String(),
    role: Role,
    mediaType: Type.String(),
    bytes: Type.Integer({ minimum: 0 }),
    sha256: sha256(),
    capturedAt: When,
    ...artifactSaid,
  },
  strict,
);
export type StoredArtifact = Static<typeof StoredArtifact>;

const SubmittedArtifact = Type.Object(
  {
    role: Type.Optional(Role),
    mediaType: Type.Optional(Type.String({ maxLength: 200 })),
    capturedAt: Type.Optional(When),
    ...artifactSaid,
  },
  strict,
);
export type SubmittedArtifact = Static<typeof SubmittedArtifact>;

const Attachment = <Extra extends TProperties>(extra: Extra) =>
  Type.Object(
    {
      kind: Type.Enum(['image', 'video', 'gif', 'sticker', 'audio', 'link', 'file', 'poll']),
      sourceUrl: Type.Optional(Type.String()),
      ...extra,
      missingReason: Type.Optional(
        Type.Enum([
          'not-fetched',
          'expired-url',
          'too-large',
          'blocked-by-policy',
          'withheld-illegal-content',
        ]),
      ),
    },
    strict,
  );

const Version = Type.Object(
  { text: Type.String(), observedAt: When, nativeId: Type.Optional(Type.String()) },
  strict,
);

const Parent = Type.Object(
  {
    nativeId: nullableString(),
    kind: Type.Optional(Type.String()),
    permalink: Type.Optional(Type.String({ format: 'uri' })),
    excerpt: Type.Optional(Type.String({ maxLength: 2000 })),
  },
  strict,
);

const Content = <Item extends TSchema>(attachment: Item) =>
  Type.Object(
    {
      kind: Type.Enum([...KINDS]),
      nativeId: nullableString(),
      permalink: Type.Optional(nullableString({ format: 'uri' })),
      text: nullableString(),
      textSource: Type.Union([Src, Type.Literal('none')], otherwise('where the text came from, or "none"')),
      html: Type.Optional(Type.String()),
      language: Type.Optional(Type.String()),
      authoredAt: When,
      editedAt: Type.Optional(When),
      versions: Type.Optional(Type.Array(Version)),
      parent: Type.Union(
        [Type.Null(), Parent],
        otherwise('null, or an object with nativeId and at most kind, permalink and excerpt'),
      ),
      threadRootId: Type.Optional(nullableString()),
      attachments: Type.Optional(Type.Array(attachment)),
    },
    strict,
  );

const Raw = Type.Object(
  {
    artifactId: Type.String(),
    sha256: sha256(),
    pointer: Type.Optional(Type.String()),
    headers: Type.Optional(
      Type.Unsafe<Record<string, string>>({ type: 'object', additionalProperties: { type: 'string' } }),
    ),
    signature: Type.Optional(
      Type.Object(
        {
          scheme: Type.String(),
          keyId: Type.Optional(Type.String()),
          result: Type.Enum(['valid', 'invalid', 'absent', 'not-applicable']),
        },
        strict,
      ),
    ),
  },
  strict,
);
export type Raw = Static<typeof Raw>;

const Platform = (
  bounds: { name?: TStringOptions; account?: TStringOptions; address?: TStringOptions } = {},
) =>
  Type.Object(
    {
      name: Type.String({ pattern: '^[a-z0-9][a-z0-9-]*$', ...bounds.name }),
      accountId: nullableString(bounds.account),
      accountHandle: Type.Optional(Type.String(bounds.account)),
      accountUrl: Type.Optional(Type.String({ format: 'uri', ...bounds.address })),
    },
    strict,
  );

const CaptureMissing = Type.Enum([
  'event-arrived-after-removal',
  'tool-failed',
  'not-attempted',
  'import-lacks-file',
]);

const removalRest = {
  sensitivity: Type.Optional(
    Type.Array(
      Type.Enum([
        'minor',
        'personal-data',
        'health',
        'criminal-justice',
        'graphic',
        'suspected-csam',
        'legal-privilege',
        'security',
      ]),
    ),
  ),
  related: Type.Optional(
    Type.Array(
      Type.Object(
        {
          rel: Type.Enum(['duplicate-of', 'completes', 'corrects', 'reverses', 'same-thread', 'same-author']),
          id: Type.String(),
        },
        strict,
      ),
    ),
  ),
  notes: Type.Optional(Type.String({ maxLength: 8000 })),
};

const envelope = {
  specversion: Type.Literal('1.0'),
  id: Type.String({ minLength: 16, maxLength: 128 }),
  type: Type.Enum([
    'removal.content-observed.v1',
    'removal.action-recorded.v1',
    'removal.action-reversed.v1',
    'removal.capture-added.v1',
  ]),
  time: Type.Optional(dateTime()),
  datacontenttype: Type.Literal('application/json'),
  dataschema: Type.Literal('urn:schema:removal-event:1'),
};

const agencyId = () => Type.String({ pattern: '^[a-z0-9-]{2,63}$' });

export const StoredFact = Type.Object(
  {
    ...envelope,
    source: Type.String({ format: 'uri-reference', minLength: 1 }),
    subject: Type.String({ minLength: 1 }),
    recordedtime: dateTime(),
    agencyid: agencyId(),
    data: Type.Object(
      {
        channel: Type.Enum([...CHANNELS]),
        platform: Platform(),
        content: Content(Attachment({ artifactId: Type.Optional(Type.String()) })),
        author: Author,
        action: Action,
        captures: Type.Array(StoredArtifact),
        captureMissing: Type.Optional(CaptureMissing),
        raw: Raw,
        ...removalRest,
      },
      {
        ...strict,
        ...implies(
          { captures: { maxItems: 0 } },
          { required: ['captureMissing'] },
          'without a capture, captureMissing says why, such as "not-attempted"',
        ),
      },
    ),
  },
  strict,
);
export type StoredFact = Static<typeof StoredFact>;

export const SubmittedFact = Type.Object(
  {
    ...envelope,
    source: Type.String({ format: 'uri-reference', minLength: 1, maxLength: 500 }),
    subject: Type.String({ minLength: 1, maxLength: 500 }),
    agencyid: Type.Optional(agencyId()),
    data: Type.Object(
      {
        channel: Type.Enum([...CHANNELS]),
        platform: Platform({
          name: { maxLength: 64 },
          account: { maxLength: 200 },
          address: { maxLength: 4000 },
        }),
        content: Content(Attachment({})),
        author: Author,
        action: Action,
        /** One entry for each `file` beside the fact, in their order; or none at all. */
        captures: Type.Optional(Type.Array(SubmittedArtifact, { maxItems: 500 })),
        captureMissing: Type.Optional(CaptureMissing),
        ...removalRest,
      },
      strict,
    ),
  },
  strict,
);
export type SubmittedFact = Static<typeof SubmittedFact>;

/** A fact before it has its id, which is the fact key (`facts.ts`). */
export type FactDraft = Omit<SubmittedFact, 'id'>;
