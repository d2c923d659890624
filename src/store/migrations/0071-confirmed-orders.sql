-- The highest order with which a source said again what the newest version of a record says. No version is made of that, and yet what has a lower order is older (docs/adr/0004-idempotency-and-versions.md).
create table confirmed_orders (
  record_id    text primary key,
  source_order text collate "C" not null
);

-- Whether two orders are both numbers or both times: a mapping may have changed which.
create function comparable_orders(a text, b text) returns boolean language sql immutable as $$
  select (a ~ '^[0-9]{20}$') = (b ~ '^[0-9]{20}$')
$$;

-- Notes that versions were said again. Under the lock of the positions: a newer version that was committed meanwhile is seen, and what is decided under it is seen by that.
create function confirm_orders(ids text[], versions integer[], orders text[]) returns void language plpgsql
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
  perform lock_positions();
  if exists (
    select from unnest(ids, versions) c (id, version) join record_versions v on v.record_id = c.id and v.version > c.version
  ) then
    raise exception 'a record that was said again got a newer version meanwhile' using errcode = 'serialization_failure';
  end if;
  insert into confirmed_orders (record_id, source_order)
  select id, source_order from unnest(ids, orders) c (id, source_order) order by id
  on conflict (record_id) do update set source_order = excluded.source_order
   where confirmed_orders.source_order < excluded.source_order or not comparable_orders(confirmed_orders.source_order, excluded.source_order);
end $$;

-- A version of this transaction that is older than what was said again meanwhile is decided anew. A replay decides which message says what, and a peer which version is which.
create function refuse_overtaken_versions() returns void language plpgsql
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
  if exists (
    select from record_versions v join confirmed_orders c using (record_id)
     where v.position >= current_setting('hub.first_position')::bigint
       and v.version > 1 and v.replay is null and v.source_order collate "C" < c.source_order
       and comparable_orders(v.source_order, c.source_order)
       and not exists (select from peer_versions p where p.record_id = v.record_id and p.version = v.version)
  ) then
    raise exception 'a record of this transaction was said again with a higher order meanwhile' using errcode = 'serialization_failure';
  end if;
end $$;

create or replace function refuse_crossed_voids() returns void language plpgsql as $$
begin
  if exists (select from waiting_voids) and exists (
    select from record_versions v join waiting_voids w using (record_id)
     where v.position >= current_setting('hub.first_position')::bigint
  ) then
    raise exception 'a void waits for a record of this transaction' using errcode = 'serialization_failure';
  end if;
  if exists (select from confirmed_orders) then
    perform refuse_overtaken_versions();
  end if;
  perform refuse_crossed_owners();
end $$;
