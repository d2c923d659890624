-- What waits for something that comes in another message: details for their base, bases for details, references for a lot.
-- Spread by system, with which every key begins (docs/adr/0003-store.md).

-- Records that a message completed for earlier ones, and what became of its own rejections later: kept and dropped with the message.
alter table messages add column completed text, add column mended text;

-- The newest base of each key of a record whose mapping parks. Swept some time after it was last seen.
create table parked_bases (
  system       text not null,
  record       text not null,
  join_key     text not null,
  key          text not null,
  place        text not null,
  fields       text not null,
  content_hash text not null,
  -- Earlier contents and the messages that brought them, so that a resend of one is no correction.
  past         text[] not null default '{}',
  message_id   uuid not null,
  sha256       text not null,
  received_at  timestamptz not null,
  last_seen    timestamptz not null,
  -- Whether a detail has used this content.
  joined       boolean not null,
  primary key (system, record, join_key)
);
create index parked_bases_alone on parked_bases (system, received_at, record, join_key) where not joined;
create index parked_bases_seen on parked_bases (last_seen);

-- Details whose base was not in their message: one row for each arrival. waiting: no base yet. joined: became a record with a base of
-- another message; kept so that a corrected base corrects it. refused: it has a base, but the two together were rejected.
create table parked_details (
  system       text not null,
  record       text not null,
  join_key     text not null,
  message_id   uuid not null,
  index        integer not null,
  key          text not null,
  place        text not null,
  fields       text not null,
  content_hash text not null,
  rejection_id uuid,
  -- Content of the base that it was last joined with, whatever came of it.
  base_hash    text,
  received_at  timestamptz not null,
  last_seen    timestamptz not null,
  state        text not null check (state in ('waiting', 'joined', 'refused')),
  primary key (system, record, join_key, message_id, index)
);
create index parked_details_alone on parked_details (system, received_at, message_id, index) where state = 'waiting';
create index parked_details_seen on parked_details (last_seen);

-- References of the newest version of a record to a lot that no record had as its subject when the version came. Whether one has by
-- now is asked when it matters, so that no arrival of a lot has to look here; the sweep takes out what has ended.
create table dangling_references (
  system      text not null,
  record_id   text not null,
  code        text not null,
  -- How the body of a record says that the lot is its subject.
  subject     text not null,
  record      text not null,
  version     integer not null,
  message_id  uuid not null,
  index       integer not null,
  place       text not null,
  key         text not null,
  received_at timestamptz not null,
  last_seen   timestamptz not null,
  primary key (system, record_id, code)
);
create index dangling_references_since on dangling_references (system, received_at, record_id, code);

-- Whether an active record has a lot as its subject in its newest version. The codes are indexed, so only the records that mention the
-- lot are looked into, and of those at most 20,000; as text, because jsonb does not take every text that JSON does. A function,
-- because its plan must not depend on how full the table was when it was first planned.
create function has_subject(wanted text, subject text) returns boolean language plpgsql stable
  set enable_seqscan = off set plan_cache_mode = force_generic_plan
as $$
begin
  return exists (
    select from (
      select v.record_id, v.version, v.body from record_versions v
       where v.codes @> array[wanted] and v.status = 'active' limit 20000) v
     where strpos(v.body, subject) > 0
       and not exists (select from record_versions n where n.record_id = v.record_id and n.version > v.version));
end $$;
