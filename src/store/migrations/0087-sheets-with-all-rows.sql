-- Sheets that are told with all their rows (docs/adr/0059-sheets-with-all-their-rows.md). The key of a row need not say in which sheet it is, so that it may be in another one
-- tomorrow: `whole` is then what all sheets have in common in which it may be, and this the sheets that told it last. Null for a line of an order.
alter table whole_lines add column told_by uuid;
create index whole_lines_told_by on whole_lines (whole, told_by) where told_by is not null and not ended;

create or replace function tell_wholes(told jsonb) returns void language plpgsql
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
  insert into whole_lines (whole, record_id, ended, told_by)
  select coalesce((t->>'among')::uuid, (t->>'id')::uuid), l.key, l.value::boolean, case when t->>'among' is not null then (t->>'id')::uuid end
    from jsonb_array_elements(told) t cross join lateral jsonb_each_text(t->'lines') l
  on conflict (whole, record_id) do update set ended = excluded.ended, told_by = excluded.told_by;
end $$;
