/** Letters, as both the calls and the pages send them: who signs, by which way, on which paper. */
import { join } from 'node:path';
import type { FastifyRequest } from 'fastify';
import { actorOf } from '#agency/agency.ts';
import { letterPdf } from '#console/console.ts';
import type { AgencyTx } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import { signSearchCertificate } from '#log/log.ts';
import { keyProofOf, openReceiptKeys } from '#record/record.ts';
import {
  certifySearch,
  draftLetter,
  headingOf,
  mailAddressOf,
  readSearch,
  sendLetter,
  trackingShown,
  type Draft,
  type KeptCertificate,
  type Sent,
} from '#sunshine/sunshine.ts';
import { callerOf } from './auth.ts';
import type { ApiContext } from './context.ts';
import type { LetterOrder } from './letter-orders.ts';
import { namesOf } from './actor-names.ts';
import { handedIn } from './letter-handing.ts';
import { deciderOf, noRequest } from './requests.ts';

/** A letter is signed by somebody: a key that lies about signs nothing. */
export const senderOf = (request: FastifyRequest): string =>
  deciderOf(
    request,
    'A letter is sent, and a search certified, by a person who signed in, not by a key. Sign in, and do it there.',
  );

export interface LetterDesk {
  /** Whoever shows it enters that the request was looked at. */
  draft(
    at: AgencyTx,
    request: FastifyRequest,
    id: string,
    order: Pick<LetterOrder, 'input' | 'language'>,
  ): Promise<Draft>;
  send(at: AgencyTx, request: FastifyRequest, id: string, order: LetterOrder): Promise<Sent>;
  certify(request: FastifyRequest, id: string): Promise<KeptCertificate>;
  /** Whether this archive has a mail server. */
  readonly mails: boolean;
}

export function openLetterDesk({ system }: Pick<ApiContext, 'system'>): LetterDesk {
  const { config, db, now } = system;
  const keys = openReceiptKeys(db, join(config.keysDir, 'receipts'));
  const mails = config.smtp !== null;
  const { publicUrl } = config;
  const signerOf = async (at: AgencyTx, request: FastifyRequest): Promise<string> => {
    const caller = callerOf(request);
    // A draft by a key has nobody's name in it yet.
    return caller.kind === 'key' ? '__________' : await nameOf(at, actorOf(caller));
  };
  return {
    mails,
    draft: async (at, request, id, { input, language }) => {
      const signer = await signerOf(at, request);
      const moment = now();
      const meant = await handedIn(at, id, input, { now: moment, publicUrl, linkBy: null });
      const draft = await draftLetter(at, id, { input: meant, language, signer, now: moment });
      if (draft === null) throw noRequest();
      return draft;
    },
    send: async (at, request, id, { input, language, text, way }) => {
      const actor = senderOf(request);
      const moment = now();
      if (way === 'mail' && !mails)
        throw new ArchiveError(
          'letter-refused',
          'This archive has no mail server (SMTP_URL), so nothing can be mailed. Print the letter, and bring it on its way.',
          { retry: 'never' },
        );
      const { contact, zone } = await contactOf(at, id);
      const sent = await sendLetter(at, id, {
        input: await handedIn(at, id, input, { now: moment, publicUrl, linkBy: actor }),
        language,
        text,
        way: way ?? (mails && mailAddressOf(contact) !== null ? 'mail' : 'print'),
        signer: await signerOf(at, request),
        now: moment,
        actor,
        pdfOf: async ({ request: row, agencyName }, words) =>
          await letterPdf({
            mode: config.mode,
            language,
            at: moment,
            zone,
            tracking: trackingShown(row.tracking),
            agencyName,
            ...headingOf(words),
          }),
      });
      if (sent === null) throw noRequest();
      return sent;
    },
    certify: async (request, id) => {
      const actor = senderOf(request);
      const { agencyId } = callerOf(request);
      await db.inAgency(agencyId, async (at) => {
        await contactOf(at, id);
        if ((await readSearch(at, id, null)) === null) throw noSearch();
      });
      const key = await keys.keyOf(agencyId);
      if (key === null)
        throw new ArchiveError(
          'receipt-key-unusable',
          'The agency’s log has not begun, so nothing can be signed for it. Ask again in a moment.',
          { retry: 'later' },
        );
      return await db.inAgency(agencyId, async (at) => {
        const made = await certifySearch(at, id, {
          mode: config.mode,
          now: now(),
          actor,
          sign: (paper) => signSearchCertificate(paper, key),
          proof: await keyProofOf(at, system.logReader, key.vkey),
          nameOf: async (who) => await nameOf(at, who),
        });
        if (made === 'no-request') throw noRequest();
        if (made === 'no-search') throw noSearch();
        return made;
      });
    },
  };
}

const noSearch = (): ArchiveError =>
  new ArchiveError(
    'search-not-certified',
    'No search of this request was made, so none can be certified. Search for what was asked first.',
    { retry: 'never' },
  );
export const notCertified = (): ArchiveError =>
  new ArchiveError(
    'search-not-certified',
    'No search of this request is certified yet. A custodian certifies the last one by POST to this address.',
    { retry: 'never' },
  );

async function nameOf(at: AgencyTx, actor: string): Promise<string> {
  const names = await namesOf(at, [{ id: '', type: '', at: '', actor, body: {} }]);
  const found = names[actor];
  return typeof found === 'string' ? found : (found?.label ?? actor);
}

async function contactOf({ agencyId, tx }: AgencyTx, id: string) {
  const row = await tx
    .selectFrom('request as r')
    .innerJoin('agency as a', 'a.id', 'r.agency_id')
    .select(['r.contact', 'a.zone'])
    .where('r.agency_id', '=', agencyId)
    .where('r.id', '=', id)
    .executeTakeFirst();
  if (row === undefined) throw noRequest();
  return row;
}
