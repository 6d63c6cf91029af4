/**
 * `holdfast rebuild-index`: the database was lost, or a backup is older than the store. Writes what the store has of every record, and
 * puts the log back, and says of everything else that it is not there and what to do.
 *
 * Nothing else may run meanwhile: a report about the same content would begin a second record, since the first is not there yet.
 */
import type { Db } from '#db/db.ts';
import type { Finding, RecordResult, Replayed } from '#rebuild/rebuild.ts';
import { EXIT, type ExitCode, type Invocation, type Verb } from './verb.ts';
import { withDatabase } from './with-database.ts';

/** Every so often somebody who waits is told how far it is. */
const TELL_MS = 5000;
/** So many are listed in the answer; all are said as they are found, and counted. */
const LISTED = 10_000;

interface Refused {
  readonly agency: string;
  readonly recordId: string;
  readonly code: Finding['code'];
  readonly key: string | null;
  readonly sentence: string;
}

export const rebuildIndex: Verb = {
  name: 'rebuild-index',
  summary: 'Write the database anew from the store alone, after it was lost or came back too old',
  configure: (command) =>
    void command
      .option('--agency <slug>', 'only this one')
      .option(
        '--make-agencies',
        'add each agency that is in the store and not in the database, with its short name as its name',
      )
      .option(
        '--accept-unlogged',
        'enter also seals that the log has no entry of, which are otherwise listed and left out',
      )
      .option('--into-empty', 'refuse unless the database has no record at all')
      .option(
        '--quick',
        'believe the store’s own digests of files, where it keeps them, instead of reading every byte',
      )
      .addHelpText(
        'after',
        `
Stop everything else of Holdfast first. May be killed and run again: what is there and the same is left as it is, and what is
there and different is named and never changed. What does not hold in the store is named and not written.

A record comes back with its facts, files, seals, second looks and its history as the log has it. What is in no store: people, keys,
policies, accounts, offices, letters, who viewed what in detail, and what was acknowledged and not sealed yet. Those come from a
backup of the database, or are added anew. The folder of keys (HOLDFAST_KEYS) must be there for the log to go on.`,
      ),
  run: async (invocation) => await withDatabase(invocation, async (db) => await rebuild(invocation, db)),
};

async function rebuild(invocation: Invocation, db: Db): Promise<ExitCode> {
  const { options, env, say, stop, answer } = invocation;
  const { readConfig } = await import('#config.ts');
  const { openStore, openLogFiles } = await import('#store/store.ts');
  const { openKeyFolder } = await import('#log/log.ts');
  const { copyAnchors } = await import('#anchor/anchor.ts');
  const { openLog } = await import('#log.ts');
  const { openReference } = await import('../reference.ts');
  const { addAgency, listAgencies, SYSTEM_AGENCY } = await import('#agency/agency.ts');
  const { hasRecords, othersAtWork, rebuildAll } = await import('#rebuild/rebuild.ts');
  const { join } = await import('node:path');

  const others = await othersAtWork(db);
  if (others.length > 0) {
    say(
      `Holdfast is running on this database (${others.join(', ')}). Stop all of it and run this again: what is reported meanwhile about content that is in the store already would begin a second record.`,
    );
    return EXIT.refused;
  }
  if (options['intoEmpty'] === true && (await hasRecords(db))) {
    say('The database has records, and --into-empty was asked for. Nothing was written.');
    return EXIT.refused;
  }
  const wanted = typeof options['agency'] === 'string' ? options['agency'] : null;
  const make = options['makeAgencies'] === true;
  const there = (await listAgencies(db)).map(({ id }) => id);
  if (wanted !== null && !there.includes(wanted) && !make) {
    say(`There is no agency "${wanted}" in the database. ${howToAdd(wanted)}`);
    return EXIT.refused;
  }

  const config = readConfig(env);
  const store = await openStore(config);
  const files = await openLogFiles(config);
  const keys = openKeyFolder(join(config.keysDir, 'log'));
  const log = openLog(config.logLevel, 'rebuild-index');
  const now = (): Date => new Date();
  const counts = { written: 0, advanced: 0, same: 0, refused: 0 };
  const refused: Refused[] = [];
  const missing = new Map<string, number>();
  const logs: (Replayed & { readonly agency: string })[] = [];
  const entered: { readonly agency: string; readonly recordId: string; readonly seals: readonly number[] }[] =
    [];
  let strays = 0;
  let told = Date.now();
  say(`Reading ${store.describe}.`);
  try {
    await rebuildAll(
      {
        db,
        store,
        referenceOf: openReference(db, now),
        files: options['quick'] === true ? 'believe' : 'read',
        unlogged: options['acceptUnlogged'] === true ? 'enter' : 'refuse',
        actor: 'cli',
        now,
      },
      {
        db,
        files,
        isOurs: keys.has,
        remember: keys.rememberRestore,
        anchorsBack: async (agency) =>
          await copyAnchors(
            { db, files, log, anchors: config.anchors, isOurs: keys.has, leaseMs: config.leaseMs },
            agency,
          ),
      },
      {
        agency: wanted,
        known: wanted === null ? [SYSTEM_AGENCY, ...there] : there.filter((id) => id === wanted),
        enter: async (id) => {
          if (!make || id === SYSTEM_AGENCY) return false;
          if (await addAgency(db, { id, name: id, zone: 'America/Chicago' }))
            say(`Added the agency "${id}".`);
          return true;
        },
        onReplayed: (agency, replayed) => {
          logs.push({ agency, ...replayed });
          // What the store has nothing of, no listing met.
          for (const { recordId, finding } of replayed.refused)
            if (finding.code === 'gone') {
              counts.refused += 1;
              tell(agency, { outcome: 'refused', recordId, finding });
            }
        },
        onPassed: (agency) => void missing.set(agency, (missing.get(agency) ?? 0) + 1),
        onStray: () => void (strays += 1),
        onRecord: (agency, result) => {
          counts[result.outcome] += 1;
          tell(agency, result);
          if (Date.now() - told < TELL_MS) return;
          told = Date.now();
          say(`${sum(counts)} records so far: ${countsIn(counts)}.`);
        },
        stop,
      },
    );
  } finally {
    await store.close();
    await files.close();
  }

  function tell(agency: string, result: RecordResult): void {
    const { recordId } = result;
    if (result.outcome !== 'refused') {
      strays += result.strays.length;
      if (result.entered.length > 0 && entered.length < LISTED)
        entered.push({ agency, recordId, seals: result.entered });
      return;
    }
    const { code, key, sentence } = result.finding;
    say(`${agency} ${recordId}: ${sentence}${key === null ? '' : ` (${key})`} [${code}]`);
    if (refused.length < LISTED) refused.push({ agency, recordId, code, key, sentence });
  }

  const lost = [...missing].map(([agency, records]) => ({ agency, records }));
  const neverSealed = logs.flatMap(({ agency, neverSealed: ids }) =>
    ids.map((recordId) => ({ agency, recordId })),
  );
  answer(
    { stopped: stop.aborted, records: counts, refused, missingAgencies: lost, logs, entered, strays },
    [
      `${sum(counts)} records: ${countsIn(counts)}.`,
      ...logs.map(
        ({ agency, from, size, anchors: { back } }) =>
          `The log of ${agency} was put back from ${from} to ${size} entries, with ${back} anchors.`,
      ),
      ...logs.flatMap(({ agency, anchors: { wrong, unknown } }) => [
        ...(wrong === 0
          ? []
          : [`${wrong} copies of anchors of ${agency} hold for nothing, and were not put back.`]),
        ...(unknown === 0
          ? []
          : [
              `${unknown} anchors of ${agency} are of nobody whom TSA_URL or HOLDFAST_WITNESSES names, and were left where they are. Name them, and start Holdfast: it puts them back.`,
            ]),
      ]),
      ...neverSealed.map(
        ({ agency, recordId }) =>
          `${agency} ${recordId} was acknowledged and never sealed: it went with the database. Whoever reported it must report it again.`,
      ),
      ...logs.flatMap(({ agency, lostFacts }) =>
        lostFacts.map(
          ({ recordId, fact }) =>
            `${agency} ${recordId}: what came in as fact ${fact} was acknowledged and never sealed, and went with the database. Whoever reported it must report it again.`,
        ),
      ),
      ...logs.flatMap(({ agency, decided }) => decidedSaid(agency, decided)),
      ...(entered.length === 0
        ? []
        : [
            `${entered.length} records have seals that no log had; they were entered now. Look at them (--json lists them).`,
          ]),
      ...(strays === 0 ? [] : [`${strays} objects in the store belong to no seal, and were left alone.`]),
      ...lost.map(
        ({ agency, records }) =>
          `${records} records of "${agency}" were not looked at: the database has no such agency. ${howToAdd(agency)}`,
      ),
      stop.aborted
        ? 'Stopped before the end. Run it again: it goes on.'
        : 'Next: a backup of people, policies, accounts and offices, or add them anew; then start Holdfast, and run "holdfast doctor".',
    ].join('\n'),
  );
  if (stop.aborted) return EXIT.interrupted;
  return counts.refused > 0 || lost.length > 0 ? EXIT.failed : EXIT.done;
}

/** What people have to go over, because the log knows that it was decided and the database does not know what. */
function decidedSaid(
  agency: string,
  { ended, heldAll, lostHolds, lostRules, productionsEnded }: Replayed['decided'],
): string[] {
  return [
    ...ended.map(
      (edition) =>
        `The edition ${edition} of ${agency} ended after the backup, says the log: it counts no more. Withdraw it again, or put the right one in its place.`,
    ),
    ...(heldAll
      ? [
          `An edition of ${agency} ended after the backup, and the log does not say which: everything is held until somebody withdrew or replaced it anew and released that hold.`,
        ]
      : []),
    ...lostHolds.map(
      (id) =>
        `The hold ${id} of ${agency} was placed after the backup and is lost. The records that it lay on are held; if it stood on a search, place it again.`,
    ),
    ...(lostRules === 0
      ? []
      : [`${lostRules} changes of the rules of classification of ${agency} are lost: go over the rules.`]),
    ...(productionsEnded.length === 0
      ? []
      : [
          `${productionsEnded.length} productions of ${agency} are withdrawn, and their links with them: the log says that they were withdrawn, or sealed after the database was saved. They are ${productionsEnded.slice(0, 20).join(', ')}.`,
        ]),
  ];
}

function howToAdd(slug: string): string {
  return `Add it with its name (npx holdfast agency add --slug ${slug} --name "…") and run this again; or let this add it, with its short name as its name: --make-agencies.`;
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, one) => all + one, 0);
}

function countsIn(counts: Readonly<Record<RecordResult['outcome'], number>>): string {
  return `${counts.written} written, ${counts.advanced} led on, ${counts.same} were there already, ${counts.refused} refused`;
}
