/** Every call of the server, each made so that whoever may make it is not refused for what it says. */
import { randomInt, randomUUID } from 'node:crypto';
import type { Call } from '#api/api.ts';
import { simpleReport, type Archive } from './archive.ts';
import type { IdentityProviderForTests } from './identity-provider.ts';

/** What the parts of addresses stand for. */
export interface CallIds {
  readonly recordId: string;
  readonly personId: string;
  readonly agreementId: string;
  readonly officeId: string;
  readonly uploadId: string;
  readonly accountId: string;
  readonly keyId: string;
  readonly policyId: string;
  readonly edition: string;
  readonly ruleId: string;
  readonly holdId: string;
  readonly disposalId: string;
  readonly requestId: string;
  readonly productionId: string;
  readonly tracking: string;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

interface Scene {
  readonly archive: Archive;
  readonly ids: CallIds;
  /** To connect to: the form of it is taken only when somebody answers. */
  readonly idp: IdentityProviderForTests;
}

/** Where an address begins so, its id is not a record's. */
const IDS: Readonly<Record<string, keyof CallIds>> = {
  people: 'personId',
  accounts: 'accountId',
  keys: 'keyId',
  offices: 'officeId',
  uploads: 'uploadId',
  holds: 'holdId',
  disposals: 'disposalId',
  requests: 'requestId',
  productions: 'productionId',
};

/** What a form sends, so that whoever may send it is not refused for what it says. */
async function formOf(
  { archive, ids, idp }: Scene,
  url: string,
  as: string,
  recordId: string,
): Promise<string> {
  const name = randomUUID();
  if (url.startsWith('/requests/:id/productions')) return 'prefix=X&days=1&reason=x';
  if (/^\/requests\/:id\/(collect|review)/.test(url)) {
    const { facts, files } = await seenOf(archive, ids.recordId);
    return `as=${as}&q=${name}&records=${recordId}&until=2099-01-01&reason=x&after=0&facts=${facts}&files=${files}&answer=not-responsive`;
  }
  if (url.startsWith('/holds')) return `as=${as}&${HOLD_FORM}&record=${recordId}`;
  if (url.startsWith('/accounts')) return `platform=x&name=${name}&handle=${name}&account=${name}&version=1`;
  if (url === '/policies/packs') return 'pack=kirkwood-social-media';
  if (url.startsWith('/policies'))
    return `do=save&policyId=${name}&version=1&title=T&effectiveOn=2026-01-01&grounds=1&grounds0-clauseId=a&grounds0-label=L&grounds0-citation=C&grounds0-clause=W&grounds0-purpose=keep&grounds0-place=1`;
  if (url === '/provider')
    return `issuer=${encodeURIComponent(idp.issuer)}&clientId=x&clientSecret=x&label=x&roleClaim=x&role-moderator=x`;
  if (url === '/provider/end') {
    const { rows } = await archive.sql.query<{ changed_at: Date }>(
      "select changed_at from identity_provider where agency_id = 'rivertown'",
    );
    return `changedAt=${rows[0]?.changed_at.toISOString() ?? ''}`;
  }
  if (url.startsWith('/schedules') || url.startsWith('/retention')) {
    const more =
      url === '/schedules'
        ? { format: 'csv', edition: name, title: 'T', source: 'S', text: 'code,title,citation\nx,T,C\n' }
        : url === '/retention/rules'
          ? { position: String(randomInt(1e6)), series: 'rivertown-sample-2026 SAMPLE-01', kind: 'post' }
          : url === '/retention/fiscal-year'
            ? { start: randomInt(2) === 0 ? '07-01' : '10-01' }
            : url.endsWith('/withdrawal')
              ? { reason: 'x' }
              : { from: 'rivertown-sample-2026', digest: await digestOf(archive, ids.edition) };
    return new URLSearchParams({ as, ...more }).toString();
  }
  if (url.endsWith('/classification'))
    return new URLSearchParams({ as, series: 'rivertown-sample-2026 SAMPLE-02', reason: 'x' }).toString();
  if (url.endsWith('/days'))
    return new URLSearchParams({ as, event: 'closed', day: '2026-01-01' }).toString();
  if (url.startsWith('/disposals'))
    return `edition=rivertown-sample-2026&reason=x${url === '/disposals' ? '' : `&record=${ids.recordId}`}`;
  if (url === '/requests/letter-templates' || url === '/requests/fee-rates') {
    const { replaces, ...more } = (await letterSettingsOf(archive, url)) as { replaces: number };
    const fields = url.endsWith('/fee-rates') ? { pageCents: '10' } : (more as Record<string, string>);
    return new URLSearchParams({ as, ...fields, replaces: String(replaces) }).toString();
  }
  if (url.startsWith('/requests') && url.includes('/letters'))
    return new URLSearchParams({ as, kind: 'acknowledgement', language: 'en', do: 'draft' }).toString();
  if (url === '/requests/calendar') {
    const { rows } = await archive.sql.query<{ n: number }>(
      "select coalesce(max(n), 0)::int as n from agency_calendar where agency_id = 'rivertown'",
    );
    return `as=${as}&replaces=${rows[0]?.n ?? 0}&opens-1=08:00&closes-1=17:00&saturday=business-day&after=that-day`;
  }
  if (url === '/requests')
    return `as=${as}&channel=letter&words=x&first=2026-01-05T10:00&custodian=2026-01-05T10:00`;
  if (url.startsWith('/keys')) return `label=${name}&role=intake&${ids.keyId}-ends=2199-01-01`;
  return `as=${as}&roles=moderator&name=Somebody&duty=copy&email=${name}%40rivertown.example`;
}

/** What a confirmation is bound to, of whichever agency has it. */
async function digestOf(archive: Archive, edition: string): Promise<string> {
  const { rows } = await archive.sql.query<{ digest: string }>(
    'select edition_digest(agency_id, edition) as digest from edition where edition = $1',
    [edition],
  );
  return rows[0]?.digest ?? '';
}

/** The bodies of calls that take something else than a report. */
async function orderOf({ archive, ids, idp }: Scene, url: string, recordId: string): Promise<object | null> {
  const sample = { edition: 'rivertown-sample-2026', series: 'SAMPLE-02' };
  if (url === '/v1/letter-templates' || url === '/v1/fee-rates') return await letterSettingsOf(archive, url);
  if (url.includes('/requests') || url === '/v1/calendar')
    return await requestOrderOf({ archive, ids, idp }, url, recordId);
  if (/\/(removal|kept|end)$/.test(url)) return {};
  if (url.startsWith('/v1/productions')) return url.endsWith('/release') ? { days: 1 } : { reason: 'x' };
  if (url === '/v1/exports') return { records: [recordId] };
  if (url === '/v1/disposals') return { edition: sample.edition };
  if (url === '/v1/schedules')
    return {
      format: 'csv',
      edition: randomUUID(),
      title: 'T',
      source: 'S',
      text: 'code,title,citation\nx,T,C\n',
    };
  if (url.endsWith('/confirmations')) return { digest: await digestOf(archive, ids.edition) };
  if (url.endsWith('/withdrawal')) return { reason: 'x' };
  if (url.endsWith('/succession'))
    return { from: sample.edition, digest: await digestOf(archive, ids.edition) };
  if (url === '/v1/retention/rules')
    return { position: 1 + randomInt(1e6 - 1), matches: { kind: 'post' }, ...sample };
  if (url === '/v1/retention/fiscal-year') return { start: randomInt(2) === 0 ? '07-01' : '10-01' };
  if (url.endsWith('/classification')) return { do: 'add', ...sample, reason: 'x' };
  if (url.endsWith('/days')) return { event: 'closed', day: '2026-01-01' };
  return null;
}

/** A change of what its agency has now, whichever that is. */
async function letterSettingsOf(archive: Archive, url: string): Promise<object> {
  const nOf = async (table: string, more = ''): Promise<number> =>
    (
      await archive.sql.query<{ n: number }>(
        `select coalesce(max(n), 0)::int as n from ${table} where agency_id = 'rivertown' ${more}`,
      )
    ).rows[0]?.n ?? 0;
  if (url.endsWith('/fee-rates'))
    return {
      replaces: await nOf('fee_rates'),
      rates: { pageCents: 10, clericalCents: null, copyingCents: null, staff: [], media: [], source: null },
    };
  const text = 'x {{outcome}}';
  const replaces = await nOf('letter_template', "and kind = 'closing' and language = 'en'");
  return { kind: 'closing', language: 'en', text, replaces };
}

/** How much of a record somebody has before them who decides about it. */
async function seenOf(archive: Archive, recordId: string): Promise<{ facts: number; files: number }> {
  const { rows } = await archive.sql.query<{ facts: number; files: number }>(
    `select (select count(*)::int from fact where record_id = $1) as facts,
            (select count(*)::int from artifact where record_id = $1) as files`,
    [recordId],
  );
  return rows[0] ?? { facts: 0, files: 0 };
}

async function requestOrderOf({ archive, ids }: Scene, url: string, recordId: string): Promise<object> {
  const at = new Date(archive.system.now().getTime() - 60_000).toISOString();
  if (url.endsWith('/productions')) return {};
  if (url.endsWith('/receipt')) return { receivedByCustodianAt: at };
  if (/^\/v1\/requests\/[^/]+\/contact$/.test(url)) return { was: null, contact: randomUUID(), reason: 'x' };
  if (url.endsWith('/correction')) return { firstReceivedAt: at, receivedByCustodianAt: at, reason: 'x' };
  if (url.endsWith('/state')) return { from: 'open', to: 'delayed' };
  if (url.endsWith('/correspondence')) return { way: 'note', channel: 'phone', words: 'x', at };
  if (url.endsWith('/closing')) return { outcome: 'granted' };
  if (url.endsWith('/letters')) return { do: 'send', kind: 'acknowledgement', language: 'en', values: {} };
  if (url.endsWith('/estimate')) return { charges: [{ kind: 'pages', count: 1 }] };
  if (url.endsWith('/searches')) return { q: randomUUID() };
  if (url.endsWith('/records')) return { records: [recordId] };
  if (url.endsWith('/kept-until')) return { until: '2099-01-01', reason: 'x' };
  if (url.endsWith('/review'))
    return {
      after: 0,
      seen: await seenOf(archive, ids.recordId),
      answer: 'not-responsive',
      exemption: null,
      description: null,
      fields: null,
      files: null,
    };
  if (url === '/v1/requests')
    return { channel: 'letter', words: 'x', firstReceivedAt: at, receivedByCustodianAt: at };
  if (url !== '/v1/calendar') return { words: 'x' };
  const { rows } = await archive.sql.query<{ n: number }>(
    "select coalesce(max(n), 0)::int as n from agency_calendar where agency_id = 'rivertown'",
  );
  return {
    replaces: rows[0]?.n ?? 0,
    hours: { '1': { opens: '08:00', closes: '17:00' } },
    observes: [],
    saturdayHolidays: 'business-day',
    closings: [],
    afterHours: 'that-day',
  };
}

/** What stands in the place of each part of an address. Whoever adds a call with another part says so here. */
export function addressOf(ids: CallIds, url: string): string {
  const values: Readonly<Record<string, string>> = {
    id: ids[IDS[url.replace('/v1/', '/').split('/')[1] ?? ''] ?? 'recordId'],
    n: '2',
    policy: ids.policyId,
    version: '1',
    step: 'inspect',
    agency: 'lakeside',
    agreement: ids.agreementId,
    edition: ids.edition,
    rule: ids.ruleId,
    tracking: ids.tracking,
    production: ids.productionId,
    token: 'A'.repeat(43),
    recordId: ids.recordId,
    part: '1',
  };
  return url.replaceAll(/:(\w+)/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined)
      throw new Error(`Say in test/support/calls.ts what ":${name}" of ${url} stands for.`);
    return value;
  });
}

const HOLD_FORM = 'kind=other&title=x&reason=x&ends=x';
const HOLD = { kind: 'other', title: 'x', reason: 'x', ends: 'x' };

function holdBody(url: string, recordId: string): string {
  if (url.endsWith('/release')) return JSON.stringify({ reason: 'x' });
  return JSON.stringify(url === '/v1/holds' ? { ...HOLD, records: [recordId] } : HOLD);
}

/** What makes each verb of an upload one that would be done. */
const TUS = {
  'tus-resumable': '1.0.0',
  'upload-length': '5',
  'upload-offset': '0',
  'content-type': 'application/offset+octet-stream',
  'x-http-method-override': 'HEAD',
};
/** The form of `/report`, as a browser sends it without a script. */
function plainReport(as: string): { readonly contentType: string; readonly payload: string } {
  const fields = {
    as,
    ground: '',
    verb: 'hide',
    account: 'other',
    platform: 'x',
    'account-name': 'somebody',
    text: randomUUID(),
  };
  const parts = Object.entries(fields).map(
    ([name, value]) => `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  return { contentType: 'multipart/form-data; boundary=b', payload: `${parts.join('')}--b--\r\n` };
}

/** The form that takes a mail in. */
function plainMail(as: string): { readonly contentType: string; readonly payload: string } {
  const mail = 'From: a@requester.example\r\nSubject: x\r\n\r\nx';
  // As long as browsers write one; shorter ones are not read.
  const boundary = `----${'b'.repeat(36)}`;
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    payload: `--${boundary}\r\ncontent-disposition: form-data; name="as"\r\n\r\n${as}\r\n--${boundary}\r\ncontent-disposition: form-data; name="mail"; filename="x.eml"\r\ncontent-type: message/rfc822\r\n\r\n${mail}\r\n--${boundary}--\r\n`,
  };
}

/** What a call asks for in its address, where it asks for nothing without. */
const queryOf = (url: string): string =>
  url === '/v1/retention/records'
    ? '?list=unclassified'
    : url.endsWith('/comparison')
      ? '?from=rivertown-sample-2026'
      : '';

/** `recordId`: for a call that names records in its body. */
export async function makeCall(
  scene: Scene,
  call: Call,
  headers: Record<string, string>,
  as = '',
  recordId = scene.ids.recordId,
): Promise<Answer> {
  const { archive, ids } = scene;
  const form = call.page;
  const sends = call.method === 'POST' || call.method === 'PUT';
  const handsIn = sends && (call.url === '/report' || call.url === '/keep');
  const typed = handsIn ? plainReport(as) : sends && call.url === '/requests/mail' ? plainMail(as) : null;
  const response = await archive.app.inject({
    method: call.method as 'GET',
    url: `${addressOf(ids, call.url)}${queryOf(call.url)}`,
    headers: {
      'sec-fetch-site': 'same-origin',
      accept: form ? 'text/html' : 'application/json',
      ...(sends
        ? {
            'content-type':
              typed?.contentType ?? (form ? 'application/x-www-form-urlencoded' : 'application/json'),
          }
        : {}),
      ...(call.url.startsWith('/v1/uploads') ? TUS : {}),
      ...headers,
    },
    ...(sends && !call.url.startsWith('/v1/uploads')
      ? {
          payload:
            typed !== null
              ? typed.payload
              : form
                ? await formOf(scene, call.url, as, recordId)
                : /\/holds(\/|$)/.test(call.url)
                  ? holdBody(call.url, recordId)
                  : JSON.stringify(
                      (await orderOf(scene, call.url, recordId)) ?? simpleReport({ text: randomUUID() }),
                    ),
        }
      : {}),
  });
  return { status: response.statusCode, text: `${response.body} ${JSON.stringify(response.headers)}` };
}
