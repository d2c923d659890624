-- By which rules what is of persons is erased when it is old enough (docs/adr/0043-erasure-by-rule.md). A rule never changes: another takes its place.
create table erasure_rules (
  id              uuid primary key,
  classes         text[] not null check (cardinality(classes) > 0 and classes <@ array['records', 'messages', 'rejections']),
  -- Null: all.
  systems         text[],
  kinds           text[],
  product_classes text[],
  after_days      integer not null check (after_days > 0),
  reason          text not null,
  created_at      timestamptz not null default clock_timestamp(),
  created_by      text not null,
  ended_at        timestamptz,
  ended_by        text,
  -- How far versions and messages are read, and the first that was old enough and had to be left: the next reading begins there.
  position        bigint not null default 0,
  position_left   bigint,
  message         uuid not null default '00000000-0000-0000-0000-000000000000',
  message_left    uuid,
  -- Counts of the reading under way, null where there is none; of the last that came to its end, and of all.
  running         jsonb,
  last            jsonb,
  total           jsonb not null default '{"records": 0, "versions": 0, "messages": 0, "rejections": 0}',
  done_at         timestamptz
);
