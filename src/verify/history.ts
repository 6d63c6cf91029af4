/** The history that `metadata.json` lists. */
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import type { PackageFiles } from './files.ts';
import { readJson } from './papers.ts';

const Event = Type.Object({
  id: Type.String(),
  type: Type.String(),
  at: Type.String(),
  actor: Type.String(),
});
const metadata = Compile(Type.Object({ record: Type.String(), history: Type.Array(Event, { minItems: 1 }) }));

const MAX_METADATA = 256 * 2 ** 20;

export async function historyOf(
  files: PackageFiles,
  path: string,
  record: string,
): Promise<readonly Static<typeof Event>[] | null> {
  const said = await readJson(files, path, MAX_METADATA);
  return metadata.Check(said) && said.record === record ? said.history : null;
}
