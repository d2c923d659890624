-- Mappings at run time, replays and drift.

-- Every version of a mapping that this hub has known: those of its folder, and those given by the API. `record` is empty for the
-- system.yaml of a system. The text of a version given by the API never changes; only its state does.
create table mapping_versions (
  system       text not null,
  record       text not null,
  version      integer not null,
  origin       text not null check (origin in ('folder', 'api')),
  text         text not null,
  tables       jsonb not null default '{}',
  state        text not null check (state in ('installed', 'draft', 'active', 'former', 'retired')),
  -- The version that this one took the place of, for the way back; null where there was none.
  replaced     integer,
  created_at   timestamptz not null default now(),
  created_by   text not null,
  activated_at timestamptz,
  primary key (system, record, version)
);
create unique index mapping_versions_active on mapping_versions (system, record) where state = 'active';

-- Who did what to them, and when. Only grows.
create table mapping_log (
  system  text not null,
  id      bigint generated always as identity,
  at      timestamptz not null default clock_timestamp(),
  who     text not null,
  action  text not null check (action in ('created', 'activated', 'rolled back', 'retired')),
  record  text not null,
  version integer not null,
  primary key (system, id)
);
create function refuse_to_rewrite() returns trigger language plpgsql as $$
begin
  raise exception 'this table only grows';
end $$;
create trigger mapping_log_only_grows before update or delete on mapping_log
  for each row execute function refuse_to_rewrite();

-- Grows with every change of what is active; each process compares it with what it has compiled.
create table mapping_epoch (
  one   boolean primary key default true check (one),
  epoch bigint not null
);
insert into mapping_epoch (epoch) values (1);

-- A replay or comparison with its progress. `cursor` is the last message that is done: it is written in the transaction of what was done.
create table replays (
  id           uuid primary key,
  mode         text not null check (mode in ('dry-run', 'apply', 'compare')),
  scope        jsonb not null,
  -- The version of each record's mapping that it runs with, and for a comparison the one it is compared with.
  mappings     jsonb not null,
  state        text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed')),
  who          text not null,
  created_at   timestamptz not null default clock_timestamp(),
  started_at   timestamptz,
  finished_at  timestamptz,
  cursor       text,
  counts       jsonb not null default '{}',
  samples      jsonb not null default '[]',
  problem      text,
  fence        bigint not null default 0,
  leased_until timestamptz
);
create index replays_open on replays (leased_until) where state in ('waiting', 'running');

-- The replay that made a version of a record; null for the versions that intake made.
alter table record_versions add column replay uuid;
create index rejections_message on rejections (message_id);

-- Values that no enumeration or code table of a mapping names.
create table new_values (
  system     text not null,
  record     text not null,
  field      text not null,
  value      text not null,
  count      bigint not null,
  receipt    uuid not null,
  first_seen timestamptz not null,
  last_seen  timestamptz not null,
  primary key (system, record, field, value)
);

-- How often a field was empty, counted day by day (+08:00) on the first records of each message.
create table null_shares (
  system text not null,
  record text not null,
  field  text not null,
  day    date not null,
  seen   bigint not null,
  nulls  bigint not null,
  primary key (system, record, field, day)
);

-- Samples of unmapped fields were texts of the source, and may be of a person. From now on they are shapes.
update drift set sample = null;
