-- What was last told as a whole: an order with all its lines (docs/adr/0055-orders-with-all-their-lines.md). A row for each order of a mapping that says `whole`.
create table wholes (
  -- Digest of system, record and key of the order.
  id           uuid primary key,
  -- Grows with each transaction that tells of the order: of two that do not see each other the second is decided anew.
  turn         integer not null,
  -- The newest that told all lines; null while none has.
  source_order text collate "C",
  message_id   uuid,
  received_at  timestamptz,
  first_index  integer,
  sha256       bytea,
  -- Digests of the bytes that told it before that: sent again, they are no correction.
  past         bytea[] not null,
  -- Digests of the bytes that told some of its lines since, of which nobody could say which are all.
  muted        bytea[] not null,
  -- Digests of the keys of lines of the newest that made no record.
  refused      uuid[] not null
);

-- The records that lines of an order told, each for good: the key of a line holds that of its order.
create table whole_lines (
  whole     uuid not null,
  record_id text not null,
  -- It ended because the order told it no more; told by a newer one it comes back.
  ended     boolean not null,
  primary key (whole, record_id)
);

-- Notes what was told of orders as it was decided. Under the lock of the positions: what was committed meanwhile is seen, and what is decided under it is seen by that.
create function tell_wholes(told jsonb) returns void language plpgsql
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
  perform lock_positions();
  if exists (
    select from jsonb_array_elements(told) t left join wholes w on w.id = (t->>'id')::uuid
     where coalesce(w.turn, 0) <> (t->>'turn')::integer
  ) then
    raise exception 'lines of an order were told meanwhile' using errcode = 'serialization_failure';
  end if;
  insert into wholes (id, turn, source_order, message_id, received_at, first_index, sha256, past, muted, refused)
  select (t->>'id')::uuid, (t->>'turn')::integer + 1, t->>'order', (t->>'messageId')::uuid, to_timestamp((t->>'receivedAtMs')::numeric / 1000),
         (t->>'first')::integer, decode(t->>'sha256', 'hex'),
         array(select decode(jsonb_array_elements_text(t->'past'), 'hex')), array(select decode(jsonb_array_elements_text(t->'muted'), 'hex')),
         array(select jsonb_array_elements_text(t->'refused')::uuid)
    from jsonb_array_elements(told) t
  on conflict (id) do update set turn = excluded.turn, source_order = excluded.source_order, message_id = excluded.message_id,
    received_at = excluded.received_at, first_index = excluded.first_index, sha256 = excluded.sha256, past = excluded.past, muted = excluded.muted, refused = excluded.refused;
  insert into whole_lines (whole, record_id, ended)
  select (t->>'id')::uuid, l.key, l.value::boolean from jsonb_array_elements(told) t cross join lateral jsonb_each_text(t->'lines') l
  on conflict (whole, record_id) do update set ended = excluded.ended;
end $$;
