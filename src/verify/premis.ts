/**
 * The history of a record as events of PREMIS 3, for archives that read those; made from the manifests and the log, so that whoever checks a
 * package makes it anew and compares. Written after the data dictionary; read by models of PREMIS 3 that are not ours
 * (test/service/premis.test.ts). The schema itself was not at hand, so it was never validated against it. The types are those of the Library of Congress' list of preservation events.
 */

/** By what an event's type begins with; the first that fits. */
const TYPES: readonly (readonly [string, string])[] = [
  ['intake.', 'ingestion'],
  ['capture.', 'capture'],
  ['second-look.', 'capture'],
  ['picture.inspected', 'format identification'],
  ['record.sealed', 'digital signature generation'],
  ['record.completed', 'ingestion end'],
  ['fixity.repaired', 'recovery'],
  ['fixity.', 'fixity check'],
  ['export.', 'dissemination'],
  ['redaction.', 'redaction'],
  ['purge.completed', 'deletion'],
  ['purge.', 'deaccession'],
];

interface Told {
  readonly id: string;
  readonly type: string;
  readonly at: string;
  readonly actor: string;
}

interface Held {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly mediaType: string;
}

export function premisXml(record: string, history: readonly Told[], objects: readonly Held[]): string {
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<premis xmlns="http://www.loc.gov/premis/v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="3.0">',
    '  <object xsi:type="intellectualEntity">',
    ...identifier('object', 'UUID', record, 4),
    '  </object>',
    ...objects.flatMap(({ path, sha256, bytes, mediaType }) => [
      '  <object xsi:type="file">',
      ...identifier('object', 'path', path, 4),
      '    <objectCharacteristics>',
      '      <fixity>',
      '        <messageDigestAlgorithm>SHA-256</messageDigestAlgorithm>',
      `        <messageDigest>${sha256}</messageDigest>`,
      '      </fixity>',
      `      <size>${bytes}</size>`,
      '      <format>',
      `        <formatDesignation><formatName>${escaped(mediaType)}</formatName></formatDesignation>`,
      '      </format>',
      '    </objectCharacteristics>',
      '  </object>',
    ]),
    ...history.flatMap(({ id, type, at, actor }) => [
      '  <event>',
      ...identifier('event', 'UUID', id, 4),
      `    <eventType>${eventType(type)}</eventType>`,
      `    <eventDateTime>${at}</eventDateTime>`,
      `    <eventDetailInformation><eventDetail>${escaped(type)}</eventDetail></eventDetailInformation>`,
      ...linking('Agent', 'local', actor),
      ...linking('Object', 'UUID', record),
      '  </event>',
    ]),
    ...[...new Set(history.map(({ actor }) => actor))].flatMap((actor) => [
      '  <agent>',
      ...identifier('agent', 'local', actor, 4),
      `    <agentName>${escaped(actor)}</agentName>`,
      `    <agentType>${/^(person|operator):/.test(actor) ? 'person' : 'software'}</agentType>`,
      '  </agent>',
    ]),
    '</premis>',
    '',
  ];
  return lines.join('\n');
}

function eventType(type: string): string {
  return TYPES.find(([begin]) => type.startsWith(begin))?.[1] ?? 'metadata modification';
}

function identifier(of: string, type: string, value: string, indent: number): string[] {
  const space = ' '.repeat(indent);
  return [
    `${space}<${of}Identifier>`,
    `${space}  <${of}IdentifierType>${type}</${of}IdentifierType>`,
    `${space}  <${of}IdentifierValue>${escaped(value)}</${of}IdentifierValue>`,
    `${space}</${of}Identifier>`,
  ];
}

function linking(to: 'Agent' | 'Object', type: string, value: string): string[] {
  return [
    `    <linking${to}Identifier>`,
    `      <linking${to}IdentifierType>${type}</linking${to}IdentifierType>`,
    `      <linking${to}IdentifierValue>${escaped(value)}</linking${to}IdentifierValue>`,
    `    </linking${to}Identifier>`,
  ];
}

/** For element content. Controls that XML does not know become the sign for what cannot be shown. */
export function escaped(text: string): string {
  return (
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      // oxlint-disable-next-line no-control-regex
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
  );
}
