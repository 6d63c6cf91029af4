/**
 * Whom the agency's own provider sends: who they are here, and what they may do. Roles are the provider's, anew at each sign-in; what
 * it no longer says is taken away, and ends every session with it.
 */
import type { IDToken } from 'openid-client';
import type { AgencyTx } from '#db/db.ts';
import type { IdentityProvider } from './identity-provider.ts';
import type { OidcRefusal } from './oidc.ts';
import { addPerson, changeRoles, setRoles } from './people.ts';
import { beginSession } from './sessions.ts';

export async function admit(
  at: AgencyTx,
  provider: IdentityProvider,
  claims: IDToken,
  now: Date,
): Promise<{ readonly token: string } | { readonly refused: OidcRefusal }> {
  const { agencyId, tx } = at;
  // As the configuration names it: the library has held the token's own against it.
  const { iss: issuer, sub: subject } = claims;
  const roles = rolesFrom(provider, claims);
  const clash = roles.includes('auditor') && roles.length > 1;
  const by = `provider:${issuer}`;
  const known = await tx
    .selectFrom('person')
    .select(['id', 'left_at'])
    .where('agency_id', '=', agencyId)
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
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
    if (typeof email !== 'string' || claims['email_verified'] !== true) return { refused: 'email-unclear' };
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
  } else await setRoles(at, personId, roles, by, now);
  return { token: await beginSession(at, personId, 'oidc', now) };
}

function rolesFrom({ roleClaim, roleMap }: IdentityProvider, claims: IDToken): string[] {
  const said: unknown = claims[roleClaim];
  const values = (Array.isArray(said) ? said : [said]).filter((one) => typeof one === 'string');
  return [
    ...new Set(values.flatMap((value) => (Object.hasOwn(roleMap, value) ? (roleMap[value] ?? []) : []))),
  ];
}
