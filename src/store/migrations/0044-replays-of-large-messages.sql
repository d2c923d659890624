-- The large message that a replay is in the middle of: {message, after, total, done}; null between two messages. It is written in the
-- transaction of what was done.
alter table replays add column inside jsonb;

-- Last places of records that a large message names more than once (and of some others), while a replay is in the middle of it: of what a
-- message says of a record its last word counts, and the message is not held in memory. Spread by `replay`.
create table replay_mentions (
  replay  uuid not null,
  message uuid not null,
  -- Digest of the record's identifier.
  record  uuid not null,
  place   bigint not null,
  primary key (replay, message, record)
);
