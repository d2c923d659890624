-- Walks and the records of their nodes for a whole frontier at once (src/store/lots.ts, docs/adr/0042).

-- Codes are put into their index at once. Entries that wait to be merged were read by each search, and compared with every code that was looked for: a walk
-- of 500 nodes took 15 ms more with 600 records waiting. Intake pays 4 µs a record for it.
alter index record_versions_codes set (fastupdate = off);
select gin_clean_pending_list('record_versions_codes');

-- Only what has a newer version is in it, which few have: whether a version is the newest is then asked of a small index.
create index record_versions_later on record_versions (record_id, version) where version > 1;

-- Of the points of a code only those of the sides that can meet something are read.
drop index match_points_code;
create index match_points_code on match_points (code, side) where code is not null;

drop function trace_walk(text[], text, integer, timestamptz, real, integer, integer);
drop function trace_step(text[], text, timestamptz, real, text, integer);
drop function trace_mentions(text[], timestamptz, integer, text[], text[]);

-- Who else is meant by each of these (a stall, a trader) around a day, itself among them: who had the stall, or which stall the trader had, as versions say
-- that count.
create function trace_ways(whos uuid[], days date[], as_of timestamptz) returns table (who uuid, day date, other uuid)
  language plpgsql stable rows 100
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set join_collapse_limit = 1 set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
  return query
  select d.who, d.day, d.who from unnest(whos, days) d (who, day)
  union all
  select s.who, s.day, s.other from (
    select distinct d.who, d.day, t.trader from unnest(whos, days) d (who, day) cross join lateral (
      select t.trader from stall_traders t where t.stall = d.who and t.day between d.day - 60 and d.day + 60 and t.trader <> d.who offset 0) t) s (who, day, other)
   where (
     select true from stall_traders t where t.stall = s.who and t.trader = s.other and t.day between s.day - 60 and s.day + 60
        and (select h.version = t.version and h.status = 'active' from record_versions h
              where h.record_id = t.record_id and (as_of is null or h.received_at <= as_of) order by h.version desc limit 1) limit 1)
  union all
  select s.who, s.day, s.other from (
    select distinct d.who, d.day, t.stall from unnest(whos, days) d (who, day) cross join lateral (
      select t.stall from stall_traders t where t.trader = d.who and t.day between d.day - 60 and d.day + 60 and t.stall <> d.who offset 0) t) s (who, day, other)
   where (
     select true from stall_traders t where t.trader = s.who and t.stall = s.other and t.day between s.day - 60 and s.day + 60
        and (select h.version = t.version and h.status = 'active' from record_versions h
              where h.record_id = t.record_id and (as_of is null or h.received_at <= as_of) order by h.version desc limit 1) limit 1);
end $$;

-- The links one step from the codes that no edge says alone: what was made of the paper that a lot came in under, and goods of two records that are likely
-- the same (sides and rules of points are those of src/core/lineage/matching.ts). `is_made`: whether a transformation may have made one of the codes.
-- Of those that lead behind the code `upto` none need be given, where it is not null.
create function trace_likely(codes text[], way text, as_of timestamptz, sure real, is_made boolean, upto text) returns trace_link[]
  language plpgsql stable
  set enable_seqscan = off set enable_hashjoin = on set enable_mergejoin = off set join_collapse_limit = 1 set plan_cache_mode = force_generic_plan
as $$
declare
  entered trace_link[];
  matched trace_link[];
  open text[] := codes;
begin
  -- A lot and the paper that it came in under are the same goods: what a transformation made of the paper, it made of the lot too. Only inside one
  -- system, because a paper may pass through several places and one of them alone used it up.
  if sure <= 0.95::real and (way = 'forward' or is_made) then
    if way = 'forward' then
      entered := array(
        select distinct (null, i.to_code, e.to_code, e.record_id, e.version, 'entered', least(e.confidence, 0.95::real), e.quantity, e.unit, e.occurred_at, null)::trace_link
          from unnest(codes) c (code)
         cross join lateral (
           select i.* from lot_edges i where i.to_code = c.code and i.kind = 'entry'
              and case when as_of is null then i.live else (
                select h.version = i.version and h.status = 'active' from record_versions h
                 where h.record_id = i.record_id and h.received_at <= as_of order by h.version desc limit 1) end offset 0) i
         cross join lateral (
           select e.* from lot_edges e where e.from_code = i.from_code and e.kind = 'transformation'
              and case when as_of is null then e.live else (
                select h.version = e.version and h.status = 'active' from record_versions h
                 where h.record_id = e.record_id and h.received_at <= as_of order by h.version desc limit 1) end offset 0) e
         where i.to_code <> e.to_code and split_part(i.record_id, ':', 4) = split_part(e.record_id, ':', 4));
    else
      entered := array(
        select distinct (null, i.to_code, e.to_code, e.record_id, e.version, 'entered', least(e.confidence, 0.95::real), e.quantity, e.unit, e.occurred_at, null)::trace_link
          from unnest(codes) c (code)
         cross join lateral (
           select e.* from lot_edges e where e.to_code = c.code and e.kind = 'transformation'
              and case when as_of is null then e.live else (
                select h.version = e.version and h.status = 'active' from record_versions h
                 where h.record_id = e.record_id and h.received_at <= as_of order by h.version desc limit 1) end offset 0) e
         cross join lateral (
           select i.* from lot_edges i where i.from_code = e.from_code and i.kind = 'entry'
              and case when as_of is null then i.live else (
                select h.version = i.version and h.status = 'active' from record_versions h
                 where h.record_id = i.record_id and h.received_at <= as_of order by h.version desc limit 1) end offset 0) i
         where i.to_code <> e.to_code and split_part(i.record_id, ':', 4) = split_part(e.record_id, ':', 4));
    end if;
  end if;

  -- What an exact edge leads to needs no likely one: another record has said where it came from. A lot that was written down twice is the same one
  -- whatever its papers. Who has a stall is told for so many days around by whoever names both.
  if sure <= 0.8::real then
    if way = 'back' then
      -- Only a record's own name is written down twice, and of the others only what no exact edge leads to is looked for.
      open := array(
        select c from unnest(codes) c where starts_with(c, 'rec:') or (
          select true from lot_edges x where x.to_code = c
             and case when as_of is null then x.live else (
               select h.version = x.version and h.status = 'active' from record_versions h
                where h.record_id = x.record_id and h.received_at <= as_of order by h.version desc limit 1) end limit 1) is null);
    end if;
    matched := array(
      with told as materialized (
        select p.who, p.what, p.side, p.day, p.code, p.kilograms, p.record_id, p.version,
               case when way = 'back' then p.side - 1 else p.side + 1 end::smallint as other_side
          from match_points p where p.code = any(open) and p.side = any(case when way = 'back' then '{1,4,6}'::smallint[] else '{0,3,5}' end)
           and case when p.side in (3, 4) then 0.6::real else 0.8::real end >= sure
      ), ways as materialized (
        select w.* from (select array_agg(d.who) as whos, array_agg(d.day) as days from (select distinct t.who, t.day from told t) d) d
         cross join lateral trace_ways(d.whos, d.days, as_of) w
      ), met as materialized (
        select distinct t.side, t.code, t.record_id, t.version, o.code as other_code, o.record_id as other_id, o.version as other_version
          from told t join ways w on w.who = t.who and w.day = t.day
         cross join lateral (
           select o.code, o.record_id, o.version from match_points o
            where o.who = w.other and o.what = t.what and o.side = t.other_side and o.code is not null and o.code <> t.code
              and (upto is null or o.code collate "C" <= upto collate "C")
              and (t.side in (0, 1) or abs(o.kilograms - t.kilograms) <= 0.02 * greatest(o.kilograms, t.kilograms)) offset 0) o
         where t.side in (5, 6) or (
           select true from lot_edges x where x.to_code = case when way = 'back' then t.code else o.code end
              and case when as_of is null then x.live else (
                select h.version = x.version and h.status = 'active' from record_versions h
                 where h.record_id = x.record_id and h.received_at <= as_of order by h.version desc limit 1) end limit 1) is null
      )
      select case when way = 'back' then
               (null, m.other_code, m.code, m.record_id, m.version, r.rule, r.confidence, null, null, own.occurred_at, m.other_id)::trace_link
             else
               (null, m.code, m.other_code, m.other_id, m.other_version, r.rule, r.confidence, null, null, other.occurred_at, m.record_id)::trace_link
             end
        from met m
       cross join lateral (
         select case when m.side in (0, 1) then 'stall' when m.side in (3, 4) then 'supplier' else 'same' end as rule,
                case when m.side in (3, 4) then 0.6::real else 0.8::real end as confidence) r
       cross join lateral (
         select h.version = m.version and h.status = 'active' as counts, h.occurred_at from record_versions h
          where h.record_id = m.record_id and (as_of is null or h.received_at <= as_of) order by h.version desc limit 1) own
       cross join lateral (
         select h.version = m.other_version and h.status = 'active' as counts, h.occurred_at from record_versions h
          where h.record_id = m.other_id and (as_of is null or h.received_at <= as_of) order by h.version desc limit 1) other
       where own.counts and other.counts);
  end if;
  return coalesce(entered, '{}') || coalesce(matched, '{}');
end $$;

-- Those of the codes that are not among the visited ones, each once, in their order.
create function trace_fresh(codes text[], visited text[]) returns text[]
  language plpgsql immutable set plan_cache_mode = force_generic_plan
as $$
begin
  return array(select c from (select unnest(codes) except select unnest(visited)) f (c) order by c collate "C");
end $$;

-- The links one step from the codes, those that edges say and the likely ones that are given, in the order of the codes that they lead to (by code unit of
-- UTF-8), behind the code `after` and none behind `upto`, at most `at_once`.
create function trace_links(nth integer, codes text[], way text, as_of timestamptz, sure real, likely trace_link[], after text, upto text, at_once integer)
  returns setof trace_link
  language plpgsql stable rows 20
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set join_collapse_limit = 1 set plan_cache_mode = force_generic_plan
as $$
begin
  if way = 'back' then
    return query select * from (
      select nth, e.from_code, e.to_code, e.record_id, e.version, e.rule, e.confidence, e.quantity, e.unit, e.occurred_at, null::text
        from lot_edges e where e.to_code = any(codes) and e.confidence >= sure
         and case when as_of is null then e.live else (
           select h.version = e.version and h.status = 'active' from record_versions h
            where h.record_id = e.record_id and h.received_at <= as_of order by h.version desc limit 1) end
      union all
      select nth, l.from_code, l.to_code, l.record_id, l.version, l.rule, l.confidence, l.quantity, l.unit, l.occurred_at, l.with_record
        from unnest(likely) l) l
     where (after is null or l.from_code collate "C" > after collate "C") and (upto is null or l.from_code collate "C" <= upto collate "C")
     order by l.from_code collate "C", l.to_code collate "C", l.rule collate "C", l.record_id collate "C" limit at_once;
  else
    return query select * from (
      select nth, e.from_code, e.to_code, e.record_id, e.version, e.rule, e.confidence, e.quantity, e.unit, e.occurred_at, null::text
        from lot_edges e where e.from_code = any(codes) and e.confidence >= sure
         and case when as_of is null then e.live else (
           select h.version = e.version and h.status = 'active' from record_versions h
            where h.record_id = e.record_id and h.received_at <= as_of order by h.version desc limit 1) end
      union all
      select nth, l.from_code, l.to_code, l.record_id, l.version, l.rule, l.confidence, l.quantity, l.unit, l.occurred_at, l.with_record
        from unnest(likely) l) l
     where (after is null or l.to_code collate "C" > after collate "C") and (upto is null or l.to_code collate "C" <= upto collate "C")
     order by l.to_code collate "C", l.from_code collate "C", l.rule collate "C", l.record_id collate "C" limit at_once;
  end if;
end $$;

create function trace_step(codes text[], way text, as_of timestamptz, sure real, after text, at_once integer)
  returns setof trace_link
  language plpgsql stable rows 20
as $$
begin
  return query select * from trace_links(null, codes, way, as_of, sure, trace_likely(codes, way, as_of, sure, true, null), after, null, at_once);
end $$;

-- The steps of a walk, one after the other: of each step its links, at most `at_once`. Ends where nothing new is reached, behind a step that has more than
-- these, and where more than `nodes` codes are reached; of that step, where `cut` is true, the links are given of so many codes and of the next one.
create function trace_walk(roots text[], way text, steps integer, as_of timestamptz, sure real, at_once integer, nodes integer, cut boolean)
  returns setof trace_link
  language plpgsql stable
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set join_collapse_limit = 1 set plan_cache_mode = force_generic_plan
as $$
declare
  frontier text[] := roots;
  visited text[] := roots;
  exact text[];
  is_made boolean;
  likely trace_link[];
  fresh text[];
  room integer;
  upto text;
  given integer;
begin
  for n in 1..steps loop
    exit when cardinality(frontier) = 0;
    -- First the codes alone: most walks end in a step that leads to more of them than are wanted.
    if way = 'back' then
      select coalesce(array_agg(f.from_code), '{}'), bool_or(f.rule = 'transformation') into exact, is_made from (
        select e.from_code, e.rule from lot_edges e where e.to_code = any(frontier) and e.confidence >= sure
           and case when as_of is null then e.live else (
             select h.version = e.version and h.status = 'active' from record_versions h
              where h.record_id = e.record_id and h.received_at <= as_of order by h.version desc limit 1) end limit at_once) f;
    else
      exact := array(
        select e.to_code from lot_edges e where e.from_code = any(frontier) and e.confidence >= sure
           and case when as_of is null then e.live else (
             select h.version = e.version and h.status = 'active' from record_versions h
              where h.record_id = e.record_id and h.received_at <= as_of order by h.version desc limit 1) end limit at_once);
    end if;
    if cardinality(exact) >= at_once then
      return query select * from trace_links(n, frontier, way, as_of, sure, trace_likely(frontier, way, as_of, sure, true, null), null, null, at_once);
      exit;
    end if;
    room := nodes - (cardinality(visited) - cardinality(roots));
    fresh := trace_fresh(exact, visited);
    upto := case when cut then fresh[room + 1] end;
    likely := trace_likely(frontier, way, as_of, sure, is_made, upto);
    exit when cardinality(exact) + cardinality(likely) = 0;
    if cardinality(likely) > 0 then
      fresh := trace_fresh(exact || array(select case way when 'back' then l.from_code else l.to_code end from unnest(likely) l), visited);
      upto := case when cut then fresh[room + 1] end;
    end if;
    return query select * from trace_links(n, frontier, way, as_of, sure, likely, null, upto, at_once);
    get diagnostics given = row_count;
    exit when given >= at_once;
    frontier := fresh;
    visited := visited || fresh;
    exit when cardinality(visited) - cardinality(roots) > nodes;
  end loop;
end $$;

-- The records that mention each code, and the tests of what is at the stall where its goods are: at most `per_code` of them, papers, holds and tests before
-- trades. Each record once, with the codes that it is given for by their numbers from 1, and its place among those of each (`3 1,7 21`); where it is one too
-- many for all of them, without its body. `among`: the records that mention the codes, where they were looked up before; null where the index is to be asked.
create function trace_mentions(wanted text[], as_of timestamptz, per_code integer, untraced text[], among text[])
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
       select v.ctid as tid, v.kind, v.occurred_at, v.record_id from record_versions v
        where among is null and v.codes @> array[c.code] and v.kind <> all(untraced) and (as_of is null or v.received_at <= as_of)
          and (
            select true from record_versions h
             where h.record_id = v.record_id and h.version > v.version and h.version > 1 and (as_of is null or h.received_at <= as_of) limit 1) is null
       offset 0) v
    union all
    select c.n, v.tid, v.kind, v.occurred_at, v.record_id from unnest(among) a (id)
     cross join lateral (
       select v.ctid as tid, v.kind, v.occurred_at, v.record_id, v.codes from record_versions v
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
    select distinct c.n, v.tid, 'test', v.occurred_at, m.test from met m
      cross join lateral (
        select from record_versions v where v.record_id = m.record_id and v.version = m.version and v.status = 'active' and (as_of is null or v.received_at <= as_of)
           and (
            select true from record_versions h
             where h.record_id = v.record_id and h.version > v.version and h.version > 1 and (as_of is null or h.received_at <= as_of) limit 1) is null offset 0) a
      cross join lateral (
        select v.ctid as tid, v.occurred_at, v.codes from record_versions v
         where v.record_id = m.test and v.version = m.test_version and v.status = 'active' and (as_of is null or v.received_at <= as_of)
           and (
            select true from record_versions h
             where h.record_id = v.record_id and h.version > v.version and h.version > 1 and (as_of is null or h.received_at <= as_of) limit 1) is null offset 0) v
      join unnest(wanted) with ordinality c (code, n) on c.code = m.code
     where m.code <> all(v.codes)
  ), placed as (
    select m.n, m.tid, (row_number() over (
             partition by m.n order by case m.kind when 'hold' then 0 when 'document' then 1 when 'test' then 2 when 'disposal' then 3
               when 'production' then 4 when 'transformation' then 5 when 'entry' then 6 when 'dispatch' then 7 else 8 end,
             m.occurred_at, m.record_id))::integer as place
      from (select * from hits union all select * from tested) m
  ), chosen as materialized (
    select string_agg(p.n || ' ' || p.place, ',') as places, p.tid, min(p.place) as first_place
      from placed p where p.place <= per_code + 1 group by p.tid
  )
  select c.places, v.record_id, v.version, v.kind, v.system, v.status, v.received_at, v.flags, case when c.first_place <= per_code then v.body end
    from chosen c cross join lateral (
      select v.* from record_versions v where v.ctid = c.tid offset 0) v;
end $$;
