-- Messages that are too large to be done when answered: their bytes lie in parts, their results in pieces, and what is still to be done
-- with them in one row (docs/adr/0014-large-messages.md).

alter table messages drop constraint messages_coding_check;
alter table messages add constraint messages_coding_check check (coding in ('identity', 'zstd', 'parts'));

-- The bytes of a large message in the order in which they came.
create table message_parts (
  message_id  uuid not null,
  received_at timestamptz not null,
  part        integer not null,
  size        integer not null,
  coding      text not null check (coding in ('identity', 'zstd')),
  bytes       bytea not null,
  primary key (message_id, part, received_at)
) partition by range (received_at);
alter table message_parts alter column bytes set storage external;
create table message_parts_default partition of message_parts default;

-- What became of the source records of a large message, some hundreds in a row; "first" counts the results before it.
create table message_results (
  message_id  uuid not null,
  received_at timestamptz not null,
  first       integer not null,
  count       integer not null,
  coding      text not null check (coding in ('identity', 'zstd')),
  results     bytea not null,
  primary key (message_id, first, received_at)
) partition by range (received_at);
alter table message_results alter column results set storage external;
create table message_results_default partition of message_results default;

-- The large messages that are being received or are not done; the row goes when the message is done or refused.
create table large_messages (
  message_id   uuid primary key,
  received_at  timestamptz not null,
  system       text not null,
  record       text not null,
  state        text not null check (state in ('receiving', 'waiting', 'running')),
  total        integer,
  done         integer not null default 0,
  bytes_done   bigint not null default 0,
  accepted     integer not null default 0,
  unchanged    integer not null default 0,
  rejected     integer not null default 0,
  fence        bigint not null default 0,
  leased_until timestamptz,
  attempts     integer not null default 0,
  next_at      timestamptz,
  constraint large_messages_nothing_vanishes check (done = accepted + unchanged + rejected)
);

-- Notes in the transaction that writes records how far the message is, and fails it where another worker has taken over meanwhile.
create function advance_large_message(id uuid, mine bigint, before integer, bytes bigint, accepts integer, unchangeds integer, rejects integer)
  returns void language plpgsql as $$
begin
  update large_messages set done = done + accepts + unchangeds + rejects, bytes_done = bytes, accepted = accepted + accepts,
         unchanged = unchanged + unchangeds, rejected = rejected + rejects, attempts = 0
   where message_id = id and fence = mine and done = before;
  if not found then
    raise exception 'another worker has the message' using errcode = 'HB001';
  end if;
end $$;

-- Says in the transaction that stores a part that its upload goes on, and fails it where the upload was swept away meanwhile.
create function keep_upload(id uuid, silence_ms integer) returns void language plpgsql as $$
begin
  update large_messages set leased_until = clock_timestamp() + silence_ms * interval '1 millisecond'
   where message_id = id and state = 'receiving';
  if not found then
    raise exception 'the upload was given up' using errcode = 'HB001';
  end if;
end $$;
