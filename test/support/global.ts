/** One real Postgres for the run, with a migrated template that each test file clones. */
import type { TestProject } from 'vitest/node';
import { migrateDatabase } from '../../src/database.ts';
import { startPostgres } from './postgres.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    postgresUrl: string;
  }
}

export const TEMPLATE = 'holdfast_template';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // fsync stays on: the archive refuses a server that could lose what it acknowledged, in tests too.
  const postgres = await startPostgres();
  const url = await postgres.createDatabase(TEMPLATE);
  await migrateDatabase({ url, ownerUrl: url }, () => undefined);
  project.provide('postgresUrl', postgres.superuserUrl);
  return async () => await postgres.stop();
}
