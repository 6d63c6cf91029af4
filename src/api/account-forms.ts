/** The register between its tables and its pages: what stands in the fields, and what the pages show of it. */
import { FORUMS, type Site, type SiteFacts, type SiteVersion } from '#agency/agency.ts';
import type { accountPage, newAccountPage } from '#console/console.ts';
import { linesOf, textOrNull, type AgencyPeople } from './administration.ts';
import type { Form } from './forms.ts';

export type Typed = Parameters<typeof newAccountPage>[1]['typed'];

export const NOTHING_TYPED: Typed = {
  platform: '',
  name: '',
  handle: '',
  url: '',
  nativeId: '',
  department: '',
  forum: '',
  commentRule: '',
  people: [],
  others: '',
  approvedBy: '',
  approvedOn: '',
};

export function typedIn(form: Form): Typed {
  const texts = Object.keys(NOTHING_TYPED).map((name) => [name, linesOf(form.one(name))]);
  return { ...(Object.fromEntries(texts) as Typed), people: form.all('people') };
}

export function factsOf(form: Form, platform: string): SiteFacts {
  const typed = typedIn(form);
  return {
    platform,
    name: typed.name,
    handle: textOrNull(typed.handle),
    url: textOrNull(typed.url),
    nativeId: textOrNull(typed.nativeId),
    department: textOrNull(typed.department),
    forum: FORUMS.find((one) => one === typed.forum) ?? null,
    commentRule: textOrNull(typed.commentRule),
    people: [...new Set(typed.people)],
    others: typed.others.split('\n').filter((one) => one !== ''),
    approvedBy: textOrNull(typed.approvedBy),
    approvedOn: textOrNull(typed.approvedOn),
  };
}

export function typedOf(site: Site): Typed {
  return {
    ...site,
    handle: site.handle ?? '',
    url: site.url ?? '',
    nativeId: site.nativeId ?? '',
    department: site.department ?? '',
    forum: site.forum ?? '',
    commentRule: site.commentRule ?? '',
    others: site.others.join('\n'),
    approvedBy: site.approvedBy ?? '',
    approvedOn: site.approvedOn ?? '',
  };
}

export function shown(site: Site, { nameOf }: AgencyPeople): Parameters<typeof accountPage>[1]['site'] {
  return {
    ...site,
    administrators: [...site.people.map((id) => nameOf(`person:${id}`)), ...site.others],
    closedAt: site.closedAt?.toISOString() ?? null,
  };
}

/** Newest first, each with what it changed of the one before. */
export function changesOf(
  versions: readonly SiteVersion[],
  { nameOf, doerOf }: AgencyPeople,
): Parameters<typeof accountPage>[1]['history'] {
  const words = (version: SiteVersion | undefined, member: string): string => {
    const value: unknown = version === undefined ? null : Reflect.get(version.said, member);
    if (member === 'people' && Array.isArray(value))
      return value.map((id) => nameOf(`person:${String(id)}`)).join(', ');
    if (member === 'closed') return value === true ? 'yes' : 'no';
    return Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? value : '';
  };
  return versions.map((version, i) => {
    const before = versions[i + 1];
    const changes = Object.keys(version.said).flatMap((member) => {
      const [was, is] = [words(before, member), words(version, member)];
      return before === undefined || was === is ? [] : [{ member, was, is }];
    });
    return { at: version.at.toISOString(), by: doerOf(version.by), changes };
  });
}
