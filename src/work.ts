/**
 * What each worker does, wired to what it needs. The same functions run in one process (`holdfast up`) and as processes
 * of their own (`workers/`, `holdfast work <name>`).
 */
import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { copyAnchors, lookAtCopies, startAnchoring, startCopying } from '#anchor/anchor.ts';
import { startNightlyAudit } from '#audit/audit.ts';
import { captureRecord, lookAfterRemoval, type CaptureContext } from '#capture/capture.ts';
import { codeOf } from '#errors.ts';
import { keepDocuments } from '#export/export.ts';
import { copyAgency, startMending, startRounds } from '#fixity/fixity.ts';
import {
  openKeyFolder,
  formerReceiptKeysIn,
  receiptKeyIn,
  renewLogLeases,
  restoresIn,
  startSequencer,
  verifierKeysIn,
} from '#log/log.ts';
import { replayLog } from '#rebuild/rebuild.ts';
import { inspectPictures, knownStaged, sweepUploads } from '#intake/intake.ts';
import {
  openCompany,
  runStep,
  startRelay,
  type Claim,
  type Relay,
  type StepContext,
} from '#record/record.ts';
import { leasePassMs, renewLeases, ruleRecords, startKeeping, wholePassMs } from '#retention/retention.ts';
import { openMailer, startTelling } from '#routing/routing.ts';
import { startReminding } from '#sunshine/sunshine.ts';
import { sealRecord } from '#seal/seal.ts';
import type { StepName } from '#queue/queue.ts';
import { buffer } from 'node:stream/consumers';
import { openRepairer, openSecondReader, openSecondStore } from '#store/store.ts';
import type { Metrics } from '#api/api.ts';
import { startDisposals } from './disposal-work.ts';
import { startReadingPictures } from './picture-work.ts';
import { startProductions } from './production-work.ts';
import { startStoreWatch } from './store-watch.ts';
import type { System } from './system.ts';

export const WORKERS = [
  'relay',
  'seal',
  'log',
  'anchor',
  'capture',
  'retention',
  'fixity',
  'mail',
  'production',
] as const;
export type WorkerName = (typeof WORKERS)[number];

export interface WorkOptions {
  readonly metrics: Metrics;
  /** An invariant broke: the process must stop, with its reason. */
  readonly onHalt: (error: unknown) => void;
}

/** Ends what was started and is not the queue's to end. */
export type StopWork = () => Promise<void>;

export async function startWork(name: WorkerName, system: System, options: WorkOptions): Promise<StopWork> {
  switch (name) {
    case 'relay':
      return startRelayWork(system).stop;
    case 'seal':
      return await startSealing(system, options);
    case 'log':
      return startLog(system);
    case 'anchor':
      return startAnchor(system);
    case 'capture':
      return await startCapturing(system, options);
    case 'retention':
      return await startRetention(system);
    case 'fixity':
      return await startFixity(system);
    case 'mail':
      return startMail(system);
    case 'production':
      return startProductions(system);
  }
}

export function startRelayWork(system: System): Relay {
  const { db, queue, log, config } = system;
  return startRelay({ db, queue, log, forgetMs: config.reconcileMs, idleMs: 100 });
}

/** One for the process, whatever runs in it: it is the process that a step takes along when it ends it. */
const company = openCompany();

async function take(
  system: System,
  options: WorkOptions,
  step: StepName,
  concurrency: number,
  work: (claim: Claim) => Promise<void>,
): Promise<void> {
  const context: StepContext = {
    db: system.db,
    log: system.log,
    worker: system.worker,
    claimMs: system.config.claimMs,
    company,
    onHalt: options.onHalt,
  };
  await system.queue.work(
    step,
    async (recordId) => {
      const started = performance.now();
      const ended = await runStep(context, step, recordId, async (claim) => {
        await system.caughtUp(claim.agencyId);
        await work(claim);
      });
      system.log.debug({ recordId, step, ended, ms: Math.round(performance.now() - started) }, 'step.ended');
    },
    { concurrency },
  );
}

async function startSealing(system: System, options: WorkOptions): Promise<StopWork> {
  const { db, store, trust, staging, config } = system;
  await staging.checkProbe();
  // The canary at start: an operator reads at once what the first report would have met. Sealing waits for it anyway.
  trust.trusted().then(
    (capabilities) => system.log.info({ ...capabilities }, 'store.trusted'),
    (error: unknown) => system.log.error({ code: codeOf(error), err: error }, 'store.refused'),
  );
  const stagedPath = (name: string): string => staging.path(name);
  await take(system, options, 'seal', config.sealConcurrency, async (claim) => {
    await sealRecord(
      {
        db,
        store,
        trusted: trust.trusted,
        stagedPath,
        leaseMs: config.leaseMs,
        mode: config.mode,
        program: system.program,
        now: system.now,
        onFirstSeal: (seconds) => options.metrics.sealed(seconds),
      },
      claim,
    );
  });
  await take(system, options, 'inspect', 2, async (claim) => {
    await inspectPictures(
      { db, store, stagedPath, scratchDir: system.scratchDir, inspect: system.inspector.inspect },
      claim,
    );
  });
  return async () => undefined;
}

function startLog({ db, log, logFiles, config, reader, referenceOf, now }: System): StopWork {
  const folder = join(config.keysDir, 'log');
  const keyFolder = openKeyFolder(folder);
  // A record goes on in the next moment: what it has in the store beyond the log is numbered, and entered as put back.
  const how = { files: 'read', unlogged: 'enter', actor: 'worker:log' } as const;
  const rebuild = { db, store: reader, referenceOf, now, ...how };
  // Not by whoever asks strangers: that process has neither the keys nor the right to write here.
  const copies = {
    db,
    files: logFiles,
    log,
    anchors: config.anchors,
    isOurs: keyFolder.has,
    leaseMs: config.leaseMs,
  };
  const sequencer = startSequencer({
    db,
    files: logFiles,
    keyFolder,
    replay: async (agencyId) => {
      const anchorsBack = async (id: string) => await copyAnchors(copies, id);
      const replay = {
        db,
        files: logFiles,
        isOurs: keyFolder.has,
        remember: keyFolder.rememberRestore,
        anchorsBack,
      };
      const done = await replayLog(replay, rebuild, agencyId);
      if (done !== null) log.warn({ agencyId, ...done }, 'log.replayed');
    },
    log,
    name: config.logName ?? nameFrom(config.publicUrl),
    leaseMs: config.leaseMs,
    idleMs: 100,
  });
  const ending = new AbortController();
  const { signal } = ending;
  const { leaseMs } = config;
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      await sleep(leasePassMs(leaseMs), undefined, { signal }).catch(() => undefined);
      if (signal.aborted) break;
      try {
        await renewLogLeases({ db, files: logFiles, log, leaseMs, now, signal });
      } catch (error) {
        log.error({ code: codeOf(error), err: error }, 'log.leases-failed');
      }
    }
  };
  const renewing = loop();
  const stopCopying = startCopying(copies);
  const keys = async (): Promise<readonly string[]> => await verifierKeysIn(folder);
  const audit = startNightlyAudit({
    db,
    files: logFiles,
    store: reader,
    keys,
    restores: async () => await restoresIn(folder),
    certificateKey: async (agencyId) => await receiptKeyIn(config.certificateKeysDir, agencyId),
    formerCertificateKeys: async (agencyId) => await formerReceiptKeysIn(config.certificateKeysDir, agencyId),
    anchors: config.anchors,
    log,
  });
  return async () => {
    ending.abort();
    await Promise.all([sequencer.stop(), renewing, stopCopying(), audit.stop()]);
  };
}

/** A process of its own: it reads what strangers answer, and holds neither a key of the log nor the right to write there. */
function startAnchor({ db, log, logReader, config, now }: System): StopWork {
  const { anchors } = config;
  if (anchors.authorities.length === 0 && anchors.witnesses === null) {
    log.info(
      { sentence: 'Neither TSA_URL nor HOLDFAST_WITNESSES is set: nothing is anchored.' },
      'anchor.off',
    );
    return async () => undefined;
  }
  return startAnchoring({ db, log, anchors, reader: logReader, now });
}

/** How an installation is called that nobody gave a name: by its address; where that is this machine's own, by chance. */
function nameFrom(publicUrl: string): string {
  const { hostname } = new URL(publicUrl);
  const isOwn = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 || /(^|\.)localhost$/.test(hostname);
  return isOwn ? `local-${randomBytes(4).toString('hex')}` : hostname;
}

/** What a page leaves in scratch and staging, generously. */
const CAPTURE_BYTES = 64 * 1024 ** 2;

async function startCapturing(system: System, options: WorkOptions): Promise<StopWork> {
  const { db, browser, staging, config } = system;
  await staging.checkProbe();
  const context: CaptureContext = {
    db,
    browser,
    stage: async (bytes) => await staging.stage(bytes, { limitBytes: 2 * 1024 ** 3 }),
    scratchDir: system.scratchDir,
    deadlineMs: config.captureDeadlineMs,
    now: system.now,
  };
  await take(system, options, 'capture', config.captureConcurrency, async (claim) => {
    await system.room.ask(CAPTURE_BYTES);
    await captureRecord({ ...context, onOutcome: options.metrics.captured }, claim);
  });
  // One at a time, and not for long: nobody waits for it, and it takes a place from the captures.
  await take(system, options, 'look-again', 1, async (claim) => {
    await system.room.ask(CAPTURE_BYTES);
    const switchedOn = config.lookAgainMs !== null;
    await lookAfterRemoval({ ...context, switchedOn, onAnswer: options.metrics.lookedAgain }, claim);
  });
  return async () => undefined;
}

/** A row is written seconds after its bytes are staged; a day is far beyond any request. */
const SWEEP_AGE_MS = 86_400_000;

const RULE_MS = 2000;

async function startRetention(system: System): Promise<StopWork> {
  const { db, store, log, config, staging } = system;
  // Only this worker holds the key without which nothing can be proven.
  const watch = startStoreWatch(system);
  const stopMending = await startMendingWork(system);
  const stopKeeping = startKeeping({ db, store, log, leaseMs: config.leaseMs, now: system.now });
  const stopDisposals = await startDisposals(system);
  const ending = new AbortController();
  const { signal } = ending;
  let wholeAt = 0;
  const chores: readonly (() => Promise<void>)[] = [
    async () => {
      const whole = performance.now() >= wholeAt;
      if (whole) wholeAt = performance.now() + wholePassMs(config.leaseMs);
      await renewLeases({ db, store, leaseMs: config.leaseMs, now: system.now, log, signal, whole });
    },
    // How to read what is sealed, beside it, and locked as long.
    async () => await keepDocuments(store, new Date(system.now().getTime() + config.leaseMs)),
    async () => {
      const uploads = await sweepUploads(db, staging);
      if (uploads > 0) log.info({ removed: uploads }, 'uploads.swept');
    },
    async () => {
      const swept = await staging.sweep(SWEEP_AGE_MS, async (names) => await knownStaged(db, names));
      if (swept.removed > 0) log.info(swept, 'staging.swept');
    },
  ];
  const loop = async (): Promise<void> => {
    const passMs = leasePassMs(config.leaseMs);
    while (!signal.aborted) {
      // Each for itself: leases that cannot be renewed keep nothing in staging that should go.
      for (const chore of chores) {
        if (signal.aborted) break;
        try {
          await chore();
        } catch (error) {
          log.error({ code: codeOf(error), err: error }, 'retention.failed');
        }
      }
      await sleep(passMs, undefined, { signal }).catch(() => undefined);
    }
  };
  // A record waits for its rules as long as its capture did, and no longer.
  const rule = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        const ruled = await ruleRecords(db, signal);
        if (ruled > 0) log.info({ records: ruled }, 'retention.ruled');
      } catch (error) {
        log.error({ code: codeOf(error), err: error }, 'retention.rules-failed');
      }
      await sleep(RULE_MS, undefined, { signal }).catch(() => undefined);
    }
  };
  const running = Promise.all([loop(), rule()]);
  return async () => {
    ending.abort();
    await Promise.all([running, watch.stop(), stopMending(), stopKeeping(), stopDisposals()]);
  };
}

async function startFixity(system: System): Promise<StopWork> {
  const { db, reader, log, logReader, config, scratchDir, now } = system;
  const { leaseMs } = config;
  const second = await openSecondStore(config);
  const stop = startRounds({
    db,
    reader,
    log,
    actor: 'worker:fixity',
    checkAnchors: async (agencyId, read) =>
      await lookAtCopies(
        { db, anchors: { ...config.anchors, log, keysOf: logReader.keysOf }, now },
        agencyId,
        read,
      ),
    readLogFile:
      reader.kind === 's3'
        ? async (agencyId, path) => await readCurrent(reader, `log/${agencyId}/${path}`)
        : async (agencyId, path) => await logReader.file(agencyId, path),
    ...config.fixity,
    ...(second === null
      ? {}
      : {
          afterwards: async (agencyId, signal) =>
            void (await copyAgency({ db, reader, second, log, scratchDir, leaseMs, signal }, agencyId)),
        }),
  });
  const stopPictures = startReadingPictures(system);
  return async () => {
    await Promise.all([stop(), stopPictures()]);
    await second?.close();
  };
}

/** With the key that can only read, as everything else that this process asks of the store. */
async function readCurrent(reader: System['reader'], key: string): Promise<Buffer | null> {
  const state = await reader.head(key);
  return state === null ? null : await buffer(await reader.read(key, state.versionId));
}

/** By whoever may write to the first store, out of the second, to which it cannot write. */
async function startMendingWork({ db, store, log, config, scratchDir, now }: System): Promise<StopWork> {
  const second = openSecondReader(config);
  if (second === null) return async () => undefined;
  const repairer = await openRepairer(config);
  const { leaseMs } = config;
  const stop = startMending({
    db,
    store,
    repairer,
    second,
    log,
    scratchDir,
    leaseMs,
    now,
    actor: 'worker:retention',
  });
  return async () => {
    await stop();
    await repairer.close();
    await second.close();
  };
}

function startMail({ db, log, config, now }: System): StopWork {
  if (config.smtp === null) {
    // What becomes owed meanwhile waits, and goes in one letter to each address when there is a server.
    log.info({ sentence: 'SMTP_URL is not set: nobody is told by mail.' }, 'mail.off');
    return async () => undefined;
  }
  const mailer = openMailer(config.smtp);
  const stop = startTelling({
    db,
    log,
    mailer,
    publicUrl: config.publicUrl,
    mode: config.mode,
    gatherMs: config.mailGatherMs,
    now,
  });
  const stopReminding = startReminding({ db, log, now });
  return async () => {
    await Promise.all([stop(), stopReminding()]);
    mailer.close();
  };
}
