-- How much keys and addresses have used, so that their limits hold over all processes (docs/adr/0039-rates.md). Who it is is kept as a digest: an address may
-- be a person's. Unlogged, because after a crash everybody may start anew.
create unlogged table caller_rates (
  caller bytea primary key check (length(caller) = 16),
  full_ms double precision not null
);
