/** What the owner of a database may try on requests, decisions, letters and productions. */
import type { Tamper } from './tampering.ts';

interface Ways {
  readonly set: (table: string, assignments: string, where?: string) => Tamper;
  readonly remove: (table: string, where?: string) => Tamper;
  readonly copied: (table: string, otherwise: Readonly<Record<string, string>>, where?: string) => Tamper;
}

const OVER = `state = 'closed'`;
const RUNNING = `state <> 'closed'`;
const OUT = `state = 'released'`;
const SEALED = 'object_key is not null';
const HERE = `agency_id = 'rivertown'`;

export function forgedAtTheDesk({ set, remove, copied }: Ways): Readonly<Record<string, Tamper>> {
  return {
    // what was asked
    'request: words': set('request', `words = 'Nothing at all'`),
    'request: who asked': set('request', `requester = 'Somebody else'`),
    'request: where to answer': set('request', `contact = 'somebody.else@example.org'`),
    'request: its number': set('request', `tracking = reverse(tracking)`),
    'request: received by the body at another time': set(
      'request',
      `first_received_at = first_received_at - interval '2 days'`,
    ),
    'request: received by the custodian at another time': set(
      'request',
      `custodian_received_at = custodian_received_at + interval '1 hour'`,
    ),
    'request: state': set('request', `state = 'delayed'`, RUNNING),
    'request: called closed': set(
      'request',
      `state = 'closed', outcome = 'granted', closed_at = now(), closed_by = 'cli'`,
      RUNNING,
    ),
    'request: called open again': set(
      'request',
      `state = 'open', outcome = null, closed_at = null, closed_by = null, due_on = null, calendar_n = null, appeal_until = null`,
      OVER,
    ),
    'request: outcome': set('request', `outcome = 'granted'`, OVER),
    'request: closed earlier': set('request', `closed_at = closed_at - interval '3 days'`, OVER),
    'request: closed by somebody else': set('request', `closed_by = 'person:' || gen_random_uuid()`, OVER),
    'request: due on another day': set('request', `due_on = due_on + 30`, `${OVER} and due_on is not null`),
    'request: kept for less': set('request', `appeal_until = date '2026-01-01'`, OVER),
    'request: back-dated': set('request', `entered_at = entered_at - interval '9 days'`),
    'request deleted': remove('request'),
    'request invented': copied('request', {
      id: 'gen_random_uuid()',
      tracking: `'QQQQQQQQQQQQQQQQ'`,
      attempt: 'null',
    }),
    'correspondence: words': set('request_correspondence', `words = 'Nothing'`),
    'correspondence: day': set('request_correspondence', `at = at - interval '100 days'`),
    'correspondence: fee': set(
      'request_correspondence',
      `fee_cents = fee_cents + 100000`,
      'fee_cents is not null',
    ),
    'correspondence: by whom': set('request_correspondence', `by = 'person:' || gen_random_uuid()`),
    'correspondence deleted': remove('request_correspondence'),
    'correspondence invented': copied('request_correspondence', { n: 'n + 50' }),
    'correction: what was said before': set(
      'request_correction',
      `first_was = first_was - interval '9 days'`,
    ),
    'correction: reason': set('request_correction', `reason = 'None'`),
    'correction deleted': remove('request_correction'),
    'contact: another': set('request_contact', `contact = 'somebody.else@example.org'`),
    'contact: how it is known': set('request_contact', `reason = 'None'`),
    'contact deleted': remove('request_contact'),
    'contact invented': copied('request_contact', { n: 'n + 7' }),
    'mail: its bytes': set('request_mail', `bytes = 'Nothing', sha256 = encode(sha256('Nothing'), 'hex')`),
    'mail: by somebody else': set('request_mail', `by = 'person:' || gen_random_uuid()`),
    'mail as it came deleted': remove('request_mail'),
    'calendar: hours': set('agency_calendar', `hours = '{"1": {"opens": 0, "closes": 1}}'`),
    'calendar: closings': set('agency_calendar', `closings = '[{"day": "2026-12-09", "reason": "x"}]'`),
    'calendar deleted': remove('agency_calendar'),
    'calendar invented': copied('agency_calendar', { n: 'n + 1' }),
    // what was looked for and kept
    'search: what was asked': set('request_search', `search = '{"q": "another", "filters": {}}'`),
    'search: how many it found': set('request_search', 'found = found + 7'),
    'search: how far the index reached': set(
      'request_search',
      `index_state = index_state || '{"rejected": 99}'`,
    ),
    'search deleted': remove('request_search'),
    'search invented': copied('request_search', { n: 'n + 1', hold_id: 'null' }),
    'hold of a request untied': remove('request_hold'),
    'hold of a request tied to another': set(
      'request_hold',
      `request_id = (select r.id from request r where r.${HERE} and r.id <> request_hold.request_id order by r.id limit 1)`,
    ),
    'set: a record taken out': remove('request_record'),
    'set: a record put in': copied('request_record', {
      record_id: `(select r.id from record r where r.${HERE} and not exists (
                     select from request_record q where q.request_id = request_record.request_id and q.record_id = r.id) order by r.id limit 1)`,
    }),
    'kept until: another day': set('request_kept_until', `until = date '2027-01-01'`),
    'kept until deleted': remove('request_kept_until'),
    'kept until invented': copied('request_kept_until', { n: 'n + 1' }),
    // what was decided
    'review: answer': set('review', `answer = 'not-responsive', acknowledged = null`, `answer = 'release'`),
    'review: released after all': set('review', `answer = 'release'`, `answer = 'not-responsive'`),
    'review: a part withheld': set(
      'review',
      `answer = 'withhold', acknowledged = null, exemption = '{"key": "610.021-14"}', description = 'x'`,
    ),
    'review: with what was seen': set('review', 'facts_seen = facts_seen + 1'),
    'review: by somebody else': set('review', `by = 'person:' || gen_random_uuid()`),
    'review: back-dated': set('review', `at = at - interval '9 days'`),
    'review deleted': remove('review'),
    'review invented': copied('review', { n: 'n + 5' }),
    // what was written and charged
    'letter: its paper': set(
      'request_letter',
      `pdf = 'quite another', pdf_sha256 = encode(sha256('quite another'), 'hex')`,
    ),
    'letter: its kind': set('request_letter', `kind = 'closing'`),
    'letter: what the law wants of it': set('request_letter', `facts = facts || '{"dueCents": 0}'`),
    'letter: by whom': set('request_letter', `by = 'person:' || gen_random_uuid()`),
    'letter deleted': remove('request_letter'),
    'letter invented': copied('request_letter', { n: 'n + 20' }),
    'mail: called sent': set('letter_mail', `ended_at = now(), ended_as = 'mailed'`, 'ended_at is null'),
    'mail deleted': remove('letter_mail'),
    'text of letters: its words': set('letter_template', `text = 'Go away.'`),
    'text of letters deleted': remove('letter_template'),
    'text of letters invented': copied('letter_template', { n: 'n + 1' }),
    'rates: a page': set('fee_rates', `rates = rates || '{"pageCents": 1}'`),
    'rates deleted': remove('fee_rates'),
    'rates invented': copied('fee_rates', { n: 'n + 1' }),
    'certificate of a search: its paper': set(
      'search_certificate',
      `paper = '{"found": 0}', sha256 = encode(sha256('{"found": 0}'), 'hex')`,
    ),
    'certificate of a search deleted': remove('search_certificate'),
    'certificate of a search invented': copied('search_certificate', { search_n: 'search_n + 1' }),
    // what was handed out
    'production: state': set('production', `state = 'ready', released_at = null, released_by = null`, OUT),
    'production: called released': set(
      'production',
      `state = 'released', released_at = now(), released_by = 'cli'`,
      `state = 'ready'`,
    ),
    'production: withdrawal taken back': set(
      'production',
      `state = 'released', withdrawn_at = null, withdrawn_by = null, withdrawn_why = null`,
      `state = 'withdrawn'`,
    ),
    'production: why it was withdrawn': set('production', `withdrawn_why = 'Nothing'`, `state = 'withdrawn'`),
    'production: by somebody else': set('production', `released_by = 'person:' || gen_random_uuid()`, OUT),
    'production: released at another time': set(
      'production',
      `released_at = released_at - interval '2 days'`,
      OUT,
    ),
    'production: what was vouched for': set(
      'production',
      `asked = jsonb_set(asked, '{seen,items}', '["an item"]')`,
    ),
    'production: what the gate said': set('production', `gate = gate || '{"vouchedFor": 3}'`, SEALED),
    'production: numbers of pages': set(
      'production',
      'bates_first = bates_first + 1, bates_last = bates_last + 1',
      SEALED,
    ),
    'production: another digest': set('production', `sha256 = encode(sha256(sha256::bytea), 'hex')`, SEALED),
    'production: another object': set(
      'production',
      `object_key = (select o.key from object o where o.${HERE} and o.role = 'fact' order by o.key limit 1)`,
      SEALED,
    ),
    'production: the bytes of another': set(
      'production',
      `(object_key, version_id, sha256, bytes) = (select o.object_key, o.version_id, o.sha256, o.bytes from production o
         where o.${HERE} and o.object_key is not null and o.id <> production.id order by o.id limit 1)`,
      SEALED,
    ),
    'production: another version of its object': set(
      'production',
      `version_id = gen_random_uuid()::text`,
      SEALED,
    ),
    'production: of another request': set(
      'production',
      `request_id = (select r.id from request r where r.${HERE} and r.id <> production.request_id order by r.id limit 1)`,
    ),
    'production deleted': remove('production'),
    'production invented': copied('production', { id: 'gen_random_uuid()', n: 'n + 50' }),
    'list of a production: a record taken out': remove('production_record'),
    'list of a production: another decision': set(
      'production_record',
      `answer = 'withhold'`,
      `answer = 'release'`,
    ),
    'list of a production: other pages': set(
      'production_record',
      'bates_last = bates_last + 1',
      'bates_last is not null',
    ),
    'link: for longer': set('production_link', `expires_at = expires_at + interval '300 days'`),
    'link: another address': set('production_link', `hash = sha256('my own')`),
    'link: made by somebody else': set('production_link', `made_by = 'person:' || gen_random_uuid()`),
    'link deleted': remove('production_link'),
    'link invented': copied('production_link', { n: 'n + 7', hash: `sha256('another')` }),
    'download: at another time': set('production_download', `at = at - interval '2 days'`),
    'download: by another link': set('production_download', 'link_n = 2', 'link_n = 1'),
    'download deleted': remove('production_download'),
    'download invented': copied('production_download', { n: 'n + 9' }),
  };
}
