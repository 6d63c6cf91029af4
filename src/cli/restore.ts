/** `holdfast restore`: a backup becomes an archive again, on an empty database and store; `--verify` proves one, or this archive, and changes nothing. */
import type { Proven, Restored } from '#backup/backup.ts';
import { EXIT, type ExitCode, type Invocation, type Verb } from './verb.ts';

const several = (value: string, before: string[] = []): string[] => [...before, value];

export const restore: Verb = {
  name: 'restore',
  summary: 'Bring a backup back into an empty archive, or prove one',
  configure: (command) =>
    void command
      .option('--from <folder>', 'the backup')
      .option(
        '--verify',
        'change nothing: prove the backup; without --from this archive, from its first byte to its last',
      )
      .option(
        '--digest <sha256>',
        'what was written down when the backup was made; any other backup is refused',
      )
      .option('--database-only', 'the store is the one that lives: restore the database beside it')
      .option(
        '--tombstones <file>',
        'what was destroyed since, as "holdfast backup --tombstones" keeps it; may be given more than once',
        several,
      )
      .option(
        '--disregard <key>',
        'something in the place of a certificate (disposal/…/certificate.json) that is known to be worth nothing; may be given more than once',
        several,
      )
      .addHelpText(
        'after',
        `
Stop everything else of Holdfast first. Database and store must be empty; nothing is ever put over what is there. When it was
killed, run it again with the same backup: it goes on, and until then nothing starts on what is half restored.

Put the folder of keys (HOLDFAST_KEYS) back yourself, from its own backup: without it nothing is signed. Only one installation
may ever go on with a log: do not start a rehearsal with the real keys; --verify needs none.

Whatever was destroyed lawfully stays destroyed: the live store (--database-only) or a file of tombstones says what that was. With
neither, nothing newer than the backup could be asked, and you are told.

Exit 1 with --verify: something differs; each is named.`,
      ),
  run: async (invocation) => {
    const { options, say } = invocation;
    const from = typeof options['from'] === 'string' ? options['from'] : null;
    if (options['verify'] === true)
      return from === null ? await verifyRunning(invocation) : await verify(invocation, from);
    if (from !== null) return await bringBack(invocation, from);
    say('Say with --from which backup; or, with --verify alone, prove the archive that runs here.');
    return EXIT.usage;
  },
};

async function verify({ options, answer, say, stop }: Invocation, from: string): Promise<ExitCode> {
  const { verifyBackup } = await import('#backup/backup.ts');
  const { manifest: _, ...proven } = await verifyBackup(from, stop);
  if (!isExpected(options['digest'], proven.digest, say)) return EXIT.refused;
  answer(
    proven,
    [...told(proven), proven.ok ? 'The backup is whole.' : `${proven.differing} things differ.`].join('\n'),
  );
  return proven.ok ? EXIT.done : EXIT.failed;
}

function told({ looked, differs, digest }: Omit<Proven, 'manifest'>): string[] {
  return [
    `Looked at ${looked.files} files with ${looked.bytes} bytes: ${looked.rows} rows of ${looked.tables} tables, ${looked.objects} objects.`,
    `Computed ${looked.logs} logs again from ${looked.entries} entries; ${looked.checkpoints} checkpoints were signed over just these.`,
    ...differs.map(({ what, why }) => `DIFFERS: ${what} ${why}.`),
    `Its digest is ${digest}; compare it with what was written down when it was made.`,
  ];
}

function isExpected(given: unknown, found: string, say: Invocation['say']): boolean {
  if (given === undefined || given === found) return true;
  say(`This is another backup: its digest is ${found}.`);
  return false;
}

async function bringBack(invocation: Invocation, from: string): Promise<ExitCode> {
  const { options, env, say, stop, answer } = invocation;
  const { readConfig } = await import('#config.ts');
  const { readBackupDigest, restoreBackup } = await import('#backup/backup.ts');
  const { migrateDatabase, openDatabase } = await import('../database.ts');
  if (!isExpected(options['digest'], await readBackupDigest(from), say)) return EXIT.refused;
  const config = readConfig(env);
  const database = await openDatabase(config, say, { own: config.databaseUrl === null });
  try {
    const restored = await restoreBackup({
      url: database.url,
      ownerUrl: database.ownerUrl,
      migrateAll: async () => void (await migrateDatabase(database, () => undefined)),
      config,
      from,
      databaseOnly: options['databaseOnly'] === true,
      tombstones: (options['tombstones'] as readonly string[] | undefined) ?? [],
      disregard: (options['disregard'] as readonly string[] | undefined) ?? [],
      say,
      signal: stop,
      now: () => new Date(),
    });
    const { manifest, ...rest } = restored;
    answer({ ...rest, snapshotAt: manifest.snapshotAt }, sentences(restored).join('\n'));
    return EXIT.done;
  } finally {
    await database.stop();
  }
}

/** As many as one can look at; all of them are in the answer for programs. */
const named = (all: readonly string[]): string =>
  all.slice(0, 20).join(', ') + (all.length > 20 ? `, and ${all.length - 20} more` : '');

function sentences({
  manifest,
  wentOn,
  loaded,
  brought,
  staged,
  destroyed,
  requests,
  productions,
  ended,
  logs,
  missingKeys,
}: Restored): string[] {
  return [
    ...(wentOn ? ['Gone on with a restore that was not ended.'] : []),
    ...(loaded === null ? [] : [`${loaded.rows} rows were loaded, and read back the same.`]),
    brought === null
      ? `The store was left as it is: ${manifest.store.where}.`
      : `${brought.objects} objects were put into the store, each with the bytes that were sealed.`,
    ...((brought?.newer ?? 0) === 0
      ? []
      : [
          `${brought?.newer} objects stay in the backup: they were begun after ${manifest.snapshotAt}, and no log in it tells of them.`,
        ]),
    `${staged} files wait to be sealed.`,
    `${destroyed.records} records were destroyed and stay so: ${loaded?.leftOut ?? 0} rows and ${brought?.leftOut ?? 0} objects of them were left out. Asked: ${destroyed.sources.map(({ what, records }) => `${what} (${records})`).join(', ')}.`,
    ...destroyed.unbelieved.map(
      ({ key, why }) => `Not believed, and nothing was kept away by it: ${key}. ${why}`,
    ),
    ...destroyed.unfinished.map(
      ({ agency, record, left }) =>
        `Record ${record} of ${agency} was being destroyed when the store was written to last: no row of it is back. ${left === 0 ? 'The store has nothing of it.' : `THE STORE STILL HAS ${left} OBJECTS OF IT, below a/${agency}/rec/${record}/: have them destroyed there.`}`,
    ),
    ...(requests.lost.length === 0
      ? []
      : [
          `${requests.lost.length} REQUESTS UNDER THE SUNSHINE LAW CAME AFTER THE BACKUP and have entries in the log and no row any more: enter them again from their letters, with the times at which they were received. They are ${named(requests.lost)}.`,
        ]),
    ...(requests.behind.length === 0
      ? []
      : [
          `Of ${requests.behind.length} requests under the Sunshine Law something was entered after the backup, and that is gone: look at their letters. They are ${named(requests.behind)}.`,
        ]),
    ...(productions.lost.length === 0
      ? []
      : [
          `${productions.lost.length} PRODUCTIONS WERE MADE AFTER THE BACKUP and have no row any more: their links lead nowhere, and which pages have which numbers is not known here, so begin the next production of the same request with other letters. What was sealed of one lies in the store below production/<agency>/<production>/. They are ${named(productions.lost)}.`,
        ]),
    ...(productions.behind.length === 0
      ? []
      : [
          `Of ${productions.behind.length} productions something happened after the backup: one that was sealed or withdrawn since is withdrawn at the first start, and links that were made since lead nowhere. They are ${named(productions.behind)}.`,
        ]),
    ...(destroyed.askedNewer
      ? []
      : [
          `NOBODY WAS ASKED WHO IS NEWER THAN THE BACKUP (${manifest.snapshotAt}). If anything was destroyed after it, it is back now. Begin again with --tombstones, or with --database-only beside the store that lives, unless you know that nothing was.`,
        ]),
    ...(ended.lists === 0
      ? []
      : [
          `${ended.lists} lists of disposal that were proposed or approved are ended: whether somebody took them back after the backup, nobody here knows. Make and approve new ones.`,
        ]),
    ...(ended.records === 0
      ? []
      : [
          `${ended.records} records of lists that had begun are kept: they were not marked for destruction yet. Put them on a new list.`,
        ]),
    ...logs.flatMap(({ agency, size, published, remembered }) =>
      (remembered ?? 0) > Math.max(size, published ?? 0)
        ? [
            `THE LOG OF ${agency} STANDS STILL: ${remembered} entries of it were signed, and this backup has ${Math.max(size, published ?? 0)}. Restore beside the newest store that there is.`,
          ]
        : (published ?? 0) > size
          ? [
              `The log of ${agency} goes on from ${published}: what the database lacks is put back at the first start. Records that it says were held since, classified by a person or given a day come under one hold then (“Restored: …”), because what was said of them is lost: go over them, and place anew each hold that stood on a search.`,
            ]
          : [],
    ),
    ...missingKeys.map(
      ({ use, agency, file }) =>
        `Missing in the folder of keys: ${file ?? use}${agency === null ? '' : ` of ${agency}`}.`,
    ),
    `Everything that ended after ${manifest.snapshotAt} is as it was then: keys that were revoked, people who left. Go over them. Then start Holdfast, and run "holdfast audit".`,
  ];
}

/** The archive as it is: the audit of all logs, with every byte of every object. */
async function verifyRunning(invocation: Invocation): Promise<ExitCode> {
  const { audit } = await import('./audit.ts');
  const { options: _, ...rest } = invocation;
  return (await audit.run({ ...rest, options: { full: true } })) ?? EXIT.done;
}
