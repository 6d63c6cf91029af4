/** Who acts, for the entries that the database writes of requests and calendars (migration 0046). Until the end of the transaction. */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';

export async function actingAs({ tx }: AgencyTx, actor: string): Promise<void> {
  await sql`select set_config('app.actor', ${actor}, true)`.execute(tx);
}
