-- A link has lanes (docs/adr/0018-lanes-and-delivery.md): `live`, and `recall` for records of the kind hold. Each has its own place in
-- the log, its own lease and its own back-off, so that a recall neither waits behind a backlog nor behind a delivery that hangs.
create table link_lanes (
  link_id      uuid not null references links (id) on delete cascade,
  lane         text not null check (lane in ('live', 'recall')),
  cursor       bigint not null,
  fence        bigint not null default 0,
  leased_until timestamptz,
  -- When it was last refused because the receiver has as many deliveries as it may; who waits longest goes first.
  waits_since  timestamptz,
  attempts     integer not null default 0,
  next_at      timestamptz,
  last_error   jsonb,
  last_ok_at   timestamptz,
  delivered    bigint not null default 0,
  refused      bigint not null default 0,
  coalesced    bigint not null default 0,
  -- Places of batches that a worker began and did not tell the end of, each with how often: written before anything is mapped or sent.
  trying       jsonb not null default '{}',
  -- Changes still to be sent one by one, because a batch that held them ended its workers.
  careful      integer not null default 0,
  -- Moves when the settings of the link change, or when changes were put back: a delivery under way looks again.
  changed_at   timestamptz not null default clock_timestamp(),
  put_back     bigint not null default 0,
  primary key (link_id, lane)
);
insert into link_lanes (link_id, lane, cursor, fence, attempts, next_at, last_error, last_ok_at, delivered, refused)
  select id, 'live', cursor, fence, attempts, next_at, last_error, last_ok_at, delivered, refused from links
  union all
  select id, 'recall', cursor, 0, 0, null, null, null, 0, 0 from links;

alter table links
  drop column cursor, drop column fence, drop column leased_until, drop column attempts, drop column next_at, drop column delivered,
  drop column refused, drop column last_ok_at, drop column last_error,
  -- changesPerSecond, requestsPerSecond, batch, concurrency
  add column limits jsonb not null default '{}',
  -- Sends only the newest version of a record among those that wait.
  add column coalesces boolean not null default false,
  -- The system, or host and port: what deliveries at once are counted by.
  add column receiver text generated always as (coalesce(system, substring(lower(url) from '^[a-z]+://(?:[^/@?#]*@)?([^/?#]+)'))) stored;
create index links_receiver on links (receiver);

-- When a link with limits may send again, in milliseconds since 1970: by requests, and by changes.
create table link_rates (
  link_id     uuid primary key references links (id) on delete cascade,
  requests_ms numeric not null,
  changes_ms  numeric not null
);

-- Holds are few: the recall lane finds them without reading what lies between.
create index record_versions_holds on record_versions (position) where kind = 'hold';

-- What was dropped by a person stays, with the reason. `sent` is what the receiver refused, as it was sent.
alter table held_changes
  add column lane text not null default 'live',
  add column cause text,
  add column sent text,
  add column reason text,
  add column ended_by text,
  add column ended_at timestamptz,
  drop constraint held_changes_state_check,
  add constraint held_changes_state_check check (state in ('waiting', 'refused', 'dropped'));
update held_changes h set lane = 'recall' from record_versions v
 where v.record_id = h.record_id and v.version = h.version and v.kind = 'hold';
update held_changes set cause = code where state = 'refused';
drop index held_changes_due;
create index held_changes_due on held_changes (link_id, lane, state, next_at);
create index held_changes_cause on held_changes (link_id, cause) where state = 'refused';

alter table deliveries add column lane text not null default 'live';

-- What is sent of the past, beside what is live. One row for each lane that it concerns; both are one backfill. It may send up to
-- `until_position`, where its lane stood when it was asked for, and stands at `position`.
create table backfills (
  id             uuid not null,
  lane           text not null,
  link_id        uuid not null references links (id) on delete cascade,
  scope          jsonb not null,
  from_position  bigint not null,
  until_position bigint not null,
  position       bigint not null,
  state          text not null default 'open' check (state in ('open', 'done', 'cancelled')),
  delivered      bigint not null default 0,
  refused        bigint not null default 0,
  put_off        bigint not null default 0,
  superseded     bigint not null default 0,
  created_at     timestamptz not null default clock_timestamp(),
  ended_at       timestamptz,
  primary key (id, lane)
);
create index backfills_open on backfills (link_id, lane, created_at) where state = 'open';
create index backfills_link on backfills (link_id, created_at desc);
