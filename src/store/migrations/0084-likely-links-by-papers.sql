-- What was made of a lot was not made of what others had bought of it before (docs/adr/0007): the link `entered` is of papers alone.
-- Two entries of as much at one stall are one lot written down twice unless they came under papers of one type of which none is the same (src/core/lineage/matching.ts, docs/adr/0025): a lorry of
-- another farm is not recalled for its weight. Written with each point from now on; of what was written before nobody knows the papers here, and it is the same lot as before.
alter table match_points add column papers bigint[];

-- The type of a paper stands in the bits above the fortieth. Where one of them is not known it is not asked: a call is more than all the rest of a pair.
create function papers_agree(a bigint[], b bigint[]) returns boolean language sql immutable
  return a && b or not exists (select from unnest(a) x join unnest(b) y on x >> 40 = y >> 40);

-- The links one step from the codes that no edge says alone: what was made of the paper that a lot came in under, and goods of two records that are likely
-- the same (sides and rules of points are those of src/core/lineage/matching.ts). `is_made`: whether a transformation may have made one of the codes.
-- Of those that do not lead behind the code `after`, or that lead behind the code `upto`, none need be given, where these are not null; where there are many
-- of the others, as few as the first `at_once` in the order of the codes that they lead to.
create or replace function trace_likely(codes text[], way text, as_of timestamptz, sure real, is_made boolean, after text, upto text, at_once integer)
  returns trace_link[]
  language plpgsql stable
as $$
declare
  entered trace_link[];
  matched trace_link[];
  open text[] := codes;
  is_many boolean;
begin
  -- A lot and the paper that it came in under are the same goods: what a transformation made of the paper, it made of the lot too. Only inside one
  -- system, because a paper may pass through several places and one of them alone used it up. A lot that came of another one is a part of it: what was made of the rest was not made of this part.
  if sure <= 0.95::real and (way = 'forward' or is_made) then
    if way = 'forward' then
      entered := array(
        select distinct (null, i.to_code, e.to_code, e.record_id, e.version, 'entered', least(e.confidence, 0.95::real), e.quantity, e.unit, e.occurred_at, null)::trace_link
          from unnest(codes) c (code)
         cross join lateral (
           select i.* from lot_edges i where i.to_code = c.code and i.kind = 'entry' and starts_with(i.from_code, 'doc:')
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
           select e.* from lot_edges e where e.to_code = c.code and e.kind = 'transformation' and starts_with(e.from_code, 'doc:')
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
    -- Vouchers and papers stand nowhere. PostgreSQL takes 0.2 ms and more to begin the statement below, also where it finds nothing: more than half of a walk
    -- of eight steps was that.
    if exists (
      select from match_points p where p.code = any(open) and p.side = any(case when way = 'back' then '{1,4,6}'::smallint[] else '{0,3,5}' end)) then
      with told as materialized (
        select p.who, p.what, p.side, p.day, p.code, p.kilograms, p.papers, p.record_id, p.version,
               case when way = 'back' then p.side - 1 else p.side + 1 end::smallint as other_side
          from match_points p where p.code = any(open) and p.side = any(case when way = 'back' then '{1,4,6}'::smallint[] else '{0,3,5}' end)
           and case when p.side in (3, 4) then 0.6::real else 0.8::real end >= sure
      ), ways as materialized (
        select w.* from (select array_agg(d.who) as whos, array_agg(d.day) as days from (select distinct t.who, t.day from told t) d) d
         cross join lateral trace_ways(d.whos, d.days, as_of) w
      ), pairs as materialized (
        select t.side, t.code, t.record_id, t.version, o.code as other_code, o.record_id as other_id, o.version as other_version
          from told t join ways w on w.who = t.who and w.day = t.day
         cross join lateral (
           select o.code, o.record_id, o.version from match_points o
            where o.who = w.other and o.what = t.what and o.side = t.other_side and o.code is not null and o.code <> t.code
              and (after is null or o.code collate "C" > after collate "C") and (upto is null or o.code collate "C" <= upto collate "C")
              and (t.side in (0, 1) or abs(o.kilograms - t.kilograms) <= 0.02 * greatest(o.kilograms, t.kilograms)) and (o.papers is null or t.papers is null or papers_agree(o.papers, t.papers)) offset 0) o
         where t.side in (5, 6) or (
           select true from lot_edges x where x.to_code = case when way = 'back' then t.code else o.code end
              and case when as_of is null then x.live else (
                select h.version = x.version and h.status = 'active' from record_versions h
                 where h.record_id = x.record_id and h.received_at <= as_of order by h.version desc limit 1) end limit 1) is null
           and (t.side not in (0, 1) or left(case when way = 'back' then t.code else o.code end, 4) in ('rec:', 'doc:') or (
             select true from match_points k where k.code = case when way = 'back' then t.code else o.code end and (k.side = 5 or k.side = 3 and starts_with(k.record_id, 'urn:cnft:dispatch:'))
                and (select h.version = k.version and h.status = 'active' from record_versions h
                      where h.record_id = k.record_id and (as_of is null or h.received_at <= as_of) order by h.version desc limit 1) limit 1) is null)
         limit 2 * at_once + 1
      ), many as materialized (
        select count(*) > 2 * at_once as so from pairs
      ), met as materialized (
        select distinct p.* from pairs p where not (select m.so from many m)
      )
      select array(
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
         where own.counts and other.counts), (select m.so from many m) into matched, is_many;
      if is_many then
        matched := trace_likely_first(open, way, as_of, sure, after, upto, at_once);
      end if;
    end if;
  end if;
  return coalesce(entered, '{}') || coalesce(matched, '{}');
end $$;

-- Of goods of two records that are likely the same (see trace_likely), where there are many: the pairs of all records up to the one by which surely `at_once` of
-- them are there, in the order of the codes that they lead to. Points of one who, what and side meet the same others, so these are looked for once and the
-- pairs counted before any is made. What was found is joined by hash, however little of it the planner expects.
create or replace function trace_likely_first(open text[], way text, as_of timestamptz, sure real, after text, upto text, at_once integer) returns trace_link[]
  language plpgsql stable
  set enable_seqscan = off set enable_hashjoin = on set enable_mergejoin = off set enable_nestloop = off set join_collapse_limit = 1 set plan_cache_mode = force_generic_plan
as $$
begin
  return array(
    with told as materialized (
      select p.who, p.what, p.side, p.day, p.code, p.kilograms, p.papers, p.record_id, p.version, h.occurred_at from match_points p
       cross join lateral (
         select h.occurred_at, h.version = p.version and h.status = 'active' as counts from record_versions h
            where h.record_id = p.record_id and (as_of is null or h.received_at <= as_of) order by h.version desc limit 1) h
       where p.code = any(open) and p.side = any(case when way = 'back' then '{1,4,6}'::smallint[] else '{0,3,5}' end)
         and case when p.side in (3, 4) then 0.6::real else 0.8::real end >= sure and h.counts
         and (way <> 'back' or p.side = 6 or not starts_with(p.code, 'rec:') or (
           select true from lot_edges x where x.to_code = p.code
              and case when as_of is null then x.live else (
                select h.version = x.version and h.status = 'active' from record_versions h
                 where h.record_id = x.record_id and h.received_at <= as_of order by h.version desc limit 1) end limit 1) is null)
         and (p.side <> 1 or left(p.code, 4) in ('rec:', 'doc:') or (
           select true from match_points k where k.code = p.code and (k.side = 5 or k.side = 3 and starts_with(k.record_id, 'urn:cnft:dispatch:'))
              and (select h.version = k.version and h.status = 'active' from record_versions h
                    where h.record_id = k.record_id and (as_of is null or h.received_at <= as_of) order by h.version desc limit 1) limit 1) is null)
    ), alike as materialized (
      select t.who, t.what, t.side, t.day, count(*) as told from told t group by t.who, t.what, t.side, t.day
    ), ways as materialized (
      select w.* from (select array_agg(d.who) as whos, array_agg(d.day) as days from (select distinct a.who, a.day from alike a) d) d
       cross join lateral trace_ways(d.whos, d.days, as_of) w
    ), others as materialized (
      select a.who, a.what, a.side, a.day, a.told, o.code, o.kilograms, o.papers, o.record_id, o.version, h.occurred_at
        from alike a join ways w on w.who = a.who and w.day = a.day
       cross join lateral (
         select o.code, o.kilograms, o.papers, o.record_id, o.version from match_points o
          where o.who = w.other and o.what = a.what and o.side = case when way = 'back' then a.side - 1 else a.side + 1 end::smallint and o.code is not null
            and (after is null or o.code collate "C" > after collate "C") and (upto is null or o.code collate "C" <= upto collate "C") offset 0) o
       cross join lateral (
         select h.occurred_at, h.version = o.version and h.status = 'active' as counts from record_versions h
            where h.record_id = o.record_id and (as_of is null or h.received_at <= as_of) order by h.version desc limit 1) h
       where h.counts and (way = 'back' or a.side = 5 or (
         select true from lot_edges x where x.to_code = o.code
              and case when as_of is null then x.live else (
                select h.version = x.version and h.status = 'active' from record_versions h
                 where h.record_id = x.record_id and h.received_at <= as_of order by h.version desc limit 1) end limit 1) is null)
         and (a.side <> 0 or left(o.code, 4) in ('rec:', 'doc:') or (
           select true from match_points k where k.code = o.code and (k.side = 5 or k.side = 3 and starts_with(k.record_id, 'urn:cnft:dispatch:'))
              and (select h.version = k.version and h.status = 'active' from record_versions h
                    where h.record_id = k.record_id and (as_of is null or h.received_at <= as_of) order by h.version desc limit 1) limit 1) is null)
    ), counted as (
      -- A record that meets others in several ways makes its pairs once: at least those of the way with most of them.
      select o.code, o.record_id, max(case when o.side in (0, 1) and o.code <> all(open) then o.told else (
               select count(*) from told t where t.who = o.who and t.what = o.what and t.side = o.side and t.day = o.day and t.code <> o.code
                  and (o.side in (0, 1) or abs(o.kilograms - t.kilograms) <= 0.02 * greatest(o.kilograms, t.kilograms)) and (o.papers is null or t.papers is null or papers_agree(o.papers, t.papers))) end) as pairs
        from others o group by o.code, o.record_id
    ), last as materialized (
      select s.code, s.record_id from (
        select c.*, sum(c.pairs) over (order by c.code collate "C", c.record_id collate "C") as pairs_so_far from counted c) s
       where s.pairs_so_far >= at_once order by s.code collate "C", s.record_id collate "C" limit 1
    ), met as materialized (
      select distinct t.side, t.code, t.record_id, t.version, t.occurred_at, o.code as other_code, o.record_id as other_id, o.version as other_version,
             o.occurred_at as other_occurred_at
        from others o join told t on t.who = o.who and t.what = o.what and t.side = o.side and t.day = o.day and t.code <> o.code
         and (t.side in (0, 1) or abs(o.kilograms - t.kilograms) <= 0.02 * greatest(o.kilograms, t.kilograms)) and (o.papers is null or t.papers is null or papers_agree(o.papers, t.papers))
       where (select l.code from last l) is null
          or (o.code collate "C", o.record_id collate "C") <= ((select l.code from last l) collate "C", (select l.record_id from last l) collate "C")
    )
    select case when way = 'back' then
             (null, m.other_code, m.code, m.record_id, m.version, r.rule, r.confidence, null, null, m.occurred_at, m.other_id)::trace_link
           else
             (null, m.code, m.other_code, m.other_id, m.other_version, r.rule, r.confidence, null, null, m.other_occurred_at, m.record_id)::trace_link
           end
      from met m
     cross join lateral (
       select case when m.side in (0, 1) then 'stall' when m.side in (3, 4) then 'supplier' else 'same' end as rule,
              case when m.side in (3, 4) then 0.6::real else 0.8::real end as confidence) r);
end $$;

-- Cases that hold by such a link what is free.
update cases set wanted = wanted + 1 where state not in ('cleared', 'closed');
