-- Walks of the graph in one statement each (src/store/lots.ts, docs/adr/0032).

-- Whether the version that made the edge is the newest of its record, and active. Kept by whoever writes the next version, in its transaction:
-- an edge is then known to count without a look at its record. No index holds it, so that the change stays within its page.
alter table lot_edges add column live boolean not null default true;
update lot_edges e set live = false
 where not exists (
   select from record_versions v where v.record_id = e.record_id and v.version = e.version and v.status = 'active'
      and not exists (select from record_versions n where n.record_id = v.record_id and n.version > v.version));

-- What came in under a paper and what was made of the paper meet in it: of its uses only the transformations are looked at. They are few.
create index lot_edges_transformed on lot_edges (from_code) where kind = 'transformation';

-- Edges of versions that this transaction made old or void no longer count. Both ends of an edge are among the codes of its version, so it is found
-- by the primary key. Comes after the versions, where there is one that is not the first of its record.
create function retire_edges() returns void
  language plpgsql
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
  -- The versions first, whatever the tables looked like when the plan was made.
  with old as materialized (
    select o.record_id, o.version, o.codes from record_versions n
      join record_versions o on o.record_id = n.record_id and (o.status = 'void' or exists (
        select from record_versions newer where newer.record_id = o.record_id and newer.version > o.version))
     where n.position >= current_setting('hub.first_position')::bigint and (n.version > 1 or n.status = 'void')
  )
  update lot_edges e set live = false from old o
   where e.to_code = any(o.codes) and e.from_code = any(o.codes) and e.record_id = o.record_id and e.version = o.version and e.live;
end $$;

-- Of one day every record that names a stall and its trader is kept: where the newest of them is made void, or had not come by the time that is asked
-- for, another may still say so. What was passed over is found again, so the follower begins anew; what is there already stays.
alter table stall_traders drop constraint stall_traders_pkey, add primary key (stall, trader, day, record_id, version);
update followers set position = 0 where name = 'matching';

create type trace_link as (
  step integer, from_code text, to_code text, record_id text, version integer, rule text, confidence real, quantity numeric, unit text,
  occurred_at timestamptz, with_record text
);

-- The links one step from the codes, in the order of the codes that they lead to (by code unit of UTF-8), beginning after a code, at most `at_once`: as of
-- a time where one is given, else as known now. A function, because its plan must depend neither on how full the tables were when it was first made, nor
-- on how many codes are asked for, and making it takes longer than most steps. Sides and rules of points are those of src/core/lineage/matching.ts.
create function trace_step(codes text[], way text, as_of timestamptz, sure real, after text, at_once integer)
  returns setof trace_link
  language plpgsql stable rows 20
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set join_collapse_limit = 1 set plan_cache_mode = force_generic_plan
as $$
declare
  exact trace_link[];
  entered trace_link[];
  matched trace_link[];
  is_made boolean;
  open text[];
begin
  if way = 'back' then
    select array_agg(l), bool_or((l).rule = 'transformation') into exact, is_made from (
      select (null, e.from_code, e.to_code, e.record_id, e.version, e.rule, e.confidence, e.quantity, e.unit, e.occurred_at, null)::trace_link as l
        from lot_edges e
       where e.to_code = any(codes) and e.confidence >= sure and (after is null or e.from_code collate "C" > after collate "C")
         and case when as_of is null then e.live else (
           select h.version = e.version and h.status = 'active' from record_versions h
            where h.record_id = e.record_id and h.received_at <= as_of order by h.version desc limit 1) end
       order by e.from_code collate "C", e.to_code collate "C", e.rule collate "C", e.record_id collate "C" limit at_once) found;
    exact := coalesce(exact, '{}');
  else
    exact := array(
      select (null, e.from_code, e.to_code, e.record_id, e.version, e.rule, e.confidence, e.quantity, e.unit, e.occurred_at, null)::trace_link
        from lot_edges e
       where e.from_code = any(codes) and e.confidence >= sure and (after is null or e.to_code collate "C" > after collate "C")
         and case when as_of is null then e.live else (
           select h.version = e.version and h.status = 'active' from record_versions h
            where h.record_id = e.record_id and h.received_at <= as_of order by h.version desc limit 1) end
       order by e.to_code collate "C", e.from_code collate "C", e.rule collate "C", e.record_id collate "C" limit at_once);
  end if;

  -- A lot and the paper that it came in under are the same goods: what a transformation made of the paper, it made of the lot too. Only inside one
  -- system, because a paper may pass through several places and one of them alone used it up.
  if sure <= 0.95::real then
    if way = 'forward' then
      entered := array(
        select distinct (null, i.to_code, e.to_code, e.record_id, e.version, 'entered', least(e.confidence, 0.95::real), e.quantity, e.unit, e.occurred_at, null)::trace_link
          from lot_edges i join lot_edges e on e.from_code = i.from_code and e.kind = 'transformation'
       where i.kind = 'entry' and i.to_code = any(codes)
           and i.to_code <> e.to_code and split_part(i.record_id, ':', 4) = split_part(e.record_id, ':', 4)
           and case when as_of is null then e.live else (
      select h.version = e.version and h.status = 'active' from record_versions h
       where h.record_id = e.record_id and h.received_at <= as_of order by h.version desc limit 1) end
           and case when as_of is null then i.live else (
      select h.version = i.version and h.status = 'active' from record_versions h
       where h.record_id = i.record_id and h.received_at <= as_of order by h.version desc limit 1) end);
    -- What was transformed into one of these codes is among their links already.
    elsif after is not null or cardinality(exact) >= at_once or is_made then
      entered := array(
        select distinct (null, i.to_code, e.to_code, e.record_id, e.version, 'entered', least(e.confidence, 0.95::real), e.quantity, e.unit, e.occurred_at, null)::trace_link
          from lot_edges e join lot_edges i on i.from_code = e.from_code and i.kind = 'entry'
       where e.kind = 'transformation' and e.to_code = any(codes)
           and i.to_code <> e.to_code and split_part(i.record_id, ':', 4) = split_part(e.record_id, ':', 4)
           and case when as_of is null then e.live else (
      select h.version = e.version and h.status = 'active' from record_versions h
       where h.record_id = e.record_id and h.received_at <= as_of order by h.version desc limit 1) end
           and case when as_of is null then i.live else (
      select h.version = i.version and h.status = 'active' from record_versions h
       where h.record_id = i.record_id and h.received_at <= as_of order by h.version desc limit 1) end);
    end if;
  end if;

  -- Goods of two records that are likely the same. What an exact edge leads to needs no likely one: another record has said where it came from. A lot that
  -- was written down twice is the same one whatever its papers. Who has a stall is told for so many days around by whoever names both.
  if sure <= 0.8::real then
    if way = 'back' then
      -- Only a record's own name is written down twice, and of the others only what no exact edge leads to is looked for.
      open := array(
        select c from unnest(codes) c where starts_with(c, 'rec:') or not exists (
          select from lot_edges x where x.to_code = c
             and case when as_of is null then x.live else (
      select h.version = x.version and h.status = 'active' from record_versions h
       where h.record_id = x.record_id and h.received_at <= as_of order by h.version desc limit 1) end));
    end if;
    if way = 'back' and exists (select from match_points p where p.code = any(open) and p.side in (1, 4, 6)) then
      matched := array(
        with told as materialized (
          select p.* from match_points p where p.code = any(open) and p.side in (1, 4, 6)
        ), alive as materialized (
          select t.record_id, t.version, h.occurred_at from (select distinct record_id, version from told) t
            join lateral (
      select h.version, h.status, h.occurred_at from record_versions h
       where h.record_id = t.record_id and (as_of is null or h.received_at <= as_of) order by h.version desc limit 1) h on h.version = t.version and h.status = 'active'
        ), met as materialized (
          select distinct a.code as from_code, b.code as to_code, a.record_id as a_id, a.version as a_version, b.record_id as b_id, b.version as b_version,
                 m.rule, m.confidence
            from alive join told b on b.record_id = alive.record_id and b.version = alive.version
            join (values (0, 1, 'stall', 0.8::real, false), (3, 4, 'supplier', 0.6::real, true), (5, 6, 'same', 0.8::real, true))
              m (from_side, to_side, rule, confidence, mass) on m.to_side = b.side and m.confidence >= sure
            cross join lateral (
        select b.who
        union select s.trader from (
          select distinct t.trader from stall_traders t where t.stall = b.who and t.day between b.day - 60 and b.day + 60) s
         where exists (
           select from stall_traders t where t.stall = b.who and t.trader = s.trader and t.day between b.day - 60 and b.day + 60
              and (select h.version = t.version and h.status = 'active' from record_versions h
                    where h.record_id = t.record_id and (as_of is null or h.received_at <= as_of) order by h.version desc limit 1))
        union select s.stall from (
          select distinct t.stall from stall_traders t where t.trader = b.who and t.day between b.day - 60 and b.day + 60) s
         where exists (
           select from stall_traders t where t.trader = b.who and t.stall = s.stall and t.day between b.day - 60 and b.day + 60
              and (select h.version = t.version and h.status = 'active' from record_versions h
                    where h.record_id = t.record_id and (as_of is null or h.received_at <= as_of) order by h.version desc limit 1))) w (who)
            join match_points a on a.who = w.who and a.what = b.what and a.side = m.from_side::smallint
           where a.code is not null and a.code <> b.code
             and (not m.mass or abs(a.kilograms - b.kilograms) <= 0.02 * greatest(a.kilograms, b.kilograms))
        )
        select (null, m.from_code, m.to_code, m.b_id, m.b_version, m.rule, m.confidence, null, null, alive.occurred_at, m.a_id)::trace_link
          from met m
          join lateral (
            select h.version, h.status, h.occurred_at from record_versions h
             where h.record_id = m.a_id and (as_of is null or h.received_at <= as_of) order by h.version desc limit 1
          ) h on h.version = m.a_version and h.status = 'active'
          join alive on alive.record_id = m.b_id and alive.version = m.b_version
         where m.rule = 'same' or not exists (
           select from lot_edges x where x.to_code = m.to_code
              and case when as_of is null then x.live else (
      select h.version = x.version and h.status = 'active' from record_versions h
       where h.record_id = x.record_id and h.received_at <= as_of order by h.version desc limit 1) end));
    elsif way = 'forward' and exists (select from match_points p where p.code = any(codes) and p.side in (0, 3, 5)) then
      matched := array(
        with told as materialized (
          select p.* from match_points p where p.code = any(codes) and p.side in (0, 3, 5)
        ), alive as materialized (
          select t.record_id, t.version, h.occurred_at from (select distinct record_id, version from told) t
            join lateral (
      select h.version, h.status, h.occurred_at from record_versions h
       where h.record_id = t.record_id and (as_of is null or h.received_at <= as_of) order by h.version desc limit 1) h on h.version = t.version and h.status = 'active'
        ), met as materialized (
          select distinct a.code as from_code, b.code as to_code, a.record_id as a_id, a.version as a_version, b.record_id as b_id, b.version as b_version,
                 m.rule, m.confidence
            from alive join told a on a.record_id = alive.record_id and a.version = alive.version
            join (values (0, 1, 'stall', 0.8::real, false), (3, 4, 'supplier', 0.6::real, true), (5, 6, 'same', 0.8::real, true))
              m (from_side, to_side, rule, confidence, mass) on m.from_side = a.side and m.confidence >= sure
            cross join lateral (
        select a.who
        union select s.trader from (
          select distinct t.trader from stall_traders t where t.stall = a.who and t.day between a.day - 60 and a.day + 60) s
         where exists (
           select from stall_traders t where t.stall = a.who and t.trader = s.trader and t.day between a.day - 60 and a.day + 60
              and (select h.version = t.version and h.status = 'active' from record_versions h
                    where h.record_id = t.record_id and (as_of is null or h.received_at <= as_of) order by h.version desc limit 1))
        union select s.stall from (
          select distinct t.stall from stall_traders t where t.trader = a.who and t.day between a.day - 60 and a.day + 60) s
         where exists (
           select from stall_traders t where t.trader = a.who and t.stall = s.stall and t.day between a.day - 60 and a.day + 60
              and (select h.version = t.version and h.status = 'active' from record_versions h
                    where h.record_id = t.record_id and (as_of is null or h.received_at <= as_of) order by h.version desc limit 1))) w (who)
            join match_points b on b.who = w.who and b.what = a.what and b.side = m.to_side::smallint
           where b.code is not null and b.code <> a.code
             and (not m.mass or abs(a.kilograms - b.kilograms) <= 0.02 * greatest(a.kilograms, b.kilograms))
        )
        select (null, m.from_code, m.to_code, m.b_id, m.b_version, m.rule, m.confidence, null, null, h.occurred_at, m.a_id)::trace_link
          from met m
          join lateral (
            select h.version, h.status, h.occurred_at from record_versions h
             where h.record_id = m.b_id and (as_of is null or h.received_at <= as_of) order by h.version desc limit 1
          ) h on h.version = m.b_version and h.status = 'active'
         where m.rule = 'same' or not exists (
           select from lot_edges x where x.to_code = m.to_code
              and case when as_of is null then x.live else (
      select h.version = x.version and h.status = 'active' from record_versions h
       where h.record_id = x.record_id and h.received_at <= as_of order by h.version desc limit 1) end));
    end if;
  end if;

  if coalesce(cardinality(entered), 0) + coalesce(cardinality(matched), 0) = 0 then
    return query select * from unnest(exact);
  elsif way = 'back' then
    return query select * from unnest(exact || entered || matched) l where after is null or l.from_code collate "C" > after collate "C"
      order by l.from_code collate "C", l.to_code collate "C", l.rule collate "C", l.record_id collate "C" limit at_once;
  else
    return query select * from unnest(exact || entered || matched) l where after is null or l.to_code collate "C" > after collate "C"
      order by l.to_code collate "C", l.from_code collate "C", l.rule collate "C", l.record_id collate "C" limit at_once;
  end if;
end $$;

-- The steps of a walk, one after the other: of each step its links, at most `at_once`. Ends where nothing new is reached, behind a step that has more than
-- these, and where more than `nodes` codes are reached.
create function trace_walk(roots text[], way text, steps integer, as_of timestamptz, sure real, at_once integer, nodes integer)
  returns setof trace_link
  language plpgsql stable
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set join_collapse_limit = 1 set plan_cache_mode = force_generic_plan
as $$
declare
  frontier text[] := roots;
  visited text[] := roots;
  found trace_link[];
begin
  for n in 1..steps loop
    exit when cardinality(frontier) = 0;
    found := array(select s from trace_step(frontier, way, as_of, sure, null, at_once) s);
    return query select n, f.from_code, f.to_code, f.record_id, f.version, f.rule, f.confidence, f.quantity, f.unit, f.occurred_at, f.with_record
      from unnest(found) f;
    exit when cardinality(found) >= at_once;
    frontier := array(
      select distinct case way when 'back' then f.from_code else f.to_code end from unnest(found) f
      except all select unnest(visited));
    visited := visited || frontier;
    exit when cardinality(visited) - cardinality(roots) > nodes;
  end loop;
end $$;

-- The records that mention each code, and the tests of what is at the stall where its goods are: at most `per_code` of them, papers, holds and tests before
-- trades. Each record once, with the codes that it is given for and its place among those of each; where it is one too many for all of them, without its body.
create function trace_mentions(wanted text[], as_of timestamptz, per_code integer, untraced text[])
  returns table (codes text[], places integer[], id text, version integer, kind text, system text, status text, received_at timestamptz, flags text[], body text)
  language plpgsql stable
  set enable_seqscan = off set enable_mergejoin = off set join_collapse_limit = 1 set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
  return query
  -- The index is searched for some codes at a time: each search reads the entries that wait to be merged, and compares what it finds with every code.
  with pieces as (
    select array_agg(c.code) as codes from unnest(wanted) with ordinality c (code, n) group by (c.n - 1) / 64
  ), named as materialized (
    select v.record_id, v.version, v.kind, v.occurred_at, v.codes from pieces
     cross join lateral (
       select v.* from record_versions v
        where v.codes && pieces.codes and v.kind <> all(untraced) and v.version = (
          select h.version from record_versions h where h.record_id = v.record_id and (as_of is null or h.received_at <= as_of)
           order by h.version desc limit 1) offset 0) v
  ), here as materialized (
    select p.* from match_points p where p.code = any(wanted) and p.side = 0
  ), told as materialized (
    select t.record_id, t.version from (select distinct record_id, version from here) t
      join lateral (
      select h.version, h.status, h.occurred_at from record_versions h
       where h.record_id = t.record_id and (as_of is null or h.received_at <= as_of) order by h.version desc limit 1) h on h.version = t.version and h.status = 'active'
  ), tested as materialized (
    select distinct p.code, t.record_id, t.version from told
      join here p on p.record_id = told.record_id and p.version = told.version
      cross join lateral (
        select p.who
        union select s.trader from (
          select distinct t.trader from stall_traders t where t.stall = p.who and t.day between p.day - 60 and p.day + 60) s
         where exists (
           select from stall_traders t where t.stall = p.who and t.trader = s.trader and t.day between p.day - 60 and p.day + 60
              and (select h.version = t.version and h.status = 'active' from record_versions h
                    where h.record_id = t.record_id and (as_of is null or h.received_at <= as_of) order by h.version desc limit 1))
        union select s.stall from (
          select distinct t.stall from stall_traders t where t.trader = p.who and t.day between p.day - 60 and p.day + 60) s
         where exists (
           select from stall_traders t where t.trader = p.who and t.stall = s.stall and t.day between p.day - 60 and p.day + 60
              and (select h.version = t.version and h.status = 'active' from record_versions h
                    where h.record_id = t.record_id and (as_of is null or h.received_at <= as_of) order by h.version desc limit 1))) w (who)
      join match_points t on t.who = w.who and t.what = p.what and t.side = 2::smallint
  ), mentioned as (
    select c.code, n.record_id, n.version, n.kind, n.occurred_at
      from named n cross join lateral unnest(n.codes) c (code) join (select distinct unnest(wanted) as code) k on k.code = c.code
    union
    select t.code, t.record_id, t.version, 'test', h.occurred_at from tested t
      join lateral (
      select h.version, h.status, h.occurred_at from record_versions h
       where h.record_id = t.record_id and (as_of is null or h.received_at <= as_of) order by h.version desc limit 1) h on h.version = t.version and h.status = 'active'
  ), placed as (
    select m.code, m.record_id, m.version, (row_number() over (
             partition by m.code order by case m.kind when 'hold' then 0 when 'document' then 1 when 'test' then 2 when 'disposal' then 3
               when 'production' then 4 when 'transformation' then 5 when 'entry' then 6 when 'dispatch' then 7 else 8 end,
             m.occurred_at, m.record_id))::integer as place
      from mentioned m
  ), chosen as materialized (
    select array_agg(p.code) as codes, array_agg(p.place) as places, p.record_id, p.version, min(p.place) as first_place
      from placed p where p.place <= per_code + 1 group by p.record_id, p.version
  )
  select c.codes, c.places, v.record_id, v.version, v.kind, v.system, v.status, v.received_at, v.flags, case when c.first_place <= per_code then v.body end
    from chosen c cross join lateral (
      select v.* from record_versions v where v.record_id = c.record_id and v.version = c.version offset 0) v;
end $$;
