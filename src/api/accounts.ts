/** The register of the agency's sites: read by everybody who reads records, changed by its administrators. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  accountAsNamed,
  actorOf,
  addAccount,
  changeSite,
  listSites,
  siteHistory,
  siteLike,
  siteOf,
  siteProblems,
  unregistered,
  type Site,
  type SiteFacts,
} from '#agency/agency.ts';
import { accountPage, accountsPage, html, newAccountPage, ours, type Markup } from '#console/console.ts';
import type { AgencyTx } from '#db/db.ts';
import { changesOf, factsOf, NOTHING_TYPED, shown, typedIn, typedOf, type Typed } from './account-forms.ts';
import {
  forAdministrators,
  idHere,
  mayChange,
  notHere,
  peopleOf,
  refuseProgram,
  sendPage,
  type AgencyPeople,
} from './administration.ts';
import { callerOf, READERS } from './auth.ts';
import type { ApiContext } from './context.ts';
import { formOf, takeForms, type Form } from './forms.ts';

type Said = Parameters<typeof accountsPage>[1]['said'];
/** Of each field, what is wrong with it. */
type Wrong = Partial<Record<keyof SiteFacts, string | Markup>>;

const NO_ACCOUNT = 'There is no such account in this agency.';

export function registerAccounts(routes: FastifyInstance, context: ApiContext): void {
  const { db, now } = context.system;
  const readers = { schema: { hide: true }, config: { roles: READERS, page: true } } as const;
  /** Who may be chosen. Who left is no choice any more, and stays where the site names them until somebody takes them away. */
  const offered = ({ people }: AgencyPeople, named: readonly string[]) =>
    people
      .filter(({ id, leftAt }) => leftAt === null || named.includes(id))
      .map(({ id, name, leftAt }) => ({ id, name, hasLeft: leftAt !== null }));

  const showAll = async (request: FastifyRequest, reply: FastifyReply, said: Said) => {
    const parts = await db.inAgency(callerOf(request).agencyId, async (at) => {
      const who = await peopleOf(at);
      return {
        zone: who.zone,
        sites: (await listSites(at)).map((site) => shown(site, who)),
        unregistered: (await unregistered(at)).map((one) => ({ ...one, lastAt: one.lastAt.toISOString() })),
      };
    });
    const page = accountsPage(context.frameOf(request), { ...parts, changes: mayChange(request), said });
    return await sendPage(reply, page, said?.kind === 'error');
  };

  const showOne = async (
    request: FastifyRequest,
    reply: FastifyReply,
    id: string,
    more: { readonly said?: Said; readonly typed?: Typed; readonly errors?: Wrong } = {},
  ) => {
    const parts = await db.inAgency(callerOf(request).agencyId, async (at) => {
      const who = await peopleOf(at);
      const site = await siteHere(at, id);
      return {
        zone: who.zone,
        site: shown(site, who),
        version: site.version,
        typed: typedOf(site),
        people: offered(who, site.people),
        history: changesOf(await siteHistory(at, id), who),
      };
    });
    const page = accountPage(context.frameOf(request), {
      ...parts,
      changes: mayChange(request),
      said: more.said ?? null,
      errors: more.errors ?? {},
      ...(more.typed === undefined ? {} : { typed: more.typed }),
    });
    return await sendPage(reply, page, more.errors !== undefined || more.said?.kind === 'error');
  };

  const showNew = async (request: FastifyRequest, reply: FastifyReply, typed: Typed, errors: Wrong) => {
    const people = await db.inAgency(callerOf(request).agencyId, async (at) =>
      offered(await peopleOf(at), []),
    );
    const page = newAccountPage(context.frameOf(request), { typed, errors, people });
    return await sendPage(reply, page, Object.keys(errors).length > 0);
  };

  /** What was typed, and what is wrong with it; of a site that is there already, with its platform. */
  const read = async (
    at: AgencyTx,
    form: Form,
    known: Site | null,
  ): Promise<{ readonly facts: SiteFacts; readonly errors: Wrong }> => {
    const facts = factsOf(form, known?.platform ?? form.one('platform'));
    const errors: Wrong = { ...siteProblems(facts) };
    const forum = form.one('forum');
    if (forum !== (facts.forum ?? '')) errors.forum = 'Choose one of those in the list.';
    const here = new Set((await peopleOf(at)).people.map(({ id }) => id));
    if (facts.people.some((id) => !here.has(id))) errors.people = 'Choose people of this agency.';
    const taken = await siteLike(at, facts, known?.id);
    if (taken !== null && Object.keys(errors).length === 0)
      errors.handle =
        taken.closedAt === null
          ? html`The register has it already, as “${taken.name}”.`
          : html`The register has it already, as “${taken.name}”, which is closed: open it again instead.`;
    return { facts, errors };
  };

  void routes.register(async (app) => {
    takeForms(app);

    app.get('/accounts', readers, async (request, reply) => await showAll(request, reply, null));

    app.get('/accounts/new', forAdministrators, async (request, reply) => {
      return await showNew(request, reply, NOTHING_TYPED, {});
    });

    app.post('/accounts', forAdministrators, async (request, reply) => {
      refuseProgram(request, 'account add');
      const form = formOf(request);
      const caller = callerOf(request);
      const done = await db.inAgency(caller.agencyId, async (at) => {
        const { facts, errors } = await read(at, form, null);
        if (Object.keys(errors).length > 0) return { errors };
        return { id: await addAccount(at, facts, actorOf(caller)) };
      });
      if (done.id === undefined) return await showNew(request, reply, typedIn(form), done.errors);
      return await showOne(request, reply, done.id, {
        said: { kind: 'success', text: 'Added to the register.' },
      });
    });

    app.post('/accounts/unregistered', forAdministrators, async (request, reply) => {
      refuseProgram(request, 'account add');
      const form = formOf(request);
      const caller = callerOf(request);
      const account = accountAsNamed(form.one('platform'), form.one('account'));
      const done = await db.inAgency(caller.agencyId, async (at) => {
        const [why] = Object.values(siteProblems(account));
        if (why !== undefined) return { why };
        const known = await siteLike(at, account);
        return { id: known?.id ?? (await addAccount(at, account, actorOf(caller))) };
      });
      if (done.id === undefined)
        return await showAll(request, reply, {
          kind: 'error',
          text: html`It cannot be registered as it was named. ${ours(done.why)} Add it as a new site.`,
        });
      return await showOne(request, reply, done.id, {
        said: {
          kind: 'success',
          text: 'It is in the register now. Say below whose it is, and who approved it.',
        },
      });
    });

    app.get<{ Params: { id: string } }>('/accounts/:id', readers, async (request, reply) => {
      const id = idHere(request.params.id, 'account-not-found', NO_ACCOUNT);
      return await showOne(request, reply, id);
    });

    app.post<{ Params: { id: string } }>('/accounts/:id', forAdministrators, async (request, reply) => {
      refuseProgram(request, 'account add');
      const id = idHere(request.params.id, 'account-not-found', NO_ACCOUNT);
      const form = formOf(request);
      const caller = callerOf(request);
      const done = await db.inAgency(caller.agencyId, async (at) => {
        const site = await siteHere(at, id);
        const { facts, errors } = await read(at, form, site);
        if (Object.keys(errors).length > 0) return { errors };
        const { closedAt } = site;
        const version = Number(form.one('version'));
        return { isDone: await changeSite(at, id, version, { ...facts, closedAt }, actorOf(caller)) };
      });
      if (done.errors !== undefined)
        return await showOne(request, reply, id, { typed: typedIn(form), errors: done.errors });
      return await showOne(request, reply, id, { said: done.isDone ? SAVED : OVERTAKEN });
    });

    app.post<{ Params: { id: string } }>('/accounts/:id/state', forAdministrators, async (request, reply) => {
      refuseProgram(request, 'account add');
      const id = idHere(request.params.id, 'account-not-found', NO_ACCOUNT);
      const form = formOf(request);
      const caller = callerOf(request);
      const closes = form.one('state') === 'closed';
      const isDone = await db.inAgency(caller.agencyId, async (at) => {
        const site = await siteHere(at, id);
        const facts = { ...site, closedAt: closes ? (site.closedAt ?? now()) : null };
        return await changeSite(at, id, Number(form.one('version')), facts, actorOf(caller));
      });
      return await showOne(request, reply, id, { said: isDone ? SAVED : OVERTAKEN });
    });
  });
}

const SAVED = { kind: 'success', text: 'Saved.' } as const;
const OVERTAKEN = {
  kind: 'error',
  text: 'Somebody changed this site since you opened the page, so nothing was saved. It is shown as it stands now: make your change again.',
} as const;

async function siteHere(at: AgencyTx, id: string): Promise<Site> {
  const site = await siteOf(at, id);
  if (site === null) throw notHere('account-not-found', NO_ACCOUNT);
  return site;
}
