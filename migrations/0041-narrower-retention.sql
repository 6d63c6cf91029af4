-- Half of what it takes to write a date went into this index, in which every new date moves its row: when a zone or a schedule changes, all
-- of them do. Whoever asks for the records of one series is answered in the order of their ids, which it does not have.
drop index retention_by_series;
