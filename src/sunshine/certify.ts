/** A search is certified once: the paper is made of its row and of what is known of the archive then, signed, and kept as it is. */
import { hash } from 'node:crypto';
import type { AgencyTx } from '#db/db.ts';
import { appendEvent } from '#record/record.ts';
import { englishProves } from './certificate-said.ts';
import {
  insertCertificate,
  readCertificate,
  readCoverage,
  readSearch,
  type KeptCertificate,
} from './certificate-queries.ts';
import { agencyOf } from './letter-queries.ts';
import { readRequestRow } from './request-queries.ts';
import { gapsOf, type SearchCertificate } from './search-certificate.ts';
import { trackingShown } from './tracking.ts';

export type Certified = KeptCertificate | 'no-request' | 'no-search';

/** The last search of the request. `sign`: with the key of the agency's receipts. `nameOf`: as the paper names whoever searched. */
export async function certifySearch(
  at: AgencyTx,
  requestId: string,
  {
    mode,
    now,
    actor,
    sign,
    proof,
    nameOf,
  }: {
    readonly mode: SearchCertificate['mode'];
    readonly now: Date;
    readonly actor: string;
    readonly sign: (paper: SearchCertificate) => object;
    /** Of the key that signs. */
    readonly proof: object;
    readonly nameOf: (actor: string) => Promise<string>;
  },
): Promise<Certified> {
  const request = await readRequestRow(at, requestId);
  if (request === null) return 'no-request';
  const search = await readSearch(at, requestId, null);
  if (search === null) return 'no-search';
  const before = await readCertificate(at, requestId);
  if (before?.n === search.n) return before;
  const agency = await agencyOf(at);
  const coverage = await readCoverage(at, requestId, search);
  const paper: SearchCertificate = {
    format: 'holdfast-search-certificate/1',
    issuedAt: now.toISOString(),
    mode,
    agency: { id: at.agencyId, ...agency },
    request: { id: requestId, tracking: trackingShown(request.tracking) },
    search: {
      n: search.n,
      at: search.at.toISOString(),
      by: await nameOf(search.by),
      words: search.q,
      filters: search.filters,
      found: search.found,
    },
    set: {
      records: coverage.inSet,
      notResponsive: coverage.notResponsive,
      undecided: coverage.undecided,
    },
    index: search.index,
    scope: { platforms: coverage.platforms, accounts: coverage.accounts },
    gaps: gapsOf(search, coverage),
    proof,
    ...englishProves(search.index),
  };
  const text = JSON.stringify(sign(paper));
  const sha256 = hash('sha256', text, 'hex');
  if (await insertCertificate(at, requestId, { search_n: search.n, paper: text, sha256, by: actor }))
    await appendEvent(at, null, {
      type: 'request.search-certified',
      actor,
      body: { request: requestId, n: search.n, sha256 },
    });
  // Somebody else was first: theirs is the one.
  return (await readCertificate(at, requestId)) ?? 'no-search';
}
