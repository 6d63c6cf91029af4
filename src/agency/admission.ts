/**
 * Whom the agency's own provider sends: who they are here, and what they may do. Roles are the provider's, anew at each sign-in; what
 * it no longer says is taken away, and ends every session with it.
 */
import { isDeepStrictEqual } from 'node:util';
import { sql } from 'kysely';
import type { IDToken } from 'openid-client';
import type { AgencyTx } from '#db/db.ts';
import { isSameIssuer, providerOf, type IdentityProvider, type KeptProvider } from './identity-provider.ts';
import type { OidcRefusal } from './oidc.ts';
import { addPerson, changeRoles, setRoles } from './people.ts';
import { appendEvent } from '#record/record.ts';
import { beginSession } from './sessions.ts';

const ALLOWED_MS = 3 * 24 * 3_600_000;

/** The next whom the provider sends with their confirmed address, within three days, is them: by an administrator's hand. */
export async function allowProvider(at: AgencyTx, personId: string, by: string, now: Date): Promise<void> {
  await at.tx
    .updateTable('person')
    .set({ provider_until: new Date(now.getTime() + ALLOWED_MS) })
    .where('agency_id', '=', at.agencyId)
    .where('id', '=', personId)
    .execute();
  await appendEvent(at, null, { type: 'person.provider-allowed', actor: by, body: { person: personId } });
}

export async function admit(
  at: AgencyTx,
  provider: KeptProvider,
  claims: IDToken,
  now: Date,
): Promise<{ readonly token: string } | { readonly refused: OidcRefusal }> {
  const { agencyId, tx } = at;
  // What somebody changed while the provider was asked counts: who was let in by what stood there before would stay in.
  if (!isDeepStrictEqual(await providerOf(at, { held: true }), provider)) return { refused: 'not-accepted' };
  const { sub: subject } = claims;
  const { issuer } = provider;
  if (!isSameIssuer(claims.iss, issuer)) return { refused: 'not-accepted' };
  const roles = rolesFrom(provider, claims);
  const clash = roles.includes('auditor') && roles.length > 1;
  const by = `provider:${issuer}`;
  const known = await tx
    .selectFrom('person')
    .select(['id', 'left_at'])
    .where('agency_id', '=', agencyId)
    // As the token has it, too: so they were kept before. With or without a slash at its end, it is the same issuer.
    .where('issuer', 'in', [issuer, claims.iss])
    .where('subject', '=', subject)
    .orderBy(sql`issuer = ${issuer}`, 'desc')
    .forUpdate()
    .executeTakeFirst();
  if (known !== undefined && known.left_at !== null) return { refused: 'left' };
  if (roles.length === 0 || clash) {
    if (known !== undefined) await changeRoles(at, known.id, [], by, now);
    return { refused: clash ? 'roles-clash' : 'no-role' };
  }
  let personId = known?.id;
  if (personId === undefined) {
    const email = claims['email'];
    // Microsoft Entra says it in a claim of its own, where it is asked for it.
    const isConfirmed = claims['email_verified'] === true || claims['xms_edov'] === true;
    if (typeof email !== 'string' || !isConfirmed) return { refused: 'email-unclear' };
    const allowed = await bindAllowed(at, email, { issuer, subject }, now);
    if (allowed !== null) {
      await setRoles(at, allowed, roles, by, now);
      return { token: await beginSession(at, allowed, 'oidc', now) };
    }
    const name = claims['name'];
    const added = await addPerson(
      at,
      { name: typeof name === 'string' && name.trim() !== '' ? name.slice(0, 200) : email, email, roles },
      by,
    );
    // Somebody with an account of ours is not taken over by whoever the provider gives their address.
    if ('refused' in added) return { refused: 'email-unclear' };
    ({ personId } = added);
    await tx
      .updateTable('person')
      .set({ issuer, subject })
      .where('agency_id', '=', agencyId)
      .where('id', '=', personId)
      .execute();
  } else {
    await tx
      .updateTable('person')
      .set({ issuer })
      .where('agency_id', '=', agencyId)
      .where('id', '=', personId)
      .execute();
    await setRoles(at, personId, roles, by, now);
  }
  return { token: await beginSession(at, personId, 'oidc', now) };
}

/** Who has an account of ours and may come by the provider, once. Their other ways in stay. */
async function bindAllowed(
  at: AgencyTx,
  email: string,
  identity: { readonly issuer: string; readonly subject: string },
  now: Date,
): Promise<string | null> {
  const { agencyId, tx } = at;
  const bound = await tx
    .updateTable('person')
    .set({ ...identity, provider_until: null })
    .where('agency_id', '=', agencyId)
    .where(sql`lower(email)`, '=', sql`lower(${email})`)
    .where('left_at', 'is', null)
    .where('provider_until', '>', now)
    .returning('id')
    .executeTakeFirst();
  if (bound === undefined) return null;
  await appendEvent(at, null, {
    type: 'person.means',
    actor: `person:${bound.id}`,
    body: { person: bound.id, means: 'oidc', issuer: identity.issuer },
  });
  return bound.id;
}

function rolesFrom({ roleClaim, roleMap }: IdentityProvider, claims: IDToken): string[] {
  const said: unknown = claims[roleClaim];
  const values = (Array.isArray(said) ? said : [said]).filter((one) => typeof one === 'string');
  return [
    ...new Set(values.flatMap((value) => (Object.hasOwn(roleMap, value) ? (roleMap[value] ?? []) : []))),
  ];
}
