/** What goes along with every package so that it can be read without us: how to check it, and the three specifications. */
import { readFileSync } from 'node:fs';

const at = (path: string): Buffer => readFileSync(new URL(`../${path}`, import.meta.url));

export const documents: ReadonlyMap<string, Buffer> = new Map([
  ['VERIFY.md', at('verify/VERIFY.md')],
  ['verify.py', at('verify/verify.py')],
  ['formats/log.md', at('log/FORMAT.md')],
  ['formats/package.md', at('verify/PACKAGE.md')],
  ['formats/seal.md', at('seal/FORMAT.md')],
]);
