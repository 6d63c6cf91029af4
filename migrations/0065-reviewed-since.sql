-- Which records of a production somebody decided about anew since it was frozen, by their numbers in it: no new link leads to it then (0052), and
-- its page says why.
create function production_reviewed_since(a text, p uuid) returns int[] language sql stable as $$
  select coalesce(array_agg(r.n order by r.n), '{}')
    from production_record r join production d on d.agency_id = r.agency_id and d.id = r.production_id
   where r.agency_id = a and r.production_id = p
     and exists (select from review v where v.agency_id = r.agency_id and v.request_id = d.request_id and v.record_id = r.record_id and v.n > r.review_n)
$$;
