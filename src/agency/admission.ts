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
import { beginSession } from './sessions.ts';

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

function rolesFrom({ roleClaim, roleMap }: IdentityProvider, claims: IDToken): string[] {
  const said: unknown = claims[roleClaim];
  const values = (Array.isArray(said) ? said : [said]).filter((one) => typeof one === 'string');
  return [
    ...new Set(values.flatMap((value) => (Object.hasOwn(roleMap, value) ? (roleMap[value] ?? []) : []))),
  ];
}
