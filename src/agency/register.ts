/**
 * The register of an agency's sites: what each is, whose, who looks after it and who approved it. A site is never deleted, because
 * records name it; it is closed. What the register said before is kept, version after version, with who changed it.
 */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';
import { appendEvent, newId } from '#record/record.ts';
import { findAccount, type Account } from './accounts.ts';
import { civilDay, wordsOrNot } from './words.ts';

export const FORUMS = ['open', 'limited', 'none'] as const;
export type Forum = (typeof FORUMS)[number];

/** What an administrator says of a site. Null or empty: nobody said it. */
export interface SiteFacts extends Omit<Account, 'id'> {
  readonly department: string | null;
  readonly forum: Forum | null;
  readonly commentRule: string | null;
  /** Who administers it: people of the agency, by their ids. */
  readonly people: readonly string[];
  /** And who has no account here, by name. */
  readonly others: readonly string[];
  /** Both or neither: who approved the site, an office or a person, and the day. */
  readonly approvedBy: string | null;
  readonly approvedOn: string | null;
}

export interface Site extends SiteFacts {
  readonly id: string;
  readonly closedAt: Date | null;
  /** How often it was written. A change names it, so that nobody undoes what they did not see. */
  readonly version: number;
}

/** Only what names it: the rest is not known yet. */
export type NewAccount = Omit<Account, 'id'> & Partial<SiteFacts>;
export type SiteProblems = Partial<Record<keyof SiteFacts, string>>;

const NOBODY_SAID = {
  department: null,
  forum: null,
  commentRule: null,
  people: [],
  others: [],
  approvedBy: null,
  approvedOn: null,
} as const;
const MEMBERS = [
  'platform',
  'nativeId',
  'handle',
  'url',
  'name',
  ...(Object.keys(NOBODY_SAID) as (keyof typeof NOBODY_SAID)[]),
] as const;
const MOST_ADMINISTRATORS = 50;

/** What is wrong with it, and what to do. Whether it is free, and whether its people are here, shows in the tables. */
export function siteProblems(account: NewAccount): SiteProblems {
  const site: SiteFacts = { ...NOBODY_SAID, ...account };
  const problems: { -readonly [Member in keyof SiteFacts]?: string } = {};
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(site.platform))
    problems.platform = 'Enter the platform as a-z, 0-9 and -, such as facebook.';
  const most = { handle: 300, nativeId: 300, name: 300, department: 300, approvedBy: 300, commentRule: 5000 };
  for (const [member, length] of Object.entries(most) as [keyof typeof most, number][]) {
    const why = wordsOrNot(site[member], length);
    if (why !== null) problems[member] = why;
  }
  if (site.handle === null && site.nativeId === null && site.url === null)
    problems.handle = 'Enter its name there, its address or its id: one of them, so that reports find it.';
  if (site.url !== null && !isAddress(site.url))
    problems.url = 'Enter an address that begins with https:// or http://, or nothing.';
  if (site.forum !== null && !FORUMS.includes(site.forum))
    problems.forum = `Choose one of: ${FORUMS.join(', ')}.`;
  if (site.others.some((name) => wordsOrNot(name, 200) !== null))
    problems.others = 'Enter each name on a line of its own, at most 200 characters, no blanks at its ends.';
  if (site.people.length + site.others.length > MOST_ADMINISTRATORS)
    problems.others = `A site has at most ${MOST_ADMINISTRATORS} administrators here. Take some away.`;
  if (site.approvedOn !== null && !civilDay(site.approvedOn))
    problems.approvedOn = 'Enter a day that the calendar has, as YYYY-MM-DD, of the years 1000 to 2999.';
  if (site.approvedBy !== null && site.approvedOn === null)
    problems.approvedOn = 'Enter the day of the approval, or take away who approved it.';
  if (site.approvedBy === null && site.approvedOn !== null)
    problems.approvedBy = 'Enter who approved it, or take away the day.';
  return problems;
}

function isAddress(text: string): boolean {
  return text.length <= 2000 && URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/**
 * A site of the register that has one of its names already, open or closed. Whoever asks for the same agency waits until this one's
 * transaction is over: between the answer and what is written by it, nobody adds the same site once more.
 */
export async function siteLike(at: AgencyTx, account: NewAccount, self?: string): Promise<Site | null> {
  await sql`select pg_advisory_xact_lock(hashtextextended('register of ' || ${at.agencyId}, 0))`.execute(
    at.tx,
  );
  const there = (await listSites(at)).filter(({ id }) => id !== self);
  const names = [account.handle, account.nativeId, account.url].filter((one) => one !== null);
  return names.map((name) => findAccount(there, account.platform, name)).find((one) => one !== null) ?? null;
}

/** `by`: as histories name them; whoever is at the command line is nobody in particular. */
export async function addAccount(at: AgencyTx, account: NewAccount, by = 'cli'): Promise<string> {
  const id = newId();
  const facts: SiteFacts = { ...NOBODY_SAID, ...account };
  await at.tx
    .insertInto('account')
    .values({ agency_id: at.agencyId, id, platform: facts.platform, ...columnsOf(facts) })
    .execute();
  await keepVersion(at, id, 1, facts, false, by);
  await appendEvent(at, null, { type: 'account.added', actor: by, body: { account: id } });
  return id;
}

/** False: somebody changed it since `version` was read, or nobody of that id is there; then nothing is written. The platform stays. */
export async function changeSite(
  at: AgencyTx,
  id: string,
  version: number,
  facts: SiteFacts & { readonly closedAt: Date | null },
  by: string,
): Promise<boolean> {
  const { agencyId, tx } = at;
  // Whoever changes the same site waits here.
  const known = await tx
    .selectFrom('account')
    .select('id')
    .where('agency_id', '=', agencyId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  const before = known === undefined ? undefined : await siteOf(at, id);
  if (before === undefined || before === null || before.version !== version) return false;
  const { closedAt } = facts;
  const said: SiteFacts = { ...facts, platform: before.platform };
  const changed = MEMBERS.filter((member) => JSON.stringify(before[member]) !== JSON.stringify(said[member]));
  const shut = (before.closedAt === null) !== (closedAt === null);
  if (changed.length === 0 && !shut) return true;
  await tx
    .updateTable('account')
    .set({ ...columnsOf(facts), closed_at: closedAt })
    .where('agency_id', '=', agencyId)
    .where('id', '=', id)
    .execute();
  await keepVersion(at, id, version + 1, said, closedAt !== null, by);
  await appendEvent(at, null, {
    type: 'account.changed',
    actor: by,
    body: { account: id, changed: [...changed, ...(shut ? [closedAt === null ? 'opened' : 'closed'] : [])] },
  });
  return true;
}

export async function siteOf(at: AgencyTx, id: string): Promise<Site | null> {
  return (await listSites(at, id))[0] ?? null;
}

/** Open ones first, by platform and name. */
export async function listSites({ agencyId, tx }: AgencyTx, id?: string): Promise<Site[]> {
  const { rows } = await sql<Site>`
    select a.id, a.platform, a.native_id as "nativeId", a.handle, a.url, a.name, a.department, a.forum,
           a.comment_rule as "commentRule", a.admin_people as people, a.admin_names as others, a.approved_by as "approvedBy",
           a.approved_on as "approvedOn", a.closed_at as "closedAt",
           (select max(v.n) from account_version v where v.agency_id = a.agency_id and v.account_id = a.id) as version
      from account a where a.agency_id = ${agencyId} ${id === undefined ? sql`` : sql`and a.id = ${id}::uuid`}
     order by a.closed_at is not null, a.platform, lower(a.name), a.id`.execute(tx);
  return rows;
}

export interface SiteVersion {
  readonly n: number;
  readonly at: Date;
  readonly by: string;
  readonly said: SiteFacts & { readonly closed: boolean };
}

/** What the register said, newest first. */
export async function siteHistory({ agencyId, tx }: AgencyTx, id: string): Promise<SiteVersion[]> {
  const rows = await tx
    .selectFrom('account_version')
    .select(['n', 'at', 'by', 'body'])
    .where('agency_id', '=', agencyId)
    .where('account_id', '=', id)
    .orderBy('n', 'desc')
    .execute();
  return rows.map(({ n, at, by, body }) => ({ n, at, by, said: body as unknown as SiteVersion['said'] }));
}

export interface Unregistered {
  readonly platform: string;
  readonly account: string;
  readonly records: number;
  readonly lastAt: Date;
}

const MOST_UNREGISTERED = 200;

/** What reports named and the register did not have, newest first, without what it has by now. At most two hundred. */
export async function unregistered(at: AgencyTx): Promise<Unregistered[]> {
  const { rows } = await sql<Unregistered>`
    select platform, account, count(*)::int as records, max(received_at) as "lastAt" from record
     where agency_id = ${at.agencyId} and account_id is null group by platform, account
     order by max(received_at) desc, platform, account limit ${MOST_UNREGISTERED}`.execute(at.tx);
  const sites = await listSites(at);
  return rows.filter(({ platform, account }) => findAccount(sites, platform, account) === null);
}

/** An account as a report named it: an address, an id of the platform, or a handle. */
export function accountAsNamed(platform: string, named: string): NewAccount {
  const isUrl = /^https?:\/\//i.test(named);
  const isId = !isUrl && /^\d{5,}$/.test(named);
  return {
    platform,
    url: isUrl ? named : null,
    nativeId: isId ? named : null,
    handle: isUrl || isId ? null : named,
    name: named,
  };
}

function columnsOf(facts: SiteFacts) {
  return {
    native_id: facts.nativeId,
    handle: facts.handle,
    url: facts.url,
    name: facts.name,
    department: facts.department,
    forum: facts.forum,
    comment_rule: facts.commentRule,
    admin_people: [...facts.people],
    admin_names: [...facts.others],
    approved_by: facts.approvedBy,
    approved_on: facts.approvedOn,
  };
}

async function keepVersion(
  { agencyId, tx }: AgencyTx,
  id: string,
  n: number,
  facts: SiteFacts,
  closed: boolean,
  by: string,
): Promise<void> {
  // What is handed in may be a whole site, with what is no word of the register: its id, its number.
  const said = Object.fromEntries(MEMBERS.map((member) => [member, facts[member]]));
  await tx
    .insertInto('account_version')
    .values({ agency_id: agencyId, account_id: id, n, by, body: JSON.stringify({ ...said, closed }) })
    .execute();
}
