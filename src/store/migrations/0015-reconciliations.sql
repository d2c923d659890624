-- Reconciliation: figures of both sides, what differs, and what was sent again (docs/adr/0020-reconciliation.md).

-- Figures of the newest versions by system, the peer that brought them (empty: they entered here), kind, region and hour of the event
-- (China; empty: no time), kept by a follower of the change log. It can be emptied and made anew by setting the position of the follower to 0.
create table record_buckets (
  system text not null,
  via    text not null,
  kind   text not null,
  region text not null,
  hour   text collate "C" not null,
  count  bigint not null,
  mass   numeric not null,
  digest bit(128) not null,
  primary key (system, hour, kind, region, via)
);

-- Pages of the newest rows are known to the index before the next vacuum: a day is looked for soon after it is over.
alter index record_versions_occurred set (autosummarize = on);

-- Where a link began: what is before it in the log is not owed to the receiver.
alter table links add column begins_after bigint not null default 0;

create table reconciliations (
  id           uuid primary key,
  link_id      uuid references links (id) on delete cascade,
  system       text,
  -- The day of a daily report; null where somebody asked.
  daily        date,
  from_hour    text not null,
  to_hour      text not null,
  untimed      boolean not null,
  -- Who says what the other side has: the receiver itself, figures or keys that were given, or nobody (a report of one side).
  side         text not null check (side in ('receiver', 'figures', 'keys', 'none')),
  -- By what given figures are told apart: kind, region, hour, day.
  grain        text[] not null default '{}',
  resend       boolean not null,
  who          text not null,
  state        text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed')),
  outcome      text check (outcome in ('equal', 'different', 'unsupported', 'one-sided')),
  problem      text,
  detail       text,
  created_at   timestamptz not null default clock_timestamp(),
  started_at   timestamptz,
  finished_at  timestamptz,
  -- Where the change log stood when it was asked for, and up to where our side is counted.
  head         bigint not null,
  position     bigint,
  -- Days that are compared; kept in the transaction of what was found in them.
  cursor       integer not null default 0,
  counts       jsonb not null default '{}',
  attempts     integer not null default 0,
  next_at      timestamptz,
  fence        bigint not null default 0,
  leased_until timestamptz
);
create index reconciliations_open on reconciliations (next_at) where state in ('waiting', 'running');
create unique index reconciliations_daily_link on reconciliations (link_id, daily) where daily is not null and link_id is not null;
create unique index reconciliations_daily_system on reconciliations (system, daily) where daily is not null and link_id is null;
create index reconciliations_link on reconciliations (link_id, id);
create index reconciliations_system on reconciliations (system, id);

-- Figures that were given, and buckets in which the sides differ. `*` stands for what the given figures do not tell apart.
create table reconciliation_buckets (
  reconciliation uuid not null references reconciliations (id) on delete cascade,
  kind           text not null,
  region         text not null,
  hour           text not null,
  state          text not null check (state in ('given', 'differs', 'narrowed')),
  own_count      bigint,
  own_mass       numeric,
  own_digest     text,
  their_count    bigint,
  their_mass     numeric,
  their_digest   text,
  wanted_at      timestamptz,
  primary key (reconciliation, hour, kind, region)
);

-- Keys that were given, and records in which the sides differ.
create table reconciliation_keys (
  reconciliation uuid not null references reconciliations (id) on delete cascade,
  record_id      text not null,
  state          text not null check (state in ('given', 'missing', 'outdated', 'different', 'surplus')),
  own_version    integer,
  their_version  integer,
  their_mass     numeric,
  -- When it was sent again over the link, or asked for from the source.
  resent_at      timestamptz,
  primary key (reconciliation, record_id)
);
create index reconciliation_keys_wanted on reconciliation_keys (record_id) where resent_at is not null;
