/** `metadata.json`, and the history that it lists. */
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import type { PackageFiles } from './files.ts';
import { readJson } from './papers.ts';

const Event = Type.Object(
  {
    id: Type.String(),
    type: Type.String(),
    at: Type.String(),
    actor: Type.String(),
  },
  { additionalProperties: false },
);
const Metadata = Type.Object({
  record: Type.String(),
  about: Type.String(),
  history: Type.Array(Event, { minItems: 1 }),
});
const metadata = Compile(Metadata);

const MAX_METADATA = 256 * 2 ** 20;

export async function metadataOf(
  files: PackageFiles,
  path: string,
  record: string,
): Promise<Static<typeof Metadata> | null> {
  const said = await readJson(files, path, MAX_METADATA);
  return metadata.Check(said) && said.record === record ? said : null;
}
