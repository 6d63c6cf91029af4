/**
 * The main of every `holdfast` verb: reads the command line, runs one verb, turns its end into an exit code.
 * To add a verb, write its file and list it in VERBS.
 */
import { Command, CommanderError } from 'commander';
import { ArchiveError } from '#errors.ts';
import { failureOf } from './failure.ts';
import { startHeartbeat } from './heartbeat.ts';
import { prepareStore } from './prepare-store.ts';
import { stopSignal } from './stop.ts';
import { EXIT, EXIT_MEANING, type ExitCode, type Verb } from './verb.ts';
import { accountAdd } from './account-add.ts';
import { agencyAdd } from './agency-add.ts';
import { api } from './api.ts';
import { audit } from './audit.ts';
import { backup } from './backup.ts';
import { demo } from './demo.ts';
import { doctor } from './doctor.ts';
import { exportRecords } from './export.ts';
import { keyCreate } from './key-create.ts';
import { keyList } from './key-list.ts';
import { keyRevoke } from './key-revoke.ts';
import { logKeyAdd, logKeyList, logKeyRetire } from './log-key.ts';
import { migrate } from './migrate.ts';
import { officeAdd } from './office-add.ts';
import { operatorAdd } from './operator-add.ts';
import { operatorRemove } from './operator-remove.ts';
import { parked } from './parked.ts';
import { policyAdd } from './policy-add.ts';
import { policyPacks } from './policy-packs.ts';
import { providerSet } from './provider-set.ts';
import { rebuildIndex } from './rebuild-index.ts';
import { report } from './report.ts';
import { restore } from './restore.ts';
import { up } from './up.ts';
import { userAdd } from './user-add.ts';
import { verify } from './verify.ts';
import { version } from './version.ts';
import { work } from './work.ts';

const VERBS: readonly Verb[] = [
  up,
  api,
  work,
  migrate,
  agencyAdd,
  policyAdd,
  policyPacks,
  accountAdd,
  officeAdd,
  userAdd,
  operatorAdd,
  operatorRemove,
  providerSet,
  keyCreate,
  keyList,
  keyRevoke,
  logKeyList,
  logKeyAdd,
  logKeyRetire,
  report,
  parked,
  rebuildIndex,
  backup,
  restore,
  audit,
  doctor,
  demo,
  prepareStore,
  exportRecords,
  verify,
  version,
];

/** The first word of verbs that have two. */
const GROUPS: Readonly<Record<string, string>> = {
  agency: 'Public bodies that this installation serves',
  policy: 'What a body removes content for: its own clauses',
  account: 'The pages of a body on the platforms',
  office: 'Who is told by mail of what was archived',
  provider: 'An agency’s own sign-in',
  user: 'People with an account, who sign in',
  operator: 'Who runs the machine, and reads no content',
  key: 'Keys for programs that report or read',
  'log-key': 'Keys that sign an agency’s log',
};

const DATABASE_DOWN =
  'The database cannot be reached. Is it running, and does DATABASE_URL say where? "holdfast doctor" looks at each part.';

/** A verb that has answered and still keeps the process alive has forgotten to close something. */
const LINGER_MS = 5000;

const { env } = process;
const stop = stopSignal(env);
// EPIPE: whoever read us is gone (`| head`, a closed terminal). What was begun goes on.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
if (env['HOLDFAST_HEARTBEAT'] !== undefined) startHeartbeat(env['HOLDFAST_HEARTBEAT']);
const debug = env['HOLDFAST_LOG_LEVEL'] === 'debug' || env['HOLDFAST_LOG_LEVEL'] === 'trace';
let exit: ExitCode = EXIT.done;

const program = new Command('holdfast')
  .description('The public-records archive for content that a public body removes from its social media.')
  .option('--json', 'answer as one line of JSON')
  .helpOption('-h, --help', 'say how it is used')
  .helpCommand(false)
  .showHelpAfterError('Try: holdfast --help')
  .exitOverride()
  .addHelpText('after', `\nExit codes:\n${exitCodes()}`);
for (const verb of VERBS) add(verb);

try {
  await program.parseAsync();
} catch (error) {
  exit = error instanceof CommanderError ? usage(error) : await tell(error);
}
process.exitCode = exit;
setTimeout(() => {
  process.stderr.write('holdfast: something was left open; ending all the same.\n');
  process.exit(exit);
}, LINGER_MS).unref();

function add(verb: Verb): void {
  const [first = '', second] = verb.name.split(' ');
  const command = (second === undefined ? program : group(first))
    .command(second ?? first)
    .summary(verb.summary)
    .description(`${verb.summary}.`)
    .option('--json', 'answer as one line of JSON')
    .allowExcessArguments(false);
  verb.configure?.(command);
  command.action(async () => {
    const options = command.optsWithGlobals();
    const json = options['json'] === true;
    const ended = await verb.run({
      args: command.args,
      options,
      json,
      env,
      stop,
      say: (sentence) => void process.stderr.write(`${sentence}\n`),
      answer: (value, text) => void process.stdout.write(`${json ? JSON.stringify(value) : text}\n`),
    });
    exit = ended ?? EXIT.done;
  });
}

function group(name: string): Command {
  const found = program.commands.find((command) => command.name() === name);
  if (found !== undefined) return found;
  const made = program
    .command(name)
    .summary(GROUPS[name] ?? '')
    .helpCommand(false);
  return made;
}

/** Help that was asked for is no mistake; commander has printed it, or what was wrong, already. */
function usage(error: CommanderError): ExitCode {
  return error.exitCode === 0 ? EXIT.done : EXIT.usage;
}

async function tell(error: unknown): Promise<ExitCode> {
  // Only now: most verbs end well, and `--help` needs no driver.
  const { isDatabaseDown } = await import('#db/db.ts');
  const failure = failureOf(
    isDatabaseDown(error)
      ? new ArchiveError('database-down', DATABASE_DOWN, { retry: 'later', cause: error })
      : error,
  );
  process.stderr.write(`holdfast: ${failure.message} [${failure.code}]\n`);
  if (debug && error instanceof Error) {
    process.stderr.write(`${error.stack ?? ''}\n`);
    if (error.cause instanceof Error) process.stderr.write(`caused by ${error.cause.stack ?? ''}\n`);
  }
  if (process.argv.includes('--json'))
    process.stdout.write(`${JSON.stringify({ error: { code: failure.code, message: failure.message } })}\n`);
  return failure.exit;
}

function exitCodes(): string {
  return Object.entries(EXIT_MEANING)
    .map(([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`)
    .join('\n');
}
