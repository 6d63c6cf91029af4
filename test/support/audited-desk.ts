/**
 * A desk of requests with something of every kind in it, for an audit: one that is open, with a search, records by name, decisions, letters, fees
 * and productions; one that is closed and kept for longer; one of which nothing was found.
 */
import { join } from 'node:path';
import type { AgencyTx } from '#db/db.ts';
import { signSearchCertificate } from '#log/log.ts';
import { openProductionContext } from '#production-work.ts';
import {
  askForProduction,
  decideForAll,
  downloadProduction,
  goingOut,
  readProduction,
  readReviewable,
  releaseProduction,
  runProductions,
  withdrawProduction,
  type Production,
} from '#production/production.ts';
import { keyProofOf, openReceiptKeys } from '#record/record.ts';
import { placeHold } from '#retention/retention.ts';
import { mailLetterOnce, openMailer } from '#routing/routing.ts';
import {
  addContact,
  certifySearch,
  changeCalendar,
  changeRates,
  changeState,
  changeTemplate,
  closeRequest,
  collectNamed,
  collectSearch,
  correctReceipt,
  keepMail,
  keepUntil,
  noteCorrespondence,
  receiveRequest,
  sendLetter,
  takeMail,
  templatesInForce,
  type LetterInput,
} from '#sunshine/sunshine.ts';
import type { Archive } from './archive.ts';
import { startMailServer } from './mail-server.ts';
import { NOTHING_ASKED } from './producing.ts';

const AGENCY = 'rivertown';
const CUSTODIAN = 'cli';

const HOLD = {
  kind: 'sunshine-request',
  title: 'A request',
  reason: 'It was asked for',
  ends: 'when it is over',
} as const;

async function received(archive: Archive, contact: string | null): Promise<string> {
  const at = archive.system.now();
  const { requestId } = await archive.system.db.inAgency(
    AGENCY,
    async (tx) =>
      await receiveRequest(
        tx,
        {
          channel: 'letter',
          words: 'All hidden comments about the ferry.',
          requester: 'A. Requester',
          contact,
          format: null,
          language: 'en',
          firstReceivedAt: at,
          receivedByCustodianAt: at,
        },
        CUSTODIAN,
      ),
  );
  return requestId;
}

async function written(
  archive: Archive,
  id: string,
  input: LetterInput,
  way: 'mail' | 'print',
): Promise<void> {
  await archive.system.db.inAgency(
    AGENCY,
    async (at) =>
      await sendLetter(at, id, {
        input,
        language: 'en',
        text: null,
        way,
        signer: 'A. Custodian',
        now: archive.system.now(),
        actor: CUSTODIAN,
        pdfOf: async () => await Promise.resolve(Buffer.from('%PDF-1.7 a letter')),
      }),
  );
}

const MAIL = Buffer.from(
  'From: A. Requester <requester@example.org>\r\nTo: records@rivertown.example\r\nSubject: The ferry\r\n\r\nIs there news?\r\n',
);

/** The letter that has waited longest is taken by a mail server. */
async function mailed({ system }: Archive): Promise<void> {
  const { db, log, config, now } = system;
  const server = await startMailServer();
  const mailer = openMailer({ url: server.url, from: 'records@rivertown.example' });
  const { publicUrl, mode } = config;
  const ended = await mailLetterOnce({ db, log, mailer, publicUrl, mode, gatherMs: 0, now });
  mailer.close();
  await server.close();
  if (ended !== 'mailed') throw new Error(`The letter was not mailed: ${ended ?? 'none was due'}.`);
}

/**
 * What somebody does at the desk, step by step. `replaces`: how often it was done before, so that what is replaced is named.
 */
export async function deskSteps(
  archive: Archive,
  recordIds: readonly string[],
  replaces = 0,
): Promise<readonly (() => Promise<unknown>)[]> {
  const { db, now, config } = archive.system;
  const [first = '', second = '', third = ''] = recordIds;
  const [asked, none, over] = [
    await received(archive, 'requester@example.org'),
    await received(archive, null),
    await received(archive, null),
  ];
  const search = { q: 'no such word is anywhere', filters: {} };
  const inAgency = async <T>(work: (at: AgencyTx) => Promise<T>): Promise<T> =>
    await db.inAgency(AGENCY, work);
  const decided = async (
    id: string,
    recordId: string,
    after = 0,
    answer: 'release' | 'not-responsive' = 'release',
  ) =>
    await inAgency(async (at) => {
      const record = await readReviewable(at, recordId);
      const { factsSeen, filesSeen } = record;
      const review = { answer, exemption: null, description: null, fields: null, files: null };
      return await decideForAll(
        at,
        {
          requestId: id,
          recordId,
          after,
          seen: { facts: factsSeen, files: filesSeen },
          review,
          note: 'Looked at.',
          acknowledged: goingOut(review, record).map(({ name }) => name),
        },
        [],
        CUSTODIAN,
      );
    });
  const named = async (id: string, ids: readonly string[]) =>
    await inAgency(async (at) => {
      const { holdId, held } = await placeHold(at, { ...HOLD, on: { records: [...ids] } }, CUSTODIAN);
      await collectNamed(at, id, { holdId, held }, CUSTODIAN);
    });
  const searched = async (id: string) =>
    await inAgency(async (at) => {
      const hold = await placeHold(at, { ...HOLD, on: { search, standing: true } }, CUSTODIAN);
      await collectSearch(at, id, search, hold, CUSTODIAN);
    });
  const productions: string[] = [];
  const ofThese = async (n: number): Promise<Production> => {
    const made = await inAgency(async (at) => await readProduction(at, productions[n] ?? ''));
    if (made === null) throw new Error('It is gone.');
    return made;
  };
  const production = async () => {
    const made = await inAgency(
      async (at) =>
        await askForProduction(at, { requestId: asked, prefix: 'AUD', asked: NOTHING_ASKED }, CUSTODIAN),
    );
    productions.push(made?.id ?? '');
    await runProductions(openProductionContext(archive.system));
    const { state, failure, gate } = await ofThese(productions.length - 1);
    if (state !== 'ready')
      throw new Error(`The production is ${state}: ${JSON.stringify(failure)} ${JSON.stringify(gate)}`);
  };
  const released = async (n: number) =>
    await inAgency(
      async (at) => await releaseProduction(at, productions[n] ?? '', { now: now(), days: 30 }, CUSTODIAN),
    );
  return [
    async () => {
      await inAgency(
        async (at) =>
          await changeCalendar(
            at,
            {
              hours: { '1': { opens: 480, closes: 1020 } },
              observes: [],
              saturdayHolidays: 'business-day',
              closings: [],
              afterHours: 'that-day',
            },
            { replaces, actor: CUSTODIAN },
          ),
      );
    },
    async () => await named(asked, [first, second, third]),
    async () => await searched(none),
    async () => await decided(asked, first),
    async () => await decided(asked, second, 0, 'not-responsive'),
    async () => await decided(asked, second, 1),
    async () => await decided(asked, third, 0, 'not-responsive'),
    async () => await written(archive, asked, { kind: 'acknowledgement' }, 'mail'),
    async () => await mailed(archive),
    async () => await written(archive, asked, { kind: 'acknowledgement' }, 'mail'),
    async () =>
      await inAgency(async (at) => {
        const rates = {
          pageCents: 10,
          clericalCents: 1500,
          copyingCents: 2000,
          staff: [],
          media: [],
          source: 'A resolution',
        };
        await changeRates(at, rates, { replaces, actor: CUSTODIAN });
      }),
    async () =>
      await inAgency(async (at) => {
        const text = (await templatesInForce(at)).find((one) => one.kind === 'closing')?.text ?? '';
        await changeTemplate(
          at,
          { kind: 'closing', language: 'en', text: `${text}\n\nThank you. ${replaces}` },
          { replaces, actor: CUSTODIAN },
        );
      }),
    async () =>
      await written(
        archive,
        asked,
        { kind: 'invoice', charges: [{ kind: 'pages', count: 12 }], waiver: null, paidCents: 0 },
        'print',
      ),
    async () =>
      await inAgency(
        async (at) => await changeState(at, asked, { from: 'fee-waiting', to: 'open' }, CUSTODIAN),
      ),
    async () =>
      await inAgency(
        async (at) =>
          await noteCorrespondence(
            at,
            asked,
            {
              way: 'in',
              channel: 'mail',
              about: null,
              feeCents: null,
              words: 'Where is it?',
              at: now(),
            },
            CUSTODIAN,
          ),
      ),
    async () =>
      await inAgency(
        async (at) =>
          await correctReceipt(
            at,
            asked,
            {
              firstReceivedAt: new Date(now().getTime() - 3 * 3_600_000),
              receivedByCustodianAt: new Date(now().getTime() - 2 * 3_600_000),
              reason: 'The stamp says so.',
            },
            CUSTODIAN,
          ),
      ),
    async () =>
      await inAgency(async (at) => {
        const id = await takeMail(at, MAIL, CUSTODIAN);
        await keepMail(at, asked, { id, receivedAt: now() }, CUSTODIAN);
      }),
    async () =>
      await inAgency(
        async (at) =>
          await addContact(
            at,
            asked,
            { was: 'requester@example.org', contact: 'another@example.org', reason: 'They called.' },
            CUSTODIAN,
          ),
      ),
    async () => {
      const key = await openReceiptKeys(db, join(config.keysDir, 'receipts')).keyOf(AGENCY);
      if (key === null) throw new Error('The log has not begun.');
      await inAgency(
        async (at) =>
          await certifySearch(at, none, {
            mode: config.mode,
            now: now(),
            actor: CUSTODIAN,
            sign: (paper) => signSearchCertificate(paper, key),
            proof: await keyProofOf(at, archive.system.logReader, key.vkey),
            nameOf: async (who) => await Promise.resolve(who),
          }),
      );
    },
    async () => await written(archive, none, { kind: 'no-records' }, 'print'),
    async () =>
      await inAgency(
        async (at) =>
          await closeRequest(
            at,
            over,
            { outcome: 'withdrawn', closedAt: now(), appealUntil: '2099-01-01' },
            CUSTODIAN,
          ),
      ),
    async () =>
      await inAgency(
        async (at) => await keepUntil(at, over, { until: '2099-06-01', reason: 'An appeal.' }, CUSTODIAN),
      ),
    production,
    async () => await released(0),
    async () => await released(0),
    async () => {
      const made = await ofThese(0);
      await inAgency(async (at) => await downloadProduction(at, made, { link: 1, now: now() }, 'public'));
    },
    async () => {
      const made = await ofThese(0);
      await inAgency(async (at) => await downloadProduction(at, made, { link: null, now: now() }, CUSTODIAN));
    },
    production,
    async () => await released(1),
    async () =>
      await inAgency(
        async (at) =>
          await withdrawProduction(at, productions[1] ?? '', { now: now(), why: 'A mistake.' }, CUSTODIAN),
      ),
    production,
  ];
}
