/** The keys of an agency, for its administrators, who make, rotate and revoke them; its auditors look. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  actorOf,
  civilDay,
  dayIn,
  endOfDay,
  isLive,
  KEY_ROLES,
  keyProblems,
  listKeys,
  makeKey,
  revokeKey,
  rotateKey,
  zoneOf,
  type KeyView,
  type RotationRefusal,
} from '#agency/agency.ts';
import { html, keyPage, keysPage, ours, type Markup } from '#console/console.ts';
import type { AgencyTx } from '#db/db.ts';
import {
  forAdministrators,
  forLookers,
  idHere,
  mayChange,
  notHere,
  peopleOf,
  refuseProgram,
  sendPage,
  textOrNull,
} from './administration.ts';
import { callerOf } from './auth.ts';
import type { ApiContext } from './context.ts';
import { formOf, takeForms } from './forms.ts';

type Parts = Parameters<typeof keysPage>[1];

const NO_KEY = 'There is no such key in this agency.';
const BAD_DAY = 'Enter a day that the calendar has, as YYYY-MM-DD, of the years 1000 to 2999.';
const WEEK_MS = 7 * 24 * 60 * 60 * 1000;
const ROTATION_SENTENCES: Readonly<Record<RotationRefusal, string>> = {
  'not-live': 'This key is over, so it cannot be rotated. Make a new one.',
  replaced:
    'Another key takes the place of this one already. Put that one in place; where it is lost, revoke it, and rotate this one again.',
  'two-live':
    'The key that this one takes the place of is live. Revoke that one first, or wait until it ends.',
  'ends-in-the-past':
    'The last day of the old key lies in the past. Choose today or a later day, or revoke it.',
};

export function registerKeys(routes: FastifyInstance, context: ApiContext): void {
  const { db, now } = context.system;

  const show = async (
    request: FastifyRequest,
    reply: FastifyReply,
    more: Partial<Pick<Parts, 'typed' | 'errors' | 'said'>> = {},
  ) => {
    const { agencyId } = callerOf(request);
    const at = now();
    const parts = await db.inAgency(agencyId, async (tx) => {
      const { zone, doerOf } = await peopleOf(tx);
      const keys = await listKeys(tx);
      return { zone, keys: keys.map((key) => shown(key, keys, doerOf, zone, at)) };
    });
    const page = keysPage(context.frameOf(request), {
      ...parts,
      agencyId,
      changes: mayChange(request),
      roles: KEY_ROLES.toSorted((one, other) => Number(other === 'intake') - Number(one === 'intake')),
      typed: { label: '', role: 'intake', source: '', lastDay: '' },
      errors: {},
      said: null,
      ...more,
    });
    return await sendPage(reply, page, more.errors !== undefined || more.said?.kind === 'error');
  };
  const showKey = async (
    request: FastifyRequest,
    reply: FastifyReply,
    made: { readonly key: string; readonly label: string; readonly old: string | null },
  ) => await sendPage(reply, keyPage(context.frameOf(request), made));

  void routes.register(async (app) => {
    takeForms(app);

    app.get('/keys', forLookers, async (request, reply) => await show(request, reply));

    app.post('/keys', forAdministrators, async (request, reply) => {
      refuseProgram(request, 'key create');
      const form = formOf(request);
      const caller = callerOf(request);
      const typed = {
        label: form.one('label'),
        role: form.one('role'),
        source: form.one('source'),
        lastDay: form.one('lastDay'),
      };
      const role = KEY_ROLES.find((one) => one === typed.role);
      const done = await db.inAgency(caller.agencyId, async (at) => {
        const expiresAt = await lastMoment(at, typed.lastDay);
        const key = {
          label: typed.label,
          source: textOrNull(typed.source),
          expiresAt: expiresAt ?? null,
        };
        const { expiresAt: ends, ...problems } = keyProblems(caller.agencyId, key, now());
        const lastDay = expiresAt === undefined ? BAD_DAY : ends;
        const errors = {
          ...problems,
          ...(lastDay === undefined ? {} : { lastDay }),
          ...(role === undefined ? { role: 'Choose one of those in the list.' } : {}),
        };
        if (role === undefined || Object.keys(errors).length > 0) return { errors };
        return await makeKey(at, { ...key, role }, actorOf(caller));
      });
      if ('errors' in done) return await show(request, reply, { typed, errors: done.errors });
      return await showKey(request, reply, { key: done.key, label: typed.label, old: null });
    });

    app.post<{ Params: { id: string } }>('/keys/:id/rotation', forAdministrators, async (request, reply) => {
      refuseProgram(request, 'key create');
      const id = idHere(request.params.id, 'key-not-found', NO_KEY);
      const form = formOf(request);
      const caller = callerOf(request);
      const done = await db.inAgency(caller.agencyId, async (at) => {
        const old = await keyHere(at, id);
        const endsAt = await lastMoment(at, form.one(`${id}-ends`));
        const expiresAt = await lastMoment(at, form.one(`${id}-lastDay`));
        if (endsAt === undefined || endsAt === null || expiresAt === undefined) return { why: BAD_DAY };
        const why = keyProblems(caller.agencyId, { label: old.label, expiresAt }, now()).expiresAt;
        if (why !== undefined) return { why };
        const made = await rotateKey(at, id, { endsAt, expiresAt, by: actorOf(caller), now: now() });
        return 'refused' in made
          ? { why: ROTATION_SENTENCES[made.refused] }
          : { ...made, label: old.label, zone: await zoneOf(at) };
      });
      if ('why' in done)
        return await show(request, reply, {
          said: { kind: 'error', text: html`Nothing was rotated. ${ours(done.why)}` },
        });
      return await showKey(request, reply, {
        ...done,
        old: `The old key goes on until the end of ${lastDayOf(done.zone, done.ends)}.`,
      });
    });

    app.post<{ Params: { id: string } }>(
      '/keys/:id/revocation',
      forAdministrators,
      async (request, reply) => {
        refuseProgram(request, 'key revoke');
        const id = idHere(request.params.id, 'key-not-found', NO_KEY);
        const caller = callerOf(request);
        const { label } = await db.inAgency(caller.agencyId, async (at) => await keyHere(at, id));
        const isDone = await revokeKey(db, caller.agencyId, id, now(), actorOf(caller));
        return await show(request, reply, {
          said: {
            kind: 'success',
            text: isDone ? html`${label} is revoked.` : html`${label} was revoked before.`,
          },
        });
      },
    );
  });
}

async function keyHere(at: AgencyTx, id: string): Promise<KeyView> {
  const key = (await listKeys(at)).find(({ keyId }) => keyId === id);
  if (key === undefined) throw notHere('key-not-found', NO_KEY);
  return key;
}

/** When that day is over in the agency; null: no day was named; undefined: it is none. */
async function lastMoment(at: AgencyTx, day: string): Promise<Date | null | undefined> {
  if (day === '') return null;
  return civilDay(day) ? await endOfDay(at, day) : undefined;
}

/** The last day on which it still counts. */
function lastDayOf(zone: string, ends: Date): string {
  return dayIn(zone, new Date(ends.getTime() - 1));
}

function shown(
  key: KeyView,
  keys: readonly KeyView[],
  doerOf: (actor: string) => string | Markup,
  zone: string,
  now: Date,
): Parts['keys'][number] {
  const successors = keys.filter(({ replaces }) => replaces === key.keyId);
  const next = successors.find((one) => isLive(one, now));
  const before = keys.find(({ keyId }) => keyId === key.replaces);
  const inAWeek = new Date(now.getTime() + WEEK_MS);
  // The end of a key that was rotated once is the end of that rotation, not of the purpose: its last successor has that.
  const meant = successors.at(-1) ?? key;
  return {
    ...key,
    createdAt: key.createdAt.toISOString(),
    createdBy: doerOf(key.createdBy),
    expiresAt: key.expiresAt?.toISOString() ?? null,
    lastUsed: key.lastUsed?.toISOString() ?? null,
    revokedAt: key.revokedAt?.toISOString() ?? null,
    isLive: isLive(key, now),
    successor: next !== undefined ? 'live' : successors.length > 0 ? 'over' : 'none',
    isBesideOld: before !== undefined && isLive(before, now),
    endsDay:
      key.expiresAt !== null && key.expiresAt < inAWeek
        ? lastDayOf(zone, key.expiresAt)
        : dayIn(zone, inAWeek),
    lastDay: meant.expiresAt === null ? '' : lastDayOf(zone, meant.expiresAt),
  };
}
