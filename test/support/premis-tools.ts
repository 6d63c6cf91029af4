/**
 * Other people's reading of our PREMIS: models of version 3 from PyPI, which refuse what they need and do not find. The schema itself is in no
 * package of npm or PyPI that we know of; these were written after it, for the profile of one archive.
 */
import { ended, type Ended } from './bagit.ts';
import { areThere, bringPythonTools, pythonTools } from './python-tools.ts';

const TOOLS = pythonTools('sipin-eark-models==0.0.12');

export async function bringPremisTools(): Promise<void> {
  await bringPythonTools(TOOLS);
}

const READ = `
import json, sys
from eark_models.premis.v3_0 import Premis
said = Premis.from_xml(sys.argv[1])
print(json.dumps([len(said.objects), len(said.events), len(said.agents)]))
`;

/** How many objects, events and agents they found in it. */
export async function premisRead(path: string): Promise<Ended> {
  if (!(await areThere(TOOLS))) throw new Error(TOOLS.howTo);
  return await ended('python3', ['-c', READ, path], undefined, { PYTHONPATH: TOOLS.folder });
}
