/** What the pages of administrators have in common: a program looks and changes nothing, and what is not here is not found. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { listPeople, zoneOf, type Person } from '#agency/agency.ts';
import { ours, PAGE_HEADERS, type Markup } from '#console/console.ts';
import type { AgencyTx } from '#db/db.ts';
import { ArchiveError, type ErrorCode } from '#errors.ts';
import { recordIdOf } from '#record/record.ts';
import { ADMINISTRATORS, callerOf } from './auth.ts';

/** Pages that an agency's administrators alone open. */
export const forAdministrators = {
  schema: { hide: true },
  config: { roles: ADMINISTRATORS, page: true },
} as const;
/** Pages that its auditors look at as well. */
export const forLookers = {
  schema: { hide: true },
  config: { roles: [...ADMINISTRATORS, 'auditor'], page: true },
} as const;

/** What two people answer for must not come down to one key that lies about. */
export function refuseProgram(request: FastifyRequest, verb: string): void {
  if (callerOf(request).kind === 'key')
    throw new ArchiveError(
      'role-not-allowed',
      `This is changed by an administrator who signed in, not by a key. Sign in, or use "holdfast ${verb}".`,
      { retry: 'never' },
    );
}

/** Shown to whoever reads; changed by administrators. */
export function mayChange(request: FastifyRequest): boolean {
  const { kind, roles } = callerOf(request);
  return kind === 'person' && roles.some((role) => ADMINISTRATORS.includes(role));
}

/** An id as our addresses have it. */
export function idHere(id: string, code: ErrorCode, sentence: string): string {
  const known = recordIdOf(id);
  if (known === null) throw notHere(code, sentence);
  return known;
}

export function notHere(code: ErrorCode, sentence: string): ArchiveError {
  return new ArchiveError(code, sentence, { retry: 'never' });
}

/** Found wanting, the same page comes back with what was typed. */
export async function sendPage(reply: FastifyReply, page: string, isWrong = false): Promise<FastifyReply> {
  return await reply
    .code(isWrong ? 422 : 200)
    .headers(PAGE_HEADERS)
    .send(page);
}

export interface AgencyPeople {
  readonly people: readonly Person[];
  readonly zone: string;
  /** As people know them: `person:<id>`; what is nobody of the agency stays as it is. */
  readonly nameOf: (actor: string) => string;
  /** The same of whoever did something: somebody at the command line has no name, and is called so in words of ours. */
  readonly doerOf: (actor: string) => string | Markup;
}

export async function peopleOf(at: AgencyTx): Promise<AgencyPeople> {
  const people = await listPeople(at);
  const names = new Map(people.map(({ id, name }) => [`person:${id}`, name]));
  const nameOf = (actor: string): string => names.get(actor) ?? actor;
  return {
    people,
    zone: await zoneOf(at),
    nameOf,
    doerOf: (actor) => (actor === 'cli' ? ours('the command line') : nameOf(actor)),
  };
}

/** An empty field says nothing. */
export function textOrNull(typed: string): string | null {
  return typed === '' ? null : typed;
}

/** Browsers send the lines of a text as CR LF; a policy's words and a list have LF. */
export function linesOf(typed: string): string {
  return typed.replaceAll('\r\n', '\n');
}
