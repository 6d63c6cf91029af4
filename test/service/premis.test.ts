/** What other people's programs find in the PREMIS of a package, and what its data dictionary asks of each entity. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toFolder } from '#export/export.ts';
import { rows } from '../support/extent.ts';
import { packageScene, workFolder } from '../support/package-scene.ts';
import { bringPremisTools, premisRead } from '../support/premis-tools.ts';

let work: string;
let path: string;
let premis: string;

beforeAll(async () => {
  await bringPremisTools();
  work = await workFolder();
  const scene = await packageScene();
  await toFolder(scene.parts(), join(work, 'package'));
  path = join(work, `package/data/records/${scene.records[0]}/premis.xml`);
  premis = await readFile(path, 'utf8');
});
afterAll(async () => await rm(work, { recursive: true, force: true }));

const all = (pattern: RegExp): string[] => [...premis.matchAll(pattern)].map(([, found = '']) => found);

describe('the PREMIS of a record', () => {
  test('is read by models of PREMIS 3 that are not ours, entity by entity', async () => {
    const { code, said } = await premisRead(path);
    expect(said).toBe(
      `[${all(/<(object) /g).length}, ${all(/<(event)>/g).length}, ${all(/<(agent)>/g).length}]\n`,
    );
    expect(code).toBe(0);
  });

  test.each(rows(['eventType', 'eventDateTime', 'agentName'], (_, i) => i === 0))(
    'is refused by them without its %s',
    async (name) => {
      const other = join(work, 'other.xml');
      await writeFile(other, premis.replace(new RegExp(`<${name}>[^]*?</${name}>`), ''));
      expect((await premisRead(other)).code).toBe(1);
    },
  );

  test('has what the data dictionary (PREMIS 3.0, 1.1, 1.5.6, 2.1 to 2.3, 3.1) makes mandatory, and links only to what is in it', () => {
    const values = (of: string): string[] => all(new RegExp(`<${of}IdentifierValue>([^<]+)<`, 'g'));
    for (const entity of premis.matchAll(/ {2}<(object|event|agent)[ >][^]*?\n {2}<\/\1>/g)) {
      const [text, name = ''] = entity;
      expect(text).toMatch(new RegExp(`<${name}IdentifierType>[^<]+<[^]*<${name}IdentifierValue>[^<]+<`));
      if (name === 'event') expect(text).toMatch(/<eventType>[^<]+<[^]*<eventDateTime>\d{4}-\d\d-\d\dT/);
      if (text.includes('xsi:type="file"')) {
        expect(text).toMatch(/<messageDigestAlgorithm>SHA-256<[^]*<messageDigest>[0-9a-f]{64}</);
        expect(text).toMatch(/<formatName>[^<]+</);
      }
    }
    expect(values('event').length).toBeGreaterThan(0);
    for (const agent of values('linkingAgent')) expect(values('agent')).toContain(agent);
    for (const object of values('linkingObject')) expect(values('object')).toContain(object);
  });
});
