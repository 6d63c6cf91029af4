-- A moderator is offered first what they chose last: clause, account and what was done. It is read from the facts that they brought
-- through our own form, and from nowhere else, so that no browser keeps anything about them. Who does it is asked for first and the
-- agency by the wall (see the head of 0003); what programs hand in, which is most of it in bulk, is not in this index at all.
set local lock_timeout = '10s';
create index fact_by_form on fact (actor, recorded_at desc) where body #>> '{data,channel}' = 'web-form';
