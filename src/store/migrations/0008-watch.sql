-- What operators are told: systems that fall silent, links that stand still, work that failed (docs/adr/0022-watch-and-alerts.md).

-- When something is expected of a system; null where nothing is.
alter table systems add column expect jsonb;
alter table systems add column expect_since timestamptz;

-- When messages came: the first and the last of each hour, system and record. Made from the messages after their COMMIT.
create table arrivals (
  system   text not null,
  record   text not null,
  hour     timestamptz not null,
  first_at timestamptz not null,
  last_at  timestamptz not null,
  primary key (system, record, hour)
);

-- What is done at times, whichever process does it.
create table schedules (
  name         text primary key,
  next_at      timestamptz not null default '-infinity',
  done_at      timestamptz,
  failed_at    timestamptz,
  fence        bigint not null default 0,
  leased_until timestamptz
);

-- Work that ended in failure and that nothing in another table tells of: jobs by queue, large messages by receipt.
create table failures (
  topic   text not null,
  subject text not null,
  count   bigint not null,
  last_at timestamptz not null,
  reason  text not null,
  primary key (topic, subject)
);

-- From when on an operator is told; absent members have the values of the code.
create table alert_rules (
  one   boolean primary key default true check (one),
  rules jsonb not null
);

-- Something that an operator must know: opened once, ended when it is over.
create table alerts (
  id        uuid primary key,
  topic     text not null,
  subject   text not null,
  facts     jsonb not null,
  opened_at timestamptz not null,
  told_at   timestamptz not null,
  ended_at  timestamptz
);
create unique index alerts_open on alerts (topic, subject) where ended_at is null;

create table alert_targets (
  id            uuid primary key,
  name          text not null,
  url           text not null,
  allow_address text[] not null,
  topics        text[] not null,
  secret        text not null,
  created_at    timestamptz not null default now(),
  last_ok_at    timestamptz,
  last_error    text
);

-- What a target is still to be told; the row goes when the target has taken it.
create table alert_notices (
  id           uuid primary key,
  target_id    uuid not null references alert_targets on delete cascade,
  alert_id     uuid not null references alerts on delete cascade,
  moment       text not null check (moment in ('opened', 'repeated', 'ended')),
  number       bigint generated always as identity,
  facts        jsonb not null,
  at           timestamptz not null,
  attempts     integer not null default 0,
  next_at      timestamptz not null,
  leased_until timestamptz
);
create index alert_notices_order on alert_notices (target_id, alert_id, number);
create index alert_notices_due on alert_notices (next_at);
