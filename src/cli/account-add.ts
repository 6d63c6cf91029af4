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
      .option('--name <name>', 'what moderators read (default: the handle)')
      .option('--department <name>', 'whose it is')
      .option('--forum <kind>', 'open, limited (to its subject), or none')
      .option('--comment-rule <text>', 'what the site says about comments')
      .option('--administrator <name...>', 'who looks after it there; several are allowed')
      .option('--approved-by <name>', 'the office or person that approved the site')
      .option('--approved-on <day>', 'YYYY-MM-DD; both or neither'),
  run: async (invocation) => {
    const { options, say, answer } = invocation;
    const { addAccount, FORUMS, siteLike, siteProblems } = await import('#agency/agency.ts');
    const text = (name: string): string | null => {
      const value = options[name];
      return typeof value === 'string' ? value : null;
    };
    const forum = text('forum');
    const account = {
      platform: text('platform') ?? '',
      handle: text('handle') ?? '',
      url: text('url'),
      nativeId: text('nativeId'),
      name: text('name') ?? text('handle') ?? '',
    };
    const more = {
      department: text('department'),
      forum: FORUMS.find((one) => one === forum) ?? null,
      commentRule: text('commentRule'),
      others: Array.isArray(options['administrator']) ? options['administrator'].map(String) : [],
      approvedBy: text('approvedBy'),
      approvedOn: text('approvedOn'),
    };
    const problems = Object.entries(siteProblems({ ...account, ...more }))
      .concat(
        forum === null || more.forum !== null ? [] : [['forum', `Choose one of: ${FORUMS.join(', ')}.`]],
      )
      .map(([member, why]) => `- ${OPTIONS[member] ?? `--${member}`}: ${why}`);
    if (problems.length > 0) {
      say(['Nothing was added:', ...problems].join('\n'));
      return EXIT.usage;
    }
    return await withDatabase(invocation, async (db) => {
      const agency = await knownAgency(db, invocation);
      if (agency === null) return EXIT.refused;
      const added = await db.inAgency(agency.id, async (at) => {
        const known = await siteLike(at, account);
        return known === null ? { id: await addAccount(at, { ...account, ...more }) } : { known };
      });
      if (added.known !== undefined) {
        const { name, id, closedAt } = added.known;
        say(
          `${agency.name} has this account already, as "${name}" (${id}${closedAt === null ? '' : ', closed'}); nothing was changed.`,
        );
        return EXIT.refused;
      }
      const said = Object.fromEntries(
        Object.entries(more).filter(([, value]) => value !== null && String(value) !== ''),
      );
      answer(
        { agency: agency.id, id: added.id, ...account, ...said },
        `Added ${account.name} (${account.platform}, ${account.handle}) as ${added.id}.`,
      );
      return EXIT.done;
    });
  },
};

/** As somebody types them. */
const OPTIONS: Readonly<Record<string, string>> = {
  nativeId: '--native-id',
  commentRule: '--comment-rule',
  others: '--administrator',
  approvedBy: '--approved-by',
  approvedOn: '--approved-on',
};
