-- What every transaction asks under the lock is one look for each new version: whether a peer brought a version of its record. The rest is
-- asked only by those that store versions of peers.
create or replace function refuse_crossed_owners() returns void language plpgsql
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off
as $$
begin
  if exists (select from peer_versions) and exists (
    select from record_versions v cross join lateral (
      select from peer_versions p where p.record_id = v.record_id
       order by p.record_id, p.version limit 1) foreign_record
     where v.position >= current_setting('hub.first_position')::bigint
       and not exists (select from peer_versions own where own.record_id = v.record_id and own.version = v.version)
  ) then
    raise exception 'a record of this transaction is of another hub' using errcode = 'serialization_failure';
  end if;
end $$;

-- For the versions of peers: none beside versions of this hub, none below one that is there.
create function refuse_crossed_versions() returns void language plpgsql
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off
as $$
begin
  if exists (
    select from record_versions v cross join lateral (
      select from peer_versions vp where vp.record_id = v.record_id and vp.version = v.version limit 1) of_peer cross join lateral (
      select from record_versions o left join peer_versions op on op.record_id = o.record_id and op.version = o.version
       where o.record_id = v.record_id and o.version <> v.version
         and (op.record_id is null or (o.version > v.version and o.position < v.position))
       limit 1) crossed
     where v.position >= current_setting('hub.first_position')::bigint
  ) then
    raise exception 'a record of this transaction is of this hub, or got a newer version meanwhile'
      using errcode = 'serialization_failure';
  end if;
end $$;
