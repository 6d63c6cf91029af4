/**
 * The certificate of a search: where it was looked, for what, how many were found, and what such a search does not show. Pure. It says nothing of content:
 * what was asked, as it was asked, and figures.
 */
import { Type } from 'typebox';
import { Check } from 'typebox/value';

/** How many pictures of the whole agency a program had read when it was searched: only what stands in these could be found. */
const Pictures = Type.Object({
  /** Those in which it saw no words are among them. */
  read: Type.Integer(),
  waiting: Type.Integer(),
  failed: Type.Integer(),
  /** They are said to show a child being abused. */
  never: Type.Integer(),
  /** What read, with its languages; null: nothing was read. */
  engine: Type.Union([Type.String(), Type.Null()]),
});
export type PicturesIndexed = Type.Static<typeof Pictures>;

/** Null: it was searched before anything read pictures. */
export const picturesIn = (index: SearchRun['index']): PicturesIndexed | null =>
  Check(Pictures, index['pictures']) ? index['pictures'] : null;

export interface SearchRun {
  readonly n: number;
  readonly at: Date;
  readonly by: string;
  readonly q: string | null;
  readonly filters: Readonly<Record<string, string>>;
  readonly found: number;
  /** As it was when the search ran (`IndexState` in collect.ts). */
  readonly index: Readonly<Record<string, unknown>>;
}

export interface Coverage {
  readonly platforms: readonly string[];
  readonly accounts: readonly {
    readonly platform: string;
    readonly name: string;
    readonly registeredOn: string;
    readonly records: number;
  }[];
  /** Records of the period whose account is in no register. */
  readonly unregistered: number;
  /** Of the period, by when they were received. */
  readonly destroyed: {
    readonly records: number;
    readonly from: string | null;
    readonly through: string | null;
  };
  readonly inSet: number;
  readonly notResponsive: number;
  readonly undecided: number;
}

const GAPS = [
  'rejected',
  'unfinished',
  'parked',
  'pictures-waiting',
  'pictures-failed',
  'pictures-never',
  'account-without-records',
  'account-registered-later',
  'unregistered',
  'destroyed',
  'being-destroyed',
  'outages-not-recorded',
  'removed-without-report',
] as const;
export type GapCode = (typeof GAPS)[number];

export interface Gap {
  readonly code: GapCode;
  /** How many, where it is counted. */
  readonly count: number | null;
  /** Names of the agency's own accounts, or days. */
  readonly about: readonly string[];
}

export interface SearchCertificate {
  readonly format: 'holdfast-search-certificate/1';
  readonly issuedAt: string;
  readonly mode: 'trial' | 'production';
  readonly agency: { readonly id: string; readonly name: string; readonly zone: string };
  readonly request: { readonly id: string; readonly tracking: string };
  readonly search: {
    readonly n: number;
    readonly at: string;
    readonly by: string;
    readonly words: string | null;
    readonly filters: Readonly<Record<string, string>>;
    readonly found: number;
  };
  readonly set: { readonly records: number; readonly notResponsive: number; readonly undecided: number };
  readonly index: Readonly<Record<string, unknown>>;
  readonly scope: Pick<Coverage, 'platforms' | 'accounts'>;
  readonly gaps: readonly Gap[];
  /** Where the log names the key that signs this, as a receipt carries it (record/RECEIPT.md). */
  readonly proof: object;
  /** In English, for whoever has the file alone. */
  readonly proves: readonly string[];
  readonly provesNot: readonly string[];
}

/** What of the period is not in the archive, or not in its index: known gaps with their figures, and those that nobody can count. */
export function gapsOf({ filters, index }: SearchRun, coverage: Coverage): readonly Gap[] {
  const figure = (name: string): number => (typeof index[name] === 'number' ? index[name] : 0);
  const from = filters['from']?.slice(0, 10) ?? null;
  const empty = coverage.accounts.filter(({ records }) => records === 0);
  const later = from === null ? [] : coverage.accounts.filter(({ registeredOn }) => registeredOn > from);
  const { destroyed } = coverage;
  const pictures = picturesIn(index);
  const counted = (code: GapCode, count: number, about: readonly string[] = []): readonly Gap[] =>
    count === 0 ? [] : [{ code, count, about }];
  return [
    ...counted('rejected', figure('rejected')),
    ...counted('unfinished', figure('unfinished')),
    ...counted('parked', figure('parked')),
    ...counted('pictures-waiting', pictures?.waiting ?? 0),
    ...counted('pictures-failed', pictures?.failed ?? 0),
    ...counted('pictures-never', pictures?.never ?? 0),
    ...counted(
      'account-without-records',
      empty.length,
      empty.map(({ name }) => name),
    ),
    ...counted(
      'account-registered-later',
      later.length,
      later.map(({ name, registeredOn }) => `${name} (${registeredOn})`),
    ),
    ...counted('unregistered', coverage.unregistered),
    ...counted(
      'destroyed',
      destroyed.records,
      destroyed.from === null || destroyed.through === null ? [] : [destroyed.from, destroyed.through],
    ),
    ...counted('being-destroyed', figure('beingDestroyed')),
    // Of what never came nobody has a count.
    { code: 'outages-not-recorded', count: null, about: [] },
    { code: 'removed-without-report', count: null, about: [] },
  ];
}
