-- The hub's tables. What only grows with time (messages, deliveries) is partitioned by month; every unique key of the rest begins
-- with the column by which a distributed PostgreSQL would spread the table (docs/adr/0003-store.md).

create table systems (
  id          text primary key,
  title       jsonb not null,
  description jsonb not null default '{}',
  region      text,
  settings    jsonb not null default '{}',
  state       text not null default 'active' check (state in ('active', 'paused')),
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now()
);

create table keys (
  id           uuid primary key,
  name         text not null,
  scopes       text[] not null,
  digest       bytea not null unique,
  created_at   timestamptz not null default now(),
  expires_at   timestamptz,
  revoked_at   timestamptz,
  last_used_at timestamptz
);

-- What the hub made up for itself and must keep: the key under which identity numbers are digested.
create table secrets (
  name  text primary key,
  value bytea not null
);

-- One row per message: the bytes as received, and the receipt. The identifier is a UUID of version 7 whose time is received_at to
-- the millisecond, so that a receipt is found in its partition without a search.
create table messages (
  id             uuid not null,
  received_at    timestamptz not null,
  system         text not null,
  record         text not null,
  mapping        text not null,
  key_id         uuid,
  content_type   text not null,
  encoding       text not null,
  sha256         bytea not null,
  size           integer not null,
  coding         text not null check (coding in ('identity', 'zstd')),
  bytes          bytea not null,
  state          text not null check (state in ('done', 'refused', 'waiting', 'running')),
  received       integer not null,
  accepted       integer not null,
  unchanged      integer not null,
  rejected       integer not null,
  results        text not null,
  problem        text,
  constraint messages_nothing_vanishes check (received = accepted + unchanged + rejected),
  primary key (id, received_at)
) partition by range (received_at);
-- The hub compresses long messages itself (zstd, several times faster than the server's own pglz).
alter table messages alter column bytes set storage external;
create table messages_default partition of messages default;

create table idempotency_keys (
  system      text not null,
  key         text not null,
  sha256      bytea not null,
  message_id  uuid not null,
  received_at timestamptz not null,
  primary key (system, key)
);

-- A version of a record is at the same time its entry in the change log. Positions are given out under an advisory lock that is
-- held until COMMIT, so their order is the order of the commits and "position > cursor" never skips (docs/adr/0002-change-log.md).
create sequence change_positions;
create table record_versions (
  record_id     text not null,
  version       integer not null,
  position      bigint not null default nextval('change_positions'),
  kind          text not null,
  system        text not null,
  record        text not null,
  status        text not null check (status in ('active', 'void')),
  schema        smallint not null,
  mapping       text not null,
  message_id    uuid not null,
  message_index integer not null,
  received_at   timestamptz not null,
  recorded      text,
  occurred_at   timestamptz,
  region        text,
  product_class text,
  source_order  text,
  content_hash  bytea not null,
  flags         text[] not null,
  codes         text[] not null,
  body          text not null,
  primary key (record_id, version)
);
create index record_versions_position on record_versions (position);
create index record_versions_kind on record_versions (kind, system, position);
create index record_versions_codes on record_versions using gin (codes);
create index record_versions_occurred on record_versions using brin (occurred_at);

-- How goods went from one lot code to another, and which record says so. A corrected or voided record takes its edges along,
-- because an edge counts only while its version is the newest and active.
create table lot_edges (
  from_code   text not null,
  to_code     text not null,
  record_id   text not null,
  version     integer not null,
  kind        text not null,
  rule        text not null,
  confidence  real not null,
  quantity    numeric,
  unit        text,
  occurred_at timestamptz,
  primary key (to_code, from_code, record_id, version)
);
create index lot_edges_from on lot_edges (from_code);

-- A void that came before its original. It is applied when the original arrives.
create table waiting_voids (
  record_id   text primary key,
  message_id  uuid not null,
  received_at timestamptz not null,
  mapping     text not null,
  reason      text,
  voided_at   text
);

-- A source record that could not become a record. Its identifier is a digest of system, record and source, so that a resend of the
-- same broken record is counted and not kept twice.
create table rejections (
  id          uuid primary key,
  message_id  uuid not null,
  received_at timestamptz not null,
  index       integer not null,
  system      text not null,
  record      text not null,
  mapping     text not null,
  key         text[],
  code        text not null,
  place       text not null,
  group_key   text not null,
  issues      text not null,
  source      text not null,
  seen        integer not null default 1,
  last_seen   timestamptz not null,
  state       text not null default 'open' check (state in ('open', 'mended', 'dropped'))
);
create index rejections_group on rejections (system, group_key, id);

create table drift (
  system     text not null,
  record     text not null,
  field      text not null,
  count      bigint not null,
  sample     text,
  first_seen timestamptz not null,
  last_seen  timestamptz not null,
  primary key (system, record, field)
);

create table links (
  id            uuid primary key,
  name          text not null,
  system        text,
  url           text,
  allow_address text[] not null default '{}',
  filter        jsonb not null default '{}',
  mapping       text not null default 'canonical',
  secret        text not null,
  state         text not null default 'active' check (state in ('active', 'paused')),
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now(),
  cursor        bigint not null default 0,
  fence         bigint not null default 0,
  leased_until  timestamptz,
  attempts      integer not null default 0,
  next_at       timestamptz,
  delivered     bigint not null default 0,
  refused       bigint not null default 0,
  last_ok_at    timestamptz,
  last_error    jsonb
);

-- Changes of a link that its cursor has passed but that the receiver has not taken: waiting for another try, or refused for good.
-- A later version of a held record waits behind it, so that versions never go back.
create table held_changes (
  link_id   uuid not null references links (id) on delete cascade,
  record_id text not null,
  version   integer not null,
  position  bigint not null,
  state     text not null check (state in ('waiting', 'refused')),
  attempts  integer not null default 0,
  next_at   timestamptz,
  code      text,
  detail    text,
  held_at   timestamptz not null default now(),
  primary key (link_id, record_id, version)
);
create index held_changes_due on held_changes (link_id, state, next_at);

create table deliveries (
  id            uuid not null,
  started_at    timestamptz not null,
  link_id       uuid not null,
  from_position bigint not null,
  to_position   bigint not null,
  attempt       integer not null,
  changes       integer not null,
  ok            integer not null,
  duplicate     integer not null,
  retry         integer not null,
  reject        integer not null,
  outcome       text not null,
  detail        text,
  ms            integer not null,
  primary key (id, started_at)
) partition by range (started_at);
create table deliveries_default partition of deliveries default;
create index deliveries_link on deliveries (link_id, started_at desc);

-- Positions are given out under this lock, which is held until COMMIT. Remembers where the positions of the transaction begin.
create function lock_positions() returns void language plpgsql as $$
begin
  perform pg_advisory_xact_lock(7205001);
  perform set_config('hub.first_position', (select last_value from change_positions)::text, true);
end $$;

-- A void and its original that come in two transactions at once do not see each other. The void is noted under the lock, so the
-- original finds it here, after it was written under the same lock, and is decided anew.
create function refuse_crossed_voids() returns void language plpgsql as $$
begin
  if exists (select from waiting_voids) and exists (
    select from record_versions v join waiting_voids w using (record_id)
     where v.position >= current_setting('hub.first_position')::bigint
  ) then
    raise exception 'a void waits for a record of this transaction' using errcode = 'serialization_failure';
  end if;
end $$;

-- All versions of the records (identifiers one on a line), and a row of version 0 for each that a void waits for. A function, because its plan must not depend on
-- how full the table was when it was first planned: right after a start the table looks small, and reading all of it looks cheap.
create function read_heads(lines text)
  returns table (record_id text, version integer, status text, content_hash bytea, source_order text)
  language plpgsql stable
  set enable_seqscan = off set enable_bitmapscan = off set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  ids text[] := string_to_array(lines, chr(10));
begin
  return query
    select v.record_id, v.version, v.status, v.content_hash, v.source_order
      from record_versions v where v.record_id = any(ids)
    union all
    select w.record_id, 0, null, null, null from waiting_voids w where w.record_id = any(ids);
end $$;
