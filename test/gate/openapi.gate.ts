/** The API keeps what `/openapi.json` says of it, asked by a program that knows nothing else of it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seedOfRun } from '../support/chance.ts';
import { openScene, pictureReport, type Scene } from '../support/crash-scene.ts';
import { askByDescription } from '../support/schemathesis.ts';

const EXAMPLES = 60;
const TIMEOUT_MS = 600_000;

let scene: Scene;
let recordId: string;
beforeAll(async () => {
  scene = await openScene();
  const api = scene.start({ name: 'api', api: true });
  scene.address = (await api.hears((said) => said.ready !== undefined)).address ?? '';
  for (let n = 0; n < 3; n += 1)
    recordId = (await scene.submitter.hand(await pictureReport())).recordId ?? '';
  const honest = scene.start({ name: 'honest', workers: ['relay', 'seal', 'capture'] });
  await scene.settled();
  await honest.stop();
});
afterAll(async () => await scene.close());

const json = async (path: string, apiKey: string): Promise<Record<string, unknown>> =>
  (await (
    await fetch(scene.address + path, { headers: { authorization: `Bearer ${apiKey}` } })
  ).json()) as Record<string, unknown>;

test('schemathesis finds no answer that /openapi.json does not describe', async () => {
  const apiKey = await scene.archive.key('custodian');
  const { nextCursor } = await json('/v1/records?limit=1', apiKey);
  const { code, said } = await askByDescription({
    address: scene.address,
    apiKey,
    seed: seedOfRun(),
    examples: EXAMPLES,
    timeoutMs: TIMEOUT_MS,
    settings: `
# What no schema can know: a record that is there, and a cursor, which only the page before it hands out.
[parameters]
"path.id" = "${recordId}"
"path.n" = "1"
"path.step" = "seal"
"query.cursor" = ${JSON.stringify(nextCursor)}

# 422 is said of a report that fits its schema and still cannot be right: a ground that the agency does not have, an address
# that nobody can open, a time that has not come yet. 403, of one that names another agency than the key's.
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "403", "404", "409", "422"]

# No text may hold a NUL, which a schema would have to repeat at every text: test/unit/intake-hostile-text.test.ts.
[generation]
allow-x00 = false

# A stream that goes on until the caller ends it: test/service/streams.test.ts.
[[operations]]
include-path = "/v1/records/{id}/events"
enabled = false
`,
  });
  expect(code, said).toBe(0);
  // A run that asked nothing has found nothing.
  const generated = Number(/(\d+) generated/.exec(said)?.[1]);
  console.log(`schemathesis: ${/.*\d+ generated.*/.exec(said)?.[0].trim()}`);
  expect(generated).toBeGreaterThan(1000);
});
