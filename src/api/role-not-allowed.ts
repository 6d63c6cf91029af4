/** Who may not do something, by their role. Roles are codes in the sentence; in another language their names are said instead. */
import type { Caller, Role } from '#agency/agency.ts';
import { inWordsOf, ROLE_NAMES, type Frame } from '#console/console.ts';
import { ArchiveError } from '#errors.ts';

export class RoleNotAllowed extends ArchiveError {
  readonly caller: Caller;
  readonly asked: readonly Role[];

  constructor(caller: Caller, asked: readonly Role[], nameOf = (role: Role): string => role) {
    const [has, takes] = [caller.roles, asked].map((roles) => roles.map(nameOf).join(', '));
    super(
      'role-not-allowed',
      caller.kind === 'key'
        ? `A key with the role "${has}" may not do this. It takes one of: ${takes}.`
        : `Your roles (${has}) do not allow this. It takes one of: ${takes}. Your administrator can change them.`,
      { retry: 'never' },
    );
    this.caller = caller;
    this.asked = asked;
  }
}

/** A program's role is none that people have. */
const NAMES: Readonly<Record<string, string>> = { ...ROLE_NAMES, intake: 'Program that hands in' };

/** The sentence itself is still English, and found by it. */
export function withRoleNames(error: unknown, frame: Frame): unknown {
  if (frame.language === 'en' || !(error instanceof RoleNotAllowed)) return error;
  return new RoleNotAllowed(error.caller, error.asked, (role) => {
    const name = Object.hasOwn(NAMES, role) ? NAMES[role] : undefined;
    return name === undefined ? role : inWordsOf(frame, name).toLowerCase();
  });
}
