-- Of a code that more records mention than are read, those that decide over its state are read before all others: of a lot with twenty papers a failed test and a
-- disposal were not, and it was said to be fine (src/store/lots.ts, docs/adr/0042).

-- Where a record comes among those that mention a code: 0 what is in force against its goods, 1 the others, 2 what is void. A canonical text has no blanks, and
-- quotes inside of its texts are escaped; nothing of these two is of persons, so they stand in sealed bodies too.
create function trace_weight(status text, kind text, body text) returns integer
  language sql immutable
as $$
  select case when status <> 'active' then 2
              when kind = 'disposal' then 0
              when kind = 'hold' then case when body like '%"holdKind":"release"%' then 1 else 0 end
              when kind = 'test' then case when body like '%"verdict":"fail"%' or body like '%"verdict":"suspect"%' then 0 else 1 end
              else 1 end
$$;

-- The records that mention each code, and the tests of what is at the stall where its goods are: at most `per_code` of them, papers, holds and tests before
-- trades; where more mention it, what decides over its state is before all others: orders in force, disposals and failed tests, the newest first, and void ones
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
  ), here as materialized (
    select p.who, p.what, p.day, p.code, p.record_id, p.version from match_points p where p.code = any(wanted) and p.side = 0
  ), ways as materialized (
    select w.* from (select array_agg(d.who) as whos, array_agg(d.day) as days from (select distinct p.who, p.day from here p) d) d
     cross join lateral trace_ways(d.whos, d.days, as_of) w
  ), met as materialized (
    select distinct p.code, p.record_id, p.version, t.record_id as test, t.version as test_version from here p
      join ways w on w.who = p.who and w.day = p.day
     cross join lateral (
       select t.record_id, t.version from match_points t where t.who = w.other and t.what = p.what and t.side = 2::smallint offset 0) t
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
     where m.code <> all(v.codes)
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
