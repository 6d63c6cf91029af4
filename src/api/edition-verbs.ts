/** What is done with editions, whether a call asks for it or a page; each refusal with its sentence. */
import type { FastifyRequest } from 'fastify';
import type { AgencyTx } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import {
  compareEditions,
  confirmEdition,
  hasEnded,
  readEdition,
  readEditionCsv,
  readEditionYaml,
  succeedEdition,
  withdrawEdition,
  type Edition,
  type EditionComparison,
  type EditionRead,
  type FiledEdition,
  type Series,
} from '#retention/retention.ts';
import { callerOf } from './auth.ts';

const NO_EDITION = 'There is no such edition in this agency. GET /v1/schedules lists those that there are.';
export const noEdition = (): ArchiveError =>
  new ArchiveError('edition-not-found', NO_EDITION, { retry: 'never' });

/** An edition out of a file, or every problem with its line. */
export function readFiled(
  format: string,
  text: string,
  head: { readonly edition: string; readonly title: string; readonly source: string },
): EditionRead {
  const bytes = Buffer.from(text, 'utf8');
  return format === 'csv' ? readEditionCsv(bytes, head) : readEditionYaml(bytes);
}

export interface Comparison extends EditionComparison {
  readonly was: FiledEdition;
  readonly is: FiledEdition;
}

/** Null: one of them is not there. */
export async function compareHere(at: AgencyTx, from: string, to: string): Promise<Comparison | null> {
  const [was, is] = [await readEdition(at, from), await readEdition(at, to)];
  if (was === null || is === null) return null;
  const { entries: before, ...old } = was;
  const { entries: after, ...now } = is;
  return { was: old, is: now, ...compareEditions(asEdition(old, before), asEdition(now, after)) };
}

const asEdition = ({ edition, title, source }: FiledEdition, series: readonly Series[]): Edition => ({
  edition,
  title,
  source,
  series,
});

const BY_A_PERSON = {
  confirm:
    'An edition is confirmed by a person who signed in, not by a key. Sign in and confirm it on the page of the edition.',
  succeed:
    'An edition is put in the place of another by a person who signed in, not by a key. Sign in, compare the two, and do it on that page.',
  withdraw:
    'An edition is withdrawn by a person who signed in, not by a key. Sign in and withdraw it on the page of the edition.',
  'fiscal-year':
    'When the fiscal year begins is said by a person who signed in, not by a key. Sign in and say it on the page of retention.',
} as const;

/** What decides how long something is kept is a person's own word, never a program's. */
export function personOf(request: FastifyRequest, to: keyof typeof BY_A_PERSON): string {
  const { kind, id } = callerOf(request);
  if (kind !== 'person') throw new ArchiveError('role-not-allowed', BY_A_PERSON[to], { retry: 'never' });
  return id;
}

const ended = (): ArchiveError =>
  new ArchiveError(
    'edition-ended',
    'This edition counts no more: another one took its place, or somebody withdrew it. Nothing is destroyed under it, and that stays so. File what is right as an edition with a name of its own.',
    { retry: 'never' },
  );

export async function withdrawHere(
  at: AgencyTx,
  order: { readonly edition: string; readonly personId: string; readonly reason: string },
): Promise<void> {
  const done = await withdrawEdition(at, order);
  if (done === 'no-such-edition') throw noEdition();
  if (done === 'ended') throw ended();
}

export async function confirmHere(
  at: AgencyTx,
  confirmation: {
    readonly edition: string;
    readonly personId: string;
    readonly digest: string;
    readonly note: string | null;
  },
): Promise<void> {
  switch (await confirmEdition(at, confirmation)) {
    case 'confirmed':
      return;
    case 'no-such-edition':
      throw noEdition();
    case 'ended':
      throw ended();
    case 'changed':
      throw new ArchiveError(
        'edition-changed',
        'This is not the edition as it stands: its digest is another one. Read it again before you confirm it.',
        { retry: 'never' },
      );
    case 'again':
      throw new ArchiveError(
        'edition-confirmed-already',
        'You have confirmed this edition already, and it takes two different people. Ask a colleague to read it and confirm it too.',
        { retry: 'never' },
      );
  }
}

/** Answers how many records moved. */
export async function succeedHere(
  at: AgencyTx,
  { from, to, digest }: { readonly from: string; readonly to: string; readonly digest: string },
  actor: string,
): Promise<number> {
  const newer = await readEdition(at, to);
  if (newer === null || from === to || (await readEdition(at, from)) === null) throw noEdition();
  if (hasEnded(newer)) throw ended();
  if (newer.digest !== digest)
    throw new ArchiveError(
      'edition-changed',
      'This is not the edition that was compared: its digest is another one. Compare the two again, and send the digest that you see.',
      { retry: 'never' },
    );
  return await succeedEdition(at, from, to, actor);
}

export const editionTaken = (): ArchiveError =>
  new ArchiveError(
    'edition-taken',
    'There is an edition of this name already, and an edition is never changed. Give the new one a name of its own.',
    { retry: 'never' },
  );
