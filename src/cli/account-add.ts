/** `holdfast account add`: a page of the body's own, so that reports about it are recognised. */
import { knownAgency } from './known-agency.ts';
import { EXIT, type Verb } from './verb.ts';
import { withDatabase } from './with-database.ts';

export const accountAdd: Verb = {
  name: 'account add',
  summary: 'Add a page or account of an agency on a platform',
  configure: (command) =>
    void command
      .requiredOption('--agency <slug>', 'the agency')
      .requiredOption('--platform <name>', 'facebook, x, youtube, …')
      .requiredOption('--handle <handle>', 'its name there, with or without @')
      .option('--url <address>', 'its address')
      .option('--native-id <id>', 'its id on the platform, where it has one')
      .option('--name <name>', 'what moderators read (default: the handle)'),
  run: async (invocation) => {
    const { options, say, answer } = invocation;
    const { addAccount, findAccount, listAccounts } = await import('#agency/agency.ts');
    const text = (name: string): string | null => {
      const value = options[name];
      return typeof value === 'string' ? value : null;
    };
    const account = {
      platform: text('platform') ?? '',
      handle: text('handle') ?? '',
      url: text('url'),
      nativeId: text('nativeId'),
      name: text('name') ?? text('handle') ?? '',
    };
    const problems = [
      ...(/^[a-z0-9][a-z0-9-]*$/.test(account.platform)
        ? []
        : ['--platform: expected a-z, 0-9 and -, such as facebook.']),
      ...(['handle', 'nativeId', 'name'] as const).flatMap((name) =>
        account[name] === null || isWords(account[name])
          ? []
          : [
              `--${name === 'nativeId' ? 'native-id' : name}: expected 1 to 300 characters, without blanks at its ends.`,
            ],
      ),
      ...(account.url === null || isAddress(account.url)
        ? []
        : ['--url: expected an address that begins with https:// or http://.']),
    ];
    if (problems.length > 0) {
      say(['Nothing was added:', ...problems.map((one) => `- ${one}`)].join('\n'));
      return EXIT.usage;
    }
    return await withDatabase(invocation, async (db) => {
      const agency = await knownAgency(db, invocation);
      if (agency === null) return EXIT.refused;
      const added = await db.inAgency(agency.id, async (at) => {
        const there = await listAccounts(at);
        const typed = [account.handle, account.nativeId, account.url].filter((one) => one !== null);
        const known = typed
          .map((one) => findAccount(there, account.platform, one))
          .find((one) => one !== null);
        return known === undefined ? { id: await addAccount(at, account) } : { known };
      });
      if (added.known !== undefined) {
        say(
          `${agency.name} has this account already, as "${added.known.name}" (${added.known.id}); nothing was changed.`,
        );
        return EXIT.refused;
      }
      answer(
        { agency: agency.id, id: added.id, ...account },
        `Added ${account.name} (${account.platform}, ${account.handle}) as ${added.id}.`,
      );
      return EXIT.done;
    });
  },
};

function isWords(text: string): boolean {
  return text !== '' && text.trim() === text && text.length <= 300 && text.isWellFormed();
}

function isAddress(text: string): boolean {
  return text.length <= 2000 && URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
