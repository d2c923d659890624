-- A walk can rest behind a step and go on, so that the records of what it reached are read meanwhile (src/flow/trace/load-trace.ts).

drop function trace_walk(text[], text, integer, timestamptz, real, integer, integer, boolean);

-- The steps of a walk, one after the other: of each step its links, at most `at_once`. Ends where nothing new is reached, behind a step that has more than
-- these, behind one by which more than `rest_behind` codes are reached, and where more than `nodes` are; of that step, where `cut` is true, the links are
-- given of so many codes and of the next one. `known`: codes that were reached before the roots, so that a walk that rested goes on.
create function trace_walk(roots text[], way text, steps integer, as_of timestamptz, sure real, at_once integer, nodes integer, cut boolean,
  rest_behind integer default null, known text[] default '{}')
  returns setof trace_link
  language plpgsql stable
  set enable_seqscan = off set enable_hashjoin = on set enable_mergejoin = off set join_collapse_limit = 1 set plan_cache_mode = force_generic_plan
as $$
declare
  frontier text[] := roots;
  visited text[] := roots || known;
  begun integer := cardinality(visited);
  exact text[];
  places tid[];
  is_made boolean;
  likely trace_link[];
  fresh text[];
  room integer;
  upto text;
  given integer;
begin
  for n in 1..steps loop
    exit when cardinality(frontier) = 0;
    -- First the codes alone, with the places of their rows: most walks end in a step that leads to more of them than are wanted.
    if way = 'back' then
      select coalesce(array_agg(f.from_code), '{}'), array_agg(f.tid), bool_or(f.rule = 'transformation') into exact, places, is_made from (
        select e.from_code, e.ctid as tid, e.rule from lot_edges e where e.to_code = any(frontier) and e.confidence >= sure
           and case when as_of is null then e.live else (
             select h.version = e.version and h.status = 'active' from record_versions h
              where h.record_id = e.record_id and h.received_at <= as_of order by h.version desc limit 1) end limit at_once) f;
    else
      select coalesce(array_agg(f.to_code), '{}'), array_agg(f.tid) into exact, places from (
        select e.to_code, e.ctid as tid from lot_edges e where e.from_code = any(frontier) and e.confidence >= sure
           and case when as_of is null then e.live else (
             select h.version = e.version and h.status = 'active' from record_versions h
              where h.record_id = e.record_id and h.received_at <= as_of order by h.version desc limit 1) end limit at_once) f;
    end if;
    if cardinality(exact) >= at_once then
      return query select * from trace_links(n, frontier, way, as_of, sure, trace_likely(frontier, way, as_of, sure, true, null), null, null, at_once);
      exit;
    end if;
    room := nodes - (cardinality(visited) - begun);
    fresh := array(select c from (select unnest(exact) except select unnest(visited)) f (c) order by c collate "C");
    upto := case when cut then fresh[room + 1] end;
    likely := trace_likely(frontier, way, as_of, sure, is_made, upto);
    exit when cardinality(exact) + cardinality(likely) = 0;
    if cardinality(likely) > 0 then
      fresh := array(select c from ((select unnest(exact) union all select case way when 'back' then l.from_code else l.to_code end from unnest(likely) l) except select unnest(visited)) f (c) order by c collate "C");
      upto := case when cut then fresh[room + 1] end;
    end if;
    if way = 'back' then
      return query select * from (
        select n, e.from_code, e.to_code, e.record_id, e.version, e.rule, e.confidence, e.quantity, e.unit, e.occurred_at, null::text
          from lot_edges e where e.ctid = any(array(select p.tid from unnest(exact, places) p (code, tid) where upto is null or p.code collate "C" <= upto collate "C"))
        union all
        select n, l.from_code, l.to_code, l.record_id, l.version, l.rule, l.confidence, l.quantity, l.unit, l.occurred_at, l.with_record
          from unnest(likely) l where upto is null or l.from_code collate "C" <= upto collate "C") l
       order by l.from_code collate "C", l.to_code collate "C", l.rule collate "C", l.record_id collate "C" limit at_once;
    else
      return query select * from (
        select n, e.from_code, e.to_code, e.record_id, e.version, e.rule, e.confidence, e.quantity, e.unit, e.occurred_at, null::text
          from lot_edges e where e.ctid = any(array(select p.tid from unnest(exact, places) p (code, tid) where upto is null or p.code collate "C" <= upto collate "C"))
        union all
        select n, l.from_code, l.to_code, l.record_id, l.version, l.rule, l.confidence, l.quantity, l.unit, l.occurred_at, l.with_record
          from unnest(likely) l where upto is null or l.to_code collate "C" <= upto collate "C") l
       order by l.to_code collate "C", l.from_code collate "C", l.rule collate "C", l.record_id collate "C" limit at_once;
    end if;
    get diagnostics given = row_count;
    exit when given >= at_once;
    frontier := fresh;
    visited := visited || fresh;
    exit when cardinality(visited) - begun > least(nodes, rest_behind);
  end loop;
end $$;
