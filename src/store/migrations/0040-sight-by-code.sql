-- Callers with a sight (0036-sight.sql) find by index too (docs/adr/0038-isolation.md). PostgreSQL applies what is not leakproof behind the policies, so that an
-- index of codes is not asked for them: the hub looks up which records mention the codes, and of these the policies show those that the caller sees.

-- One look at the primary key for each row, never a table of all versions that are seen.
do $$
declare
  name text;
begin
  foreach name in array array['lot_edges', 'match_points', 'stall_traders', 'document_mentions'] loop
    execute format($p$alter policy sight on %1$I using (
      current_user = 'trace_hub_reader'
      and (select true from record_versions v where v.record_id = %1$I.record_id and v.version = %1$I.version))$p$, name);
  end loop;
end $$;
alter policy sight on findings using (
  current_user = 'trace_hub_reader'
  and (select true from record_versions v where v.record_id = findings.id and v.version = findings.version));
alter policy sight on message_results using (
  current_user = 'trace_hub_reader'
  and (select true from messages m where m.id = message_results.message_id and m.received_at = message_results.received_at));

drop function trace_mentions(text[], timestamptz, integer, text[]);
-- The records that mention each code, and the tests of what is at the stall where its goods are: at most `per_code` of them, papers, holds and tests before
-- trades. Each record once, with the codes that it is given for and its place among those of each; where it is one too many for all of them, without its body.
-- `among`: the records that mention the codes, where they were looked up before; null where the index is to be asked.
create function trace_mentions(wanted text[], as_of timestamptz, per_code integer, untraced text[], among text[])
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
        where among is null and v.codes && pieces.codes and v.kind <> all(untraced) and v.version = (
          select h.version from record_versions h where h.record_id = v.record_id and (as_of is null or h.received_at <= as_of)
           order by h.version desc limit 1) offset 0) v
    union all
    select v.record_id, v.version, v.kind, v.occurred_at, v.codes from unnest(among) a (id)
     cross join lateral (
       select v.* from record_versions v
        where v.record_id = a.id and v.codes && wanted and v.kind <> all(untraced) and v.version = (
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
