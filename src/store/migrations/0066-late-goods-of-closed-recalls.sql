-- Recalls that are closed go on for some time to take goods that are told late (docs/adr/0050-late-goods-of-closed-recalls.md): which cases a page of the log
-- touches is found by indexes, because there are many of them.
create index cases_whos on cases using gin (whos) where state <> 'cleared';
create index cases_whats on cases using gin (whats) where state <> 'cleared';
drop index cases_open;
create index cases_growing on cases (id) where state <> 'cleared';
