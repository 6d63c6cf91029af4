/** A mail taken in as a request: proposed to a person, and kept as it came; and the mails that stand behind the correspondence. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { actorOf } from '#agency/agency.ts';
import type { RequestField, TakenMail } from '#console/console.ts';
import type { AgencyTx } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import { recordIdOf } from '#record/record.ts';
import {
  enterView,
  mailGone,
  MAIL_LIMIT_BYTES,
  readMail,
  readMailBytes,
  readMailPart,
  readRequestRow,
  readTaken,
} from '#sunshine/sunshine.ts';
import { callerOf, hereIn, refuseSomebodyElse, REQUEST_READERS } from './auth.ts';
import type { ApiContext } from './context.ts';
import { describedAs } from './described.ts';
import { formWithFile } from './form-file.ts';
import { typedMoment } from './request-typed.ts';
import { noRequest, requestIdOf } from './requests.ts';
import { answers } from './schemas.ts';

/** The mail, and the lines around it in the form. */
const FORM_BYTES = MAIL_LIMIT_BYTES + 64 * 1024;

export interface Proposed {
  readonly mail: TakenMail;
  readonly typed: Readonly<Partial<Record<RequestField, string>>>;
}

/** As it was sent; kept for a day, until a person has entered it. */
export async function mailSent(request: FastifyRequest): Promise<Buffer> {
  const { file, one } = await formWithFile(request, {
    name: 'mail',
    mostBytes: FORM_BYTES,
    tooLarge: 'A mail has at most 20 MB here. Enter it as a letter, and ask for what is attached.',
  });
  refuseSomebodyElse(request, one('as'));
  if (file === null)
    throw new ArchiveError('mail-invalid', 'Choose the file of a mail first.', { retry: 'never' });
  // What is no mail is not taken in.
  await readMail(file);
  return file;
}

/** What is proposed of a mail that was taken in. A time in the future is nobody's receipt, and is not proposed. */
export async function proposedBy(
  at: AgencyTx,
  id: string,
  actor: string,
  { zone, now }: { readonly zone: string; readonly now: Date },
): Promise<Proposed> {
  const known = recordIdOf(id);
  const bytes = known === null ? null : await readTaken(at, known, actor);
  if (known === null || bytes === null) throw mailGone();
  const { from, text, subject, wasHtml, received, head, parts } = await readMail(bytes);
  const first = received !== null && received.at <= now ? received : null;
  return {
    mail: { id: known, head, wasHtml, by: first?.by ?? null, parts },
    typed: {
      channel: 'mail',
      words: [subject ?? '', text].filter((one) => one !== '').join('\n\n'),
      requester: from?.name ?? '',
      contact: from?.address ?? '',
      first: first === null ? '' : typedMoment(zone, first.at),
    },
  };
}

const Params = Type.Object({
  id: Type.String({ description: 'Request id (UUID in lower case)' }),
  n: Type.String({ description: 'Number of the mail in the correspondence' }),
});
const PartParams = Type.Object({
  ...Params.properties,
  part: Type.String({ description: 'Which of what is attached, from 1 on' }),
});

const noMail = (): ArchiveError =>
  new ArchiveError('mail-not-found', 'There is no such mail of this request, or nothing so attached to it.', {
    retry: 'never',
  });
const numberOf = (text: string): number => (/^[1-9]\d{0,5}$/.test(text) ? Number(text) : 0);

export function registerRequestMail(app: FastifyInstance, { system: { db } }: ApiContext): void {
  const here = hereIn(db);
  const schema = describedAs('requests');
  /** Bytes of a stranger: never shown by a browser, and never as what they say they are. */
  const asFile = (name: string) => ({
    'cache-control': 'no-store',
    'content-disposition': `attachment; filename="${name}"`,
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
  });
  const bytesHere = async (request: FastifyRequest<{ Params: { id: string; n: string } }>) => {
    const id = requestIdOf(request.params.id);
    return await here(request, async (at) => {
      if ((await readRequestRow(at, id)) === null) throw noRequest();
      const bytes = await readMailBytes(at, id, numberOf(request.params.n));
      if (bytes === null) throw noMail();
      await enterView(at, id, actorOf(callerOf(request)));
      return bytes;
    });
  };

  app.get<{ Params: { id: string; n: string } }>(
    '/v1/requests/:id/mails/:n.eml',
    {
      config: { roles: REQUEST_READERS },
      schema: schema(
        'A mail of a request as it came, byte for byte',
        { 200: answers('The mail', 'application/octet-stream') },
        [404],
        { params: Params },
      ),
    },
    async (request, reply) =>
      await reply
        .type('application/octet-stream')
        .headers(asFile(`mail-${numberOf(request.params.n)}.eml`))
        .send(await bytesHere(request)),
  );

  app.get<{ Params: { id: string; n: string; part: string } }>(
    '/v1/requests/:id/mails/:n/parts/:part',
    {
      config: { roles: REQUEST_READERS },
      schema: schema(
        'What is attached to a mail of a request, as it was packed in; of whatever kind it says it is, it is answered as bytes',
        { 200: answers('What is attached', 'application/octet-stream') },
        [404],
        { params: PartParams },
      ),
    },
    async (request, reply) => {
      const part = await readMailPart(await bytesHere(request), numberOf(request.params.part));
      if (part === null) throw noMail();
      // The name that it came with is shown on the page; a file gets one that nothing can be hidden in.
      const ending = /\.([A-Za-z0-9]{1,8})$/.exec(part.name ?? '')?.[1]?.toLowerCase() ?? 'bin';
      return await reply
        .type('application/octet-stream')
        .headers(asFile(`mail-${numberOf(request.params.n)}-part-${numberOf(request.params.part)}.${ending}`))
        .send(part.bytes);
    },
  );
}
