/** `holdfast key list`: who holds keys of an agency. The keys themselves are kept nowhere. */
import { knownAgency } from './known-agency.ts';
import { EXIT, type Verb } from './verb.ts';
import { withDatabase } from './with-database.ts';

export const keyList: Verb = {
  name: 'key list',
  summary: 'List the keys of an agency: id, role, label, source, made, last used, expires, revoked',
  configure: (command) => {
    command.requiredOption('--agency <slug>', 'the agency');
    command.addHelpText(
      'after',
      '\nLast used: the newest entry that a key made in the history. Reading receipts makes none, so "not known" is not "never".',
    );
  },
  run: async (invocation) => {
    const { answer } = invocation;
    const { isLive, listKeys } = await import('#agency/agency.ts');
    return await withDatabase(invocation, async (db) => {
      const agency = await knownAgency(db, invocation);
      if (agency === null) return EXIT.refused;
      const keys = await db.inAgency(agency.id, listKeys);
      const now = new Date();
      const ends = (one: (typeof keys)[number]): string => {
        if (one.revokedAt !== null) return `revoked ${time(one.revokedAt)}`;
        if (one.expiresAt === null) return 'valid';
        return `${isLive(one, now) ? 'valid until' : 'expired'} ${time(one.expiresAt)}`;
      };
      const time = (at: Date | null): string => at?.toISOString() ?? 'not known';
      answer(
        { agency: agency.id, keys },
        keys.length === 0
          ? `${agency.name} has no keys. Make one: npx holdfast key create --agency ${agency.id} --role moderator`
          : keys
              .map(
                (one) =>
                  `${one.keyId}  ${one.role.padEnd(17)}  made ${time(one.createdAt)}  last used ${time(one.lastUsed).padEnd(24)}  ${ends(one)}  ${one.label}${one.source === null ? '' : `  only ${one.source}`}`,
              )
              .join('\n'),
      );
      return EXIT.done;
    });
  },
};
