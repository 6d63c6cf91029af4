/** Who stands behind the numbers of a history. */
import type { AgencyTx } from '#db/db.ts';
import type { ActorName } from '#console/console.ts';
import type { HistoryEntry } from '#record/record.ts';

/** Histories hold numbers; names are read when somebody looks, inside the agency. */
export async function namesOf(
  { agencyId, tx }: AgencyTx,
  history: readonly HistoryEntry[],
): Promise<Record<string, ActorName>> {
  const ids = (kind: string): string[] => [
    ...new Set(
      history
        .filter(({ actor }) => actor.startsWith(`${kind}:`))
        .map(({ actor }) => actor.slice(kind.length + 1)),
    ),
  ];
  const [people, keys] = [ids('person'), ids('key')];
  const names: Record<string, ActorName> = {};
  if (people.length > 0)
    for (const row of await tx
      .selectFrom('person')
      .select(['id', 'name'])
      .where('agency_id', '=', agencyId)
      .where('id', 'in', people)
      .execute())
      names[`person:${row.id}`] = row.name;
  if (keys.length > 0)
    for (const row of await tx
      .selectFrom('api_key')
      .select(['id', 'label', 'role'])
      .where('agency_id', '=', agencyId)
      .where('id', 'in', keys)
      .execute())
      names[`key:${row.id}`] = { label: row.label, role: row.role };
  return names;
}
