/** What goes along with every production so that it can be read without us. */
import { readFileSync } from 'node:fs';

const at = (path: string): Buffer => readFileSync(new URL(`../${path}`, import.meta.url));

export const productionDocuments: ReadonlyMap<string, Buffer> = new Map([
  ['data/VERIFY.md', at('verify/PRODUCTION-VERIFY.md')],
  ['data/formats/production.md', at('verify/PRODUCTION.md')],
  ['data/formats/redacted-record.md', at('production/FORMAT.md')],
]);
