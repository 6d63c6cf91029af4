/** The same of what a body writes, charges and certifies (desk-queries.ts). */
import { sql } from 'kysely';
import { alone, saysOther, told, which, written, type Asks } from './desk-queries.ts';

/** Its paper is in its row: the digest is made of the bytes that are there. */
const letters: Asks = (a) => sql`
  with t as materialized (${told(a, 'request.letter-sent')})
  select coalesce(c.request_id::text, e.request) || ', its letter ' || coalesce(c.n, e.n) as id, ${which}
    from (select * from request_letter where agency_id = ${a}) c
    full join t e on e.request = c.request_id::text and e.n = c.n
    left join request r on r.id = c.request_id
   where ${alone} or ${written('c.at')}
      or (c.kind, c.way, c.by, c.pdf_sha256, encode(sha256(c.pdf), 'hex'))
         is distinct from (e.body->>'letter', e.body->>'way', e.actor, e.body->>'pdf', e.body->>'pdf')
      or ${saysOther('language', sql`c.language`)} or ${saysOther('template', sql`c.template_n::text`)}
      or ${saysOther('facts', sql`request_digest(c.agency_id, r.tracking, c.facts::text)`)}`;

/** Each that was to go by mail is owed until one of the two entries says how that ended. */
const mails: Asks = (a) => sql`
  with t as materialized (${told(a, 'request.letter-sent', 'request.letter-mailed', 'request.letter-not-mailed')}),
  ended as (
    select distinct on (request, n) request, n, case type when 'request.letter-mailed' then 'mailed' else 'given-up' end as how, at
      from t where type <> 'request.letter-sent' order by request, n, seq desc)
  select coalesce(c.request_id::text, e.request) || ', the mailing of its letter ' || coalesce(c.n, e.n) as id, ${which}
    from (select * from letter_mail where agency_id = ${a}) c
    full join (select * from t where type = 'request.letter-sent' and body->>'way' = 'mail') e on e.request = c.request_id::text and e.n = c.n
    left join ended d on d.request = c.request_id::text and d.n = c.n
   where ${alone} or c.ended_as is distinct from d.how or c.ended_at not between d.at - interval '1 hour' and d.at + interval '1 second'`;

const templates: Asks = (a) => sql`
  with t as materialized (${told(a, 'letter-template.changed')})
  select 'the text ' || coalesce(c.n, e.n) || ' of letters of the kind ' || coalesce(c.kind, e.kind) || ', ' || coalesce(c.language, e.language) as id, ${which}
    from (select * from letter_template where agency_id = ${a}) c
    full join (select t.*, body->>'letter' as kind, body->>'language' as language from t) e
      on e.kind = c.kind and e.language = c.language and e.n = c.n
   where ${alone} or ${written('c.at')} or (said_digest(c.text), c.by) is distinct from (e.body->>'text', e.actor)`;

const rates: Asks = (a) => sql`
  with t as materialized (${told(a, 'fee-rates.changed')})
  select 'the rates ' || coalesce(c.n, e.n) as id, ${which}
    from (select * from fee_rates where agency_id = ${a}) c full join t e on e.n = c.n
   where ${alone} or ${written('c.at')} or c.by <> e.actor or ${saysOther('rates', sql`said_digest(c.rates::text)`)}`;

const certificates: Asks = (a) => sql`
  with t as materialized (${told(a, 'request.search-certified')})
  select coalesce(c.request_id::text, e.request) || ', the certificate of its search ' || coalesce(c.search_n, e.n) as id, ${which}
    from (select * from search_certificate where agency_id = ${a}) c
    full join t e on e.request = c.request_id::text and e.n = c.search_n
   where ${alone} or ${written('c.at')}
      or (c.sha256, said_digest(c.paper), c.by) is distinct from (e.body->>'sha256', e.body->>'sha256', e.actor)`;

export const LETTERS: readonly (readonly ['letter-other', Asks])[] = [
  ['letter-other', letters],
  ['letter-other', mails],
  ['letter-other', templates],
  ['letter-other', rates],
  ['letter-other', certificates],
];
