/**
 * `holdfast audit`: computes the logs again and holds everything that the database says against them, against the store and against
 * checkpoints in other hands. Exit 0: nothing was found. 1: something was, each told with its step. Changes nothing.
 */
import { join } from 'node:path';
import type { AuditReport, Finding } from '#audit/audit.ts';
import { EXIT, type Invocation, type Verb } from './verb.ts';
import { withDatabase } from './with-database.ts';

const RECORD_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const several = (value: string, before: string[] = []): string[] => [...before, value];

export const audit: Verb = {
  name: 'audit',
  summary: 'Compute the logs again, and hold database and store against what was signed',
  configure: (command) =>
    void command
      .option('--agency <slug>', 'this log only, "system" is that of whoever runs the machine; otherwise all')
      .option(
        '--checkpoint <file>',
        'a checkpoint of this agency’s log that was kept elsewhere; may be given more than once',
        several,
      )
      .option(
        '--key <verifier key>',
        'believe this key, which you have from elsewhere, instead of the folder of keys; may be given more than once',
        several,
      )
      .option(
        '--record <id>',
        'the log, and of the records this one alone; may be given more than once',
        several,
      )
      .option('--full', 'read every byte of every object, too; otherwise the store is asked what it holds'),
  run: async (invocation) => {
    const { env, options, answer, say, stop } = invocation;
    const { readConfig } = await import('#config.ts');
    const { auditAgency, auditTargets, NOT_COVERED, STEPS } = await import('#audit/audit.ts');
    const { openLogFiles, openStore } = await import('#store/store.ts');
    const config = readConfig(env);
    const held = await heldFiles(invocation);
    if (held === null) return EXIT.usage;
    const only = options['record'] as readonly string[] | undefined;
    if (only?.some((id) => !RECORD_ID.test(id)) === true) {
      say('Give a record by its id, as its receipt and its page have it: 36 letters, digits and hyphens.');
      return EXIT.usage;
    }
    const given = options['key'] as readonly string[] | undefined;
    const keys = await keysFor(given, join(config.keysDir, 'log'));
    const { formerReceiptKeysIn, receiptKeyIn, restoresIn } = await import('#log/log.ts');
    const restores = given === undefined ? await restoresIn(join(config.keysDir, 'log')) : null;
    return await withDatabase(invocation, async (db) => {
      const targets = await auditTargets(db);
      const agency = options['agency'] as string | undefined;
      const asked = agency === undefined ? targets : [agency];
      if (!targets.includes(asked[0] ?? '') && held.length === 0) {
        say(`There is no agency “${asked[0] ?? ''}”. There are: ${targets.join(', ')}.`);
        return EXIT.refused;
      }
      const store = await openStore(config);
      const files = await openLogFiles(config);
      try {
        const reports: AuditReport[] = [];
        for (const each of asked)
          reports.push(
            await auditAgency(
              db,
              {
                files,
                store,
                anchors: config.anchors,
                keys,
                restores,
                certificateKey:
                  given === undefined ? await receiptKeyIn(config.certificateKeysDir, each) : null,
                formerCertificateKeys:
                  given === undefined ? await formerReceiptKeysIn(config.certificateKeysDir, each) : [],
                receiptKey:
                  given === undefined ? await receiptKeyIn(join(config.keysDir, 'receipts'), each) : null,
                keysFrom: given === undefined ? 'folder' : 'given',
                held,
                ...(only === undefined ? {} : { only }),
                objects: options['full'] === true ? 'full' : 'ask',
                signal: stop,
              },
              each,
            ),
          );
        const ok = reports.every((report) => report.ok);
        answer(
          { ok, logs: reports, notCovered: NOT_COVERED },
          reports.map((report) => told(report, STEPS)).join('\n\n'),
        );
        return ok ? EXIT.done : EXIT.failed;
      } finally {
        await Promise.all([store.close(), files.close()]);
      }
    });
  },
};

async function heldFiles({ options, say }: Invocation) {
  const names = (options['checkpoint'] as readonly string[] | undefined) ?? [];
  if (names.length > 0 && options['agency'] === undefined) {
    say('A checkpoint is of one log: say with --agency of which one.');
    return null;
  }
  const { readFile } = await import('node:fs/promises');
  return await Promise.all(names.map(async (by) => ({ by, note: await readFile(by) })));
}

async function keysFor(given: readonly string[] | undefined, folder: string): Promise<readonly string[]> {
  const { verifierKey, verifierKeysIn } = await import('#log/log.ts');
  if (given === undefined) return await verifierKeysIn(folder);
  // What is none is told before anything is read.
  for (const vkey of given) verifierKey(vkey);
  return given;
}

const KEYS: Readonly<Record<AuditReport['keysFrom'], string>> = {
  given: 'judged by the keys that you gave',
  folder: 'judged by the folder of keys',
  itself: 'judged by the keys that it names itself: give the one that you know with --key',
};

const REMEMBERED: Readonly<Record<string, string>> = {
  true: 'the folder of keys remembers it',
  false: 'the folder of keys does not remember it, and it is not believed',
  null: 'there is no folder of keys here to ask, and it is believed: ask whoever runs the machine whether it was so',
};

type Steps = Readonly<Record<Finding['step'], string>>;

function told(report: AuditReport, steps: Steps): string {
  const { agency, log, records, findings, more } = report;
  const held = log.held.map(({ by, size }) => `${by} (size ${size})`).join(', ');
  return [
    `${agency}: ${report.ok ? 'nothing was found' : `${findings.length + more} found`}`,
    `  log      ${log.entries} entries, ${log.events} rows of history, ${log.checkpoints} checkpoints, ${log.tiles} files, ${log.anchors} anchors; ${KEYS[report.keysFrom]}`,
    `  held by  ${held === '' ? 'nobody yet: nothing but the database itself speaks for it' : held}${log.newer === 0 ? '' : `; ${log.newer} newer, counted and not judged`}`,
    `  records  ${records.records}, ${records.seals} seals, ${records.objects} objects${records.bytes === 0 ? '' : `, ${records.bytes} bytes read`}${records.unsealed === 0 ? '' : `; ${records.unsealed} with something not sealed yet`}${records.purged === 0 ? '' : `; ${records.purged} purged`}${records.lost === 0 ? '' : `; ${records.lost} never sealed and lost with a database that was restored, named in the history`}${records.lostFacts === 0 ? '' : `; of others ${records.lostFacts} later facts never sealed and lost so`}`,
    ...(report.desk === null
      ? []
      : [
          `  desk     requests, decisions and letters, ${report.desk.productions} sealed productions${report.desk.bytes === 0 ? '' : `, ${report.desk.bytes} bytes read`}`,
          ...report.desk.notProved.map(
            ({ what, entries }) =>
              `  older    ${entries} entries of an earlier version do not prove ${what}: the rows may say anything there`,
          ),
        ]),
    ...report.underway.map(
      ({ purge, index, records: marked, believed }) =>
        `  disposal ${purge} is being destroyed, says entry ${index}: ${marked.length} records${believed ? '; there is no certificate yet, and until seven days after it began their content is not looked for' : ', and has no certificate after seven days: it explains nothing'}`,
    ),
    ...report.restores.map(
      ({ index, from, size, neverSealed, remembered }) =>
        `  restored entries ${from} to ${size - 1} were put back after a loss, says entry ${index}; ${neverSealed} records named as never sealed and lost: ${REMEMBERED[String(remembered)]}`,
    ),
    ...report.receiptKeys
      .filter(({ here }) => here === false)
      .map(
        ({ index, vkey }) =>
          `  receipts ${vkey.split('+').slice(0, 2).join('+')}, says entry ${index}, signs receipts, and is not the key in this folder of keys: ask whoever runs the machine whether it was another process’s, or was lost. If neither, somebody let it into the log`,
      ),
    ...findings.map((finding) => line(finding, steps)),
    ...(more === 0 ? [] : [`  and ${more} more`]),
  ].join('\n');
}

function line({ step, what, where, means }: Finding, steps: Steps): string {
  const place = Object.entries(where)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
  return `  BAD  ${step}: ${what}${place === '' ? '' : ` at ${place}`}\n       ${means}\n       (looked at: ${steps[step]})`;
}
