/** The agency that a verb was told, or null after a sentence that names those that there are. */
import type { Agency } from '#agency/agency.ts';
import type { Db } from '#db/db.ts';
import type { Invocation } from './verb.ts';

export async function knownAgency(
  db: Db,
  { options, say }: Pick<Invocation, 'options' | 'say'>,
): Promise<Agency | null> {
  const { listAgencies, SYSTEM_AGENCY, SYSTEM_IS_NONE } = await import('#agency/agency.ts');
  const slug = String(options['agency']);
  if (slug === SYSTEM_AGENCY) {
    say(SYSTEM_IS_NONE);
    return null;
  }
  const agencies = await listAgencies(db);
  const found = agencies.find((one) => one.id === slug);
  if (found !== undefined) return found;
  say(
    `There is no agency "${slug}". ${agencies.length === 0 ? 'Add one: npx holdfast agency add --slug … --name …' : `There are: ${agencies.map((one) => one.id).join(', ')}.`}`,
  );
  return null;
}
