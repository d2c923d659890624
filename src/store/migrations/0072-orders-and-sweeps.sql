-- A gate asks which orders name the papers that it is shown and the lots behind them (src/store/orders.ts, docs/adr/0026). Thousands of records may name one paper, and there
-- are as many orders as there were cases; the orders that name a code are a few. Nothing but a hold costs anything here.
create index record_versions_ordered on record_versions using gin (codes) with (fastupdate = off) where kind = 'hold';

-- How far the papers that are stored were looked through for the kinds of findings that there are (src/flow/findings/sweep-papers.ts, docs/adr/0027): all of them once, whenever there is a
-- new kind. `kinds`: those that are looked for; `after`: the last paper that was looked at.
create table finding_sweeps (
  subjects text primary key check (subjects = 'papers'),
  kinds    text not null,
  after    text collate "C" not null,
  done     boolean not null
);
