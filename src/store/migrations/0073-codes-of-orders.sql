-- A gate asks which orders name the papers that it is shown and the lots behind them (src/store/orders.ts, docs/adr/0026). Thousands of records may name one paper, and there
-- are as many orders as there were cases; the orders that name a code are a few. Nothing but a hold costs anything here.
create index record_versions_ordered on record_versions using gin (codes) with (fastupdate = off) where kind = 'hold';
