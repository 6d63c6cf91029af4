-- What happened in an agency beside its records, newest first: who signed in, who may do what, what was decided. A page shows it.
create index event_of_agency on event (agency_id, seq) where record_id is null;
