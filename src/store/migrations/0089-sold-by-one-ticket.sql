-- The code of a scale's ticket, which nothing but that ticket names, is of goods that are sold and not of those that a stall has: a test at the stall finds it among what is taken (side 1), and
-- not among its stock (7) (src/core/lineage/matching.ts, docs/adr/0025). Tests, holds and payments name goods that others have told of.
create or replace function trace_tested(whos uuid[], whats uuid[], days date[], sides smallint[], as_of timestamptz, any_one boolean)
  returns table (n integer, code text, side smallint)
  language plpgsql stable rows 100
  set enable_seqscan = off set enable_hashjoin = on set enable_mergejoin = off set join_collapse_limit = 1 set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
  return query
  with asked as materialized (
    select a.who, a.what, a.day, a.n::integer as n from unnest(whos, whats, days) with ordinality a (who, what, day, n)
  ), ways as materialized (
    select w.* from (select array_agg(d.who) as whos, array_agg(d.day) as days from (select distinct a.who, a.day from asked a) d) d
     cross join lateral trace_ways(d.whos, d.days, as_of) w
  ), found as materialized (
    select distinct a.n, h.code, h.side, h.record_id from asked a
     cross join lateral (
       select h.code, h.side, h.record_id from ways w
        cross join lateral (
          select h.code, h.side, h.record_id, h.version from match_points h
           where h.who = w.other and h.what = a.what and h.side = any(sides) and h.code is not null offset 0) h
        cross join lateral (
          select from record_versions v where v.record_id = h.record_id and v.version = h.version and v.status = 'active' and (as_of is null or v.received_at <= as_of)
             and (
              select true from record_versions n
               where n.record_id = v.record_id and n.version > v.version and n.version > 1 and (as_of is null or n.received_at <= as_of) limit 1) is null offset 0) v
        where w.who = a.who and w.day = a.day limit case when any_one then 1 end) h
  ), tickets as materialized (
    select o.code from (
      select f.code, min(f.record_id) as record_id from found f where f.side = 7 and f.code not like 'doc:%' group by f.code having count(distinct f.record_id) = 1) o
     where (select true from match_points t where t.code = o.code and t.side = 1 and t.record_id = o.record_id limit 1)
       and (
        select true from record_versions v
         where v.codes @> array[o.code] and v.record_id <> o.record_id and v.kind <> all('{payment,party,site,finding,inspection,hold,test}') and v.status = 'active'
           and (as_of is null or v.received_at <= as_of)
           and (
            select true from record_versions n
             where n.record_id = v.record_id and n.version > v.version and n.version > 1 and (as_of is null or n.received_at <= as_of) limit 1) is null limit 1) is null
  )
  select distinct f.n, f.code, case when f.side = 7 and f.code in (select t.code from tickets t) then 1::smallint else f.side end from found f;
end $$;

-- Cases that hold such a code let it go.
update cases set wanted = wanted + 1 where state not in ('cleared', 'closed');
