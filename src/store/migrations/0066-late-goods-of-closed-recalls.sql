-- Recalls that are closed go on for some time to take goods that are told late (docs/adr/0050-late-goods-of-closed-recalls.md): which cases a page of the log
-- touches is found by indexes, because there are many of them. Entries go into these at once: every search would read a list of those that wait.
create index cases_whos on cases using gin (whos) with (fastupdate = off) where state <> 'cleared';
create index cases_whats on cases using gin (whats) with (fastupdate = off) where state <> 'cleared';
create index cases_recalled on cases (ended_at) where state = 'closed' and confirmed_at is not null;
