/** The signed papers of a list: made once, sealed under a lock of their own, and renewed for ever. */
import { createHash } from 'node:crypto';
import type { CleanedDatabase } from '#db/db.ts';
import { ArchiveError, codeOf } from '#errors.ts';
import { signCertificate } from '#log/log.ts';
import { appendEvent, type ReceiptSigner } from '#record/record.ts';
import { composeCertificate, composeCleaned } from './certificate.ts';
import { ACTOR, type DisposalContext } from './context.ts';
import { endDisposal } from './lists.ts';
import { peopleOf, readDisposal, type Disposal } from './queries.ts';
import * as rows from './run-queries.ts';
import type { OpenDisposal } from './run-queries.ts';

const certificatePath = (agencyId: string, id: string): string =>
  `disposal/${agencyId}/${id}/certificate.json`;
const cleanedPath = (agencyId: string, id: string): string => `disposal/${agencyId}/${id}/cleaned.json`;

/** When nothing is left to be done. */
export async function certify(context: DisposalContext, open: OpenDisposal): Promise<void> {
  const { db, between = async () => undefined } = context;
  const { agencyId, id } = open;
  const list = await db.inAgency(agencyId, async (at) => {
    if (await rows.isUnderway(at, id)) return null;
    const now = await readDisposal(at, id);
    if (now === null || now.failures > 0 || now.state !== 'running') return null;
    if (now.destroyed > 0) await rows.finish(at, id);
    return await readDisposal(at, id);
  });
  if (list === null) return;
  if (list.destroyed === 0) {
    await db.inAgency(agencyId, async (at) => {
      const reason =
        'Nothing of this list may be destroyed: each of its records is kept, with the reason beside it.';
      await endDisposal(at, id, { as: 'refused', actor: ACTOR, reason, code: 'nothing-left' });
    });
    return;
  }
  const index = await db.inAgency(agencyId, async (at) => await rows.approvalIndex(at, id));
  const signer = await signed(context, agencyId);
  const text = await db.inAgency(agencyId, async (at) => {
    if (list.certificate !== null) return list.certificate;
    const paper = await composeCertificate(at, list, index ?? 0, context);
    return await rows.keepPaper(at, id, 'certificate', JSON.stringify(signCertificate(paper, signer)));
  });
  await between('certificate');
  await sealPaper(context, open, certificatePath(agencyId, id), text);
  await between('sealed');
  await db.inAgency(agencyId, async (at) => {
    if (!(await rows.complete(at, id))) return;
    const { records, objects, bytes } = JSON.parse(text).quantity as Record<
      'records' | 'objects' | 'bytes',
      number
    >;
    await appendEvent(at, null, {
      type: 'purge.completed',
      actor: ACTOR,
      body: {
        purge: id,
        listDigest: list.digest,
        cutoff: list.cutoff,
        eligible: list.lastDue ?? list.cutoff,
        records,
        objects,
        bytes,
        index: String(index ?? 0),
        edition: list.edition,
        schedule: list.series,
        about: peopleOf(list),
      },
    });
  });
  await between('completed');
}

async function signed({ signerOf }: DisposalContext, agencyId: string): Promise<ReceiptSigner> {
  const signer = await signerOf(agencyId);
  if (signer !== null) return signer;
  throw new ArchiveError(
    'receipt-key-unusable',
    'The agency’s log has not begun, so nothing can be signed for it.',
    {
      retry: 'later',
    },
  );
}

/** Put again, it is the same bytes: the row has them since before the first time. */
async function sealPaper(
  { db, store, leaseMs, now }: DisposalContext,
  { agencyId, id }: OpenDisposal,
  key: string,
  text: string,
): Promise<void> {
  const bytes = Buffer.from(text);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await store.seal({
    key,
    body: { bytes },
    sha256,
    sizeBytes: bytes.length,
    mediaType: 'application/json',
    retainUntil: new Date(now().getTime() + leaseMs),
  });
  const state = await store.head(key);
  if (
    state?.mode !== 'COMPLIANCE' ||
    state.retainUntil === null ||
    (state.sha256 !== null && state.sha256 !== sha256)
  )
    throw new ArchiveError('store-lock-not-confirmed', 'The certificate is not in the store as it was put.', {
      retry: 'later',
    });
  const { versionId, retainUntil } = state;
  await db.inAgency(agencyId, async (at) => await rows.writeSealed(at, id, key, versionId, retainUntil));
}

export async function cleanUp(context: DisposalContext, open: OpenDisposal, list: Disposal): Promise<void> {
  const { db, now, between = async () => undefined } = context;
  const { agencyId, id } = open;
  const certificate = createHash('sha256')
    .update(list.certificate ?? '')
    .digest('hex');
  let text = list.cleaned;
  if (text === null) {
    const database = await context.clean();
    const paper = composeCleaned(agencyId, list, { certificate, database, at: now() });
    const signer = await signed(context, agencyId);
    text = await db.inAgency(
      agencyId,
      async (at) => await rows.keepPaper(at, id, 'cleaned', JSON.stringify(signCertificate(paper, signer))),
    );
  }
  await between('cleaned');
  await sealPaper(context, open, cleanedPath(agencyId, id), text);
  const { database } = JSON.parse(text) as { readonly database: CleanedDatabase };
  await db.inAgency(agencyId, async (at) => {
    if (!(await rows.markCleaned(at, id))) return;
    await appendEvent(at, null, {
      type: 'purge.cleaned',
      actor: ACTOR,
      body: { purge: id, code: database.left.length === 0 ? 'done' : 'operator' },
    });
  });
}

/** They are permanent records: their lock is renewed for ever, as long as anybody runs this. */
export async function renewCertificates(context: DisposalContext): Promise<void> {
  const { db, store, leaseMs, now, log } = context;
  for (const { agencyId, id } of await rows.certificatesToRenew(db, new Date(now().getTime() + leaseMs / 2)))
    try {
      const papers = Object.entries(
        await db.inAgency(agencyId, async (at) => await rows.sealedPapers(at, id)),
      );
      for (const [key, versionId] of papers) {
        await store.extend(key, versionId, new Date(now().getTime() + leaseMs)).catch((error: unknown) => {
          if (codeOf(error) !== 'store-refused') throw error;
        });
        const until = (await store.head(key, versionId))?.retainUntil;
        if (until != null)
          await db.inAgency(agencyId, async (at) => await rows.writeSealed(at, id, key, versionId, until));
      }
    } catch (error) {
      log.error({ agencyId, code: codeOf(error), err: error }, 'disposal.lease-failed');
    }
}
