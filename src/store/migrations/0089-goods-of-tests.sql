-- Goods stay at a stall overnight: a test without a lot, of whose goods nothing tells on its day, is of what came to its stall on the nearest of the days before (src/core/lineage/nights.ts,
-- docs/adr/0061). Its points on these days are of the side `overnight` (8): by them it asks for several days at once, and is found from the goods.
-- The code of a scale's ticket, which nothing but that ticket names, is of goods that are sold and not of those that a stall has (docs/adr/0025). Tests, holds and payments name goods that others have told of.
create index match_points_overnight on match_points (record_id, version) where side = 8;
create index match_points_overnight_what on match_points (what) where side = 8;

-- Codes of the goods on these sides that each of the points of tests without a lot meets, by the number of the point from 1. `nights`: which are of a day before the test, and meet what came alone.
-- `any_one`: one of each is enough. The code of a ticket that nothing else names is among what is taken (1).
drop function trace_tested(uuid[], uuid[], date[], smallint[], timestamptz, boolean);
create function trace_tested(whos uuid[], whats uuid[], days date[], nights boolean[], sides smallint[], as_of timestamptz, any_one boolean)
  returns table (n integer, code text, side smallint)
  language plpgsql stable rows 100
  set enable_seqscan = off set enable_hashjoin = on set enable_mergejoin = off set join_collapse_limit = 1 set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
  return query
  with asked as materialized (
    select a.who, a.what, a.day, a.night, a.n::integer as n from unnest(whos, whats, days, nights) with ordinality a (who, what, day, night, n)
  ), ways as materialized (
    select w.* from (select array_agg(d.who) as whos, array_agg(d.day) as days from (select distinct a.who, a.day from asked a) d) d
     cross join lateral trace_ways(d.whos, d.days, as_of) w
  ), found as materialized (
    select distinct a.n, h.code, h.side, h.record_id from asked a
     cross join lateral (
       select h.code, h.side, h.record_id from ways w
        cross join lateral (
          select h.code, h.side, h.record_id, h.version from match_points h
           where h.who = w.other and h.what = a.what and h.side = any(case when a.night then '{0}'::smallint[] else sides end) and h.code is not null offset 0) h
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

-- The records that mention each code, and the tests without a lot that are of its goods, which came to their stall, or were sold there where `trace_tested` tells of nothing
-- that came, or which stayed overnight where it tells of neither: at most `per_code` of them, papers, holds and tests before trades; where more mention it, what decides over its state is before all others: orders in force, disposals and failed tests, the newest first, and void ones
-- are last. Each record once, with the codes that it is given for by their numbers from 1, and its place among those of each (`3 1,7 21`); where it is one too
-- many for all of them, without its body. `among`: the records that mention the codes, where they were looked up before; null where the index is to be asked.
create or replace function trace_mentions(wanted text[], as_of timestamptz, per_code integer, untraced text[], among text[])
  returns table (places text, id text, version integer, kind text, system text, status text, received_at timestamptz, flags text[], body text)
  language plpgsql stable
  set enable_seqscan = off set enable_hashjoin = on set enable_mergejoin = off set join_collapse_limit = 1 set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
  return query
  with hits as (
    select c.n, v.* from unnest(wanted) with ordinality c (code, n)
     cross join lateral (
       select v.ctid as tid, v.kind, v.occurred_at, v.record_id, trace_weight(v.status, v.kind, v.body) as weight from record_versions v
        where among is null and v.codes @> array[c.code] and v.kind <> all(untraced) and (as_of is null or v.received_at <= as_of)
          and (
            select true from record_versions h
             where h.record_id = v.record_id and h.version > v.version and h.version > 1 and (as_of is null or h.received_at <= as_of) limit 1) is null
       offset 0) v
    union all
    select c.n, v.tid, v.kind, v.occurred_at, v.record_id, v.weight from unnest(among) a (id)
     cross join lateral (
       select v.ctid as tid, v.kind, v.occurred_at, v.record_id, v.codes, trace_weight(v.status, v.kind, v.body) as weight from record_versions v
        where v.record_id = a.id and v.kind <> all(untraced) and (as_of is null or v.received_at <= as_of)
          and (
            select true from record_versions h
             where h.record_id = v.record_id and h.version > v.version and h.version > 1 and (as_of is null or h.received_at <= as_of) limit 1) is null
       offset 0) v
     cross join lateral (select distinct u.code from unnest(v.codes) u (code) offset 0) u
      join unnest(wanted) with ordinality c (code, n) on c.code = u.code
  ), moved as materialized (
    select p.who, p.what, p.day, p.code, p.record_id, p.version, p.side = 0 as came from match_points p where p.code = any(wanted) and p.side = any('{0,3,7}'::smallint[])
  ), whats as materialized (
    select w.what from (select distinct p.what from moved p) w where (select true from match_points t where t.what = w.what and t.side = 2 limit 1)
        or (select true from match_points t where t.what = w.what and t.side = 8 limit 1)
  ), here as materialized (
    select p.* from moved p where p.what in (select w.what from whats w)
  ), ways as materialized (
    select w.* from (select array_agg(d.who) as whos, array_agg(d.day) as days from (select distinct p.who, p.day from here p) d) d
     cross join lateral trace_ways(d.whos, d.days, as_of) w
  ), met as materialized (
    select distinct p.code, p.came, p.record_id, p.version, t.night, t.record_id as test, t.version as test_version from here p
      join ways w on w.who = p.who and w.day = p.day
     cross join lateral (
       select t.record_id, t.version, t.side = 8 as night from match_points t
        where t.who = w.other and t.what = p.what and t.side = any(case when p.came then '{2,8}'::smallint[] else '{2}' end) offset 0) t
  ), asked as materialized (
    select m.test, m.test_version, t.who, t.what, t.day, row_number() over () as n from (select distinct m.test, m.test_version from met m where m.night or not m.came) m
     cross join lateral (
       select t.who, t.what, t.day from match_points t where t.record_id = m.test and t.version = m.test_version and t.side = 2 offset 0) t
  ), arrived as materialized (
    select distinct a.test, a.test_version from (
      select array_agg(a.who order by a.n) as whos, array_agg(a.what order by a.n) as whats, array_agg(a.day order by a.n) as days from asked a having count(*) > 0) g
     cross join lateral trace_tested(g.whos, g.whats, g.days, array_fill(false, array[cardinality(g.days)]), '{0}', as_of, true) f
      join asked a on a.n = f.n
  ), untold as materialized (
    select m.test, m.test_version, d.day as test_day, row_number() over () as n, t.* from (
      select distinct m.test, m.test_version from met m where m.night and (m.test, m.test_version) not in (select a.test, a.test_version from arrived a)) m
     cross join lateral (
       select t.day from match_points t where t.record_id = m.test and t.version = m.test_version and t.side = 2 limit 1) d
     cross join lateral (
       select t.who, t.what, t.day, false as night from match_points t where t.record_id = m.test and t.version = m.test_version and t.side = 2
        union all
       select t.who, t.what, t.day, true from match_points t where t.record_id = m.test and t.version = m.test_version and t.side = 8) t
  ), stayed as materialized (
    select f.test, f.test_version, f.code from (
      select u.test, u.test_version, f.code, f.side, u.test_day - u.day as nights,
             min(u.test_day - u.day) filter (where f.side = 0) over (partition by u.test, u.test_version) as nearest,
             bool_or(not u.night and f.side <> 1) over (partition by u.test, u.test_version) as is_told from (
        select array_agg(u.who order by u.n) as whos, array_agg(u.what order by u.n) as whats, array_agg(u.day order by u.n) as days, array_agg(u.night order by u.n) as nights
          from untold u having count(*) > 0) g
       cross join lateral trace_tested(g.whos, g.whats, g.days, g.nights, '{0,3,7}', as_of, false) f
        join untold u on u.n = f.n) f
     where f.side = 0 and f.nights = f.nearest and not f.is_told
  ), tested as (
    select distinct c.n, v.tid, 'test', v.occurred_at, m.test, v.weight from met m
      cross join lateral (
        select from record_versions v where v.record_id = m.record_id and v.version = m.version and v.status = 'active' and (as_of is null or v.received_at <= as_of)
           and (
            select true from record_versions h
             where h.record_id = v.record_id and h.version > v.version and h.version > 1 and (as_of is null or h.received_at <= as_of) limit 1) is null offset 0) a
      cross join lateral (
        select v.ctid as tid, v.occurred_at, v.codes, trace_weight(v.status, v.kind, v.body) as weight from record_versions v
         where v.record_id = m.test and v.version = m.test_version and v.status = 'active' and (as_of is null or v.received_at <= as_of)
           and (
            select true from record_versions h
             where h.record_id = v.record_id and h.version > v.version and h.version > 1 and (as_of is null or h.received_at <= as_of) limit 1) is null offset 0) v
      join unnest(wanted) with ordinality c (code, n) on c.code = m.code
     where m.code <> all(v.codes) and case when m.night then (m.test, m.test_version, m.code) in (select s.test, s.test_version, s.code from stayed s)
                                          else m.came or (m.test, m.test_version) not in (select a.test, a.test_version from arrived a) end
  ), placed as (
    select m.n, m.tid, (row_number() over (
             partition by m.n order by case when m.mentions > per_code then m.weight end, case m.kind when 'hold' then 0 when 'document' then 1
               when 'test' then 2 when 'disposal' then 3 when 'production' then 4 when 'transformation' then 5 when 'entry' then 6 when 'dispatch' then 7 else 8 end,
             case when m.mentions > per_code and m.weight = 0 then m.occurred_at end desc, m.occurred_at, m.record_id))::integer as place
      from (select h.*, count(*) over (partition by h.n) as mentions from (select * from hits union all select * from tested) h) m
  ), chosen as materialized (
    select string_agg(p.n || ' ' || p.place, ',') as places, p.tid, min(p.place) as first_place
      from placed p where p.place <= per_code + 1 group by p.tid
  )
  select c.places, v.record_id, v.version, v.kind, v.system, v.status, v.received_at, v.flags, case when c.first_place <= per_code then v.body end
    from chosen c cross join lateral (
      select v.* from record_versions v where v.ctid = c.tid offset 0) v;
end $$;

-- Open cases may hold more by it, or let a ticket go, and their tests have points of these sides from then on.
update cases set wanted = wanted + 1 where state not in ('cleared', 'closed');
