/** People of an agency in tests: with an account, and signed in, as the pages do it. */
import { randomUUID } from 'node:crypto';
import { TOTP, Secret } from 'otpauth';
import { addPerson, invite, invitedBy, joinWithPassword, newCodeSecret, codeStep } from '#agency/agency.ts';
import type { Archive } from './archive.ts';

export const PASSWORD = 'correct horse battery staple';

export interface Colleague {
  readonly personId: string;
  readonly email: string;
  readonly secret: string;
  /** Of a session that began when they chose how to sign in. */
  readonly token: string;
  readonly cookie: string;
}

/** The code of an app that has the secret, `steps` half minutes from now. */
export function codeOf(secret: string, steps = 0, at = Date.now()): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: at + steps * 30_000 });
}

export async function colleague(
  archive: Archive,
  roles: readonly string[],
  agency = 'rivertown',
): Promise<Colleague> {
  const { db, now } = archive.system;
  const email = `${randomUUID()}@${agency}.example`;
  const made = await db.inAgency(agency, async (at) => {
    const added = await addPerson(at, { name: `Somebody of ${agency}`, email, roles }, 'cli');
    if ('refused' in added) throw new Error(added.refused);
    return { ...added, link: await invite(at, added.personId, 'cli', now()) };
  });
  const invited = await invitedBy(db, made.link, now());
  if (invited === null) throw new Error('The link leads nowhere.');
  const secret = newCodeSecret();
  // Of a minute ago, so that the code of this moment is still to be used.
  const step = (codeStep(secret, codeOf(secret), new Date()) ?? 0) - 2;
  const token = await joinWithPassword(
    db,
    invited,
    { password: PASSWORD, codeSecret: secret, codeStep: step },
    now(),
  );
  if (token === null) throw new Error('The link was used.');
  return { personId: made.personId, email, secret, token, cookie: `holdfast-session=${token}` };
}

/** A call of the API as somebody who is signed in makes it; `body` goes as JSON. */
export async function askAs(
  archive: Archive,
  who: Pick<Colleague, 'cookie'>,
  method: 'GET' | 'POST',
  url: string,
  body?: object,
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const response = await archive.app.inject({
    method,
    url,
    headers: { cookie: who.cookie, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  return { status: response.statusCode, body: response.json() };
}
