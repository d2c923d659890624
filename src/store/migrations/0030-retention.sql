-- How long is kept what only grows with time (docs/adr/0033-retention.md), and what is kept longer because an authority says so.
create table retention_rules (
  one   boolean primary key default true check (one),
  -- Months by family: messages, deliveries, audit. What is not named has the value of the hub.
  rules jsonb not null default '{}'
);

-- While a hold is open nothing of its time is dropped, whatever the rules say.
create table legal_holds (
  id         uuid primary key,
  from_at    timestamptz not null,
  until_at   timestamptz not null check (until_at > from_at),
  reason     text not null,
  created_at timestamptz not null default clock_timestamp(),
  created_by text not null,
  ended_at   timestamptz,
  ended_by   text
);
