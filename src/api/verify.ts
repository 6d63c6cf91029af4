/**
 * The public page of a receipt: `/verify?code=…`, and a receipt's file. Open to anybody, so it gives nothing but the standing of what
 * somebody already has a receipt of, says the same of what is not here and of what is not answered for, and answers few questions a second:
 * at ten a second whoever guesses would need months to hit one record among ten million (a code has 2^50 values). A file is checked in
 * memory and kept nowhere.
 */
import { inflateSync } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { checkReceiptAnchors } from '#anchor/anchor.ts';
import { verifyPage, type FileSaid, type KnownRecord } from '#console/console.ts';
import { ArchiveError } from '#errors.ts';
import { checkReceipt, verifierKey, type CheckedReceipt, type ReceiptTrust } from '#log/log.ts';
import {
  codeTyped,
  readLogStanding,
  readPublicStanding,
  recordIdOf,
  recordsByCode,
  type PlacedRecord,
} from '#record/record.ts';
import { sendPage } from './administration.ts';
import { openAnchorsOf } from './anchored.ts';
import type { ApiContext } from './context.ts';
import { formWithFile } from './form-file.ts';
import { openLimit } from './limit.ts';

const FILE_LIMIT_BYTES = 5 * 1024 ** 2;
const RATES = { each: { perSecond: 2, burst: 60 }, all: { perSecond: 10, burst: 120 } } as const;
const NO_CODE =
  'This is no code of a receipt. It has ten letters and digits, such as ABCDE-FGHJK, and none of them is U.';

export function registerVerify(routes: FastifyInstance, context: ApiContext): void {
  const { db, now, logReader } = context.system;
  const anchorsOf = openAnchorsOf(context.system);
  const limit = openLimit(RATES);
  const open = {
    schema: { hide: true },
    config: {
      open: 'how a receipt stands, to whoever has it; nothing of its content',
      page: true,
      ownPagesOnly: true,
    },
  } as const;
  const show = async (
    request: FastifyRequest,
    reply: FastifyReply,
    parts: Partial<Parameters<typeof verifyPage>[1]>,
    isWrong = false,
  ): Promise<FastifyReply> =>
    await sendPage(
      reply,
      verifyPage(context.frameOf(request), {
        typed: '',
        error: null,
        code: null,
        known: [],
        file: null,
        now: now(),
        ...parts,
      }),
      isWrong,
    );
  const standingsOf = async (records: readonly PlacedRecord[]): Promise<KnownRecord[]> => {
    const found = await Promise.all(
      records.map(
        async ({ agencyId, recordId }) =>
          await db.inAgency(agencyId, async (at) => {
            const standing = await readPublicStanding(at, recordId);
            if (standing === null) return null;
            return { ...standing, log: await readLogStanding(at, recordId, anchorsOf) };
          }),
      ),
    );
    return found.filter((one) => one !== null);
  };

  const isSignedHere = async ({ agency, signedBy }: CheckedReceipt): Promise<boolean> =>
    await db.inAgency(agency, async (at) => await logReader.signsReceipts(at, signedBy));
  const trustIn = async (agency: string): Promise<ReceiptTrust | null> =>
    await db.inAgency(agency, async (at) => {
      const keys = await logReader.keysOf(at);
      const [first] = keys.map(({ vkey }) => verifierKey(vkey).name);
      if (first === undefined) return null;
      return {
        origin: first,
        keys: keys.map(({ vkey, firstSize, lastSize }) => ({
          key: verifierKey(vkey),
          firstSize,
          ...(lastSize === null ? {} : { lastSize }),
        })),
      };
    });

  routes.get<{ Querystring: Record<string, unknown> }>('/verify', open, async (request, reply) => {
    const asked = request.query['code'];
    if (asked === undefined) return await show(request, reply, {});
    const typed = typeof asked === 'string' ? asked : '';
    const code = codeTyped(typed);
    if (code === null) return await show(request, reply, { typed: typed.slice(0, 40), error: NO_CODE }, true);
    limit.ask(request.ip);
    return await show(request, reply, {
      typed: code,
      code,
      known: await standingsOf(await recordsByCode(db, code)),
    });
  });

  routes.post('/verify', open, async (request, reply) => {
    limit.ask(request.ip);
    const { file: sent } = await formWithFile(request, {
      name: 'receipt',
      mostBytes: FILE_LIMIT_BYTES,
      tooLarge: 'The file of a receipt has at most 5 MB.',
    });
    if (sent === null)
      return await show(request, reply, { error: 'Choose the file of a receipt first.' }, true);
    const refuse = async (error: unknown): Promise<FastifyReply> => {
      if (!(error instanceof ArchiveError)) throw error;
      return await show(request, reply, { file: { kind: 'refused', sentence: whyNot(error.code) } }, true);
    };
    let document: unknown;
    let checked: CheckedReceipt;
    try {
      document = documentOf(sent);
      checked = checkReceipt(document, null);
    } catch (error) {
      return await refuse(error);
    }
    // What is wrong with our own log is no fault of the file, and is not said of it.
    const isOurs = await isSignedHere(checked);
    // By the keys of its log as they stand here, and no more by those that it names itself.
    const trust = isOurs ? await trustIn(checked.agency) : null;
    if (trust !== null)
      try {
        // Its key may be too young to stand in a checkpoint; that it is ours is known already.
        checked = checkReceipt(document, { ...trust, signer: checked.signedBy });
        await checkReceiptAnchors(document, checked, trust, context.system.config.anchors);
      } catch (error) {
        return await refuse(error);
      }
    const { agency, record, code } = checked;
    const recordId = recordIdOf(record);
    const file: FileSaid = isOurs
      ? { kind: 'ours', issuedAt: checked.issuedAt, safeToRemove: checked.safeToRemove }
      : { kind: 'strange' };
    if (!isOurs || recordId === null) return await show(request, reply, { file });
    const known = await standingsOf([{ agencyId: agency, recordId }]);
    return await show(request, reply, { file, code, known });
  });
}

/** Which step failed, in words for somebody who holds a file. */
function whyNot(code: string): string {
  if (code === 'receipt-malformed' || code.endsWith('-malformed'))
    return 'It is not a signed receipt, or a part of it is missing.';
  if (code === 'receipt-changed') return 'Something in it was changed after it was signed.';
  if (code === 'receipt-anchor-wrong' || code.startsWith('stamp-'))
    return 'A time stamp or a witness in it does not fit what it says.';
  if (code === 'log-signature-wrong' || code === 'log-note-unsigned')
    return 'A signature in it does not fit what it says.';
  return 'What it says does not lead to the log that it names.';
}

function documentOf(sent: Buffer): unknown {
  const bytes = sent.subarray(0, 5).toString('latin1') === '%PDF-' ? attachedTo(sent) : sent;
  try {
    return JSON.parse(bytes?.toString('utf8') ?? '');
  } catch {
    throw new ArchiveError(
      'receipt-malformed',
      'This is not a signed receipt: expected the JSON of one, or a PDF of this archive with that in it.',
      { retry: 'never' },
    );
  }
}

/** The receipt that our own PDF carries (`receipt-pdf.ts`). It is believed for its signature, and not for where it was found. */
function attachedTo(pdf: Buffer): Buffer | null {
  const head = pdf.indexOf('/Type /EmbeddedFile');
  const begin = head < 0 ? -1 : pdf.indexOf('stream\n', head) + 7;
  const end = begin < 7 ? -1 : pdf.indexOf('\nendstream', begin);
  if (end < 0) return null;
  try {
    return inflateSync(pdf.subarray(begin, end), { maxOutputLength: FILE_LIMIT_BYTES });
  } catch {
    return null;
  }
}
