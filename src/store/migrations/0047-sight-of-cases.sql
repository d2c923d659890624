-- What a caller who may see only certain systems or regions (0036-sight.sql, docs/adr/0038-isolation.md) sees of cases, inspections and goods that moved.

-- Which systems and regions mention a lot of a case: a lot is seen by whoever sees a version that mentions it, and its own description may rest on records of others.
-- Written with the lots, records of the hub's own left out. An index of codes is not asked for such callers, so it is looked up before. Spread by case.
create table case_lot_sights (
  case_id uuid not null references cases (id),
  code    text not null,
  system  text not null,
  -- Empty where the record names none.
  region  text not null,
  primary key (case_id, code, system, region)
);
insert into case_lot_sights
select distinct l.case_id, l.code, v.system, coalesce(v.region, '') from case_lots l
  cross join lateral (select system, region from record_versions where codes @> array[l.code] and system <> 'trace-hub') v;

-- Whether it is held, without the name of its hold, in which stands where others say that it is.
alter table case_lots add column held boolean not null generated always as (hold_record is not null) stored;

alter table case_lot_sights enable row level security;
create policy others on case_lot_sights using (current_user <> 'trace_hub_reader');
create policy sight on case_lot_sights for select using (
  current_user = 'trace_hub_reader'
  and (system = any ((select sight_list('hub.sight_systems'))::text[]) or region ^@ any ((select sight_list('hub.sight_regions'))::text[])));

-- What was made from a version is seen with it.
do $$
declare
  name text;
begin
  foreach name in array array['case_tests', 'case_holds', 'goods_moves'] loop
    execute format('alter table %I enable row level security', name);
    execute format($p$create policy others on %I using (current_user <> 'trace_hub_reader')$p$, name);
    execute format($p$create policy sight on %1$I for select using (
      current_user = 'trace_hub_reader'
      and (select true from record_versions v where v.record_id = %1$I.record_id and v.version = %1$I.version))$p$, name);
  end loop;
end $$;
alter table inspections enable row level security;
create policy others on inspections using (current_user <> 'trace_hub_reader');
create policy sight on inspections for select using (
  current_user = 'trace_hub_reader'
  and (select true from record_versions v where v.record_id = inspections.id and v.version = inspections.version));

alter table case_lots enable row level security;
create policy others on case_lots using (current_user <> 'trace_hub_reader');
create policy sight on case_lots for select using (
  current_user = 'trace_hub_reader'
  and exists (select from case_lot_sights s where s.case_id = case_lots.case_id and s.code = case_lots.code));

-- A case is seen by whoever sees one of its lots or tests.
alter table cases enable row level security;
create policy others on cases using (current_user <> 'trace_hub_reader');
create policy sight on cases for select using (
  current_user = 'trace_hub_reader'
  and (exists (select from case_lot_sights s where s.case_id = cases.id) or exists (select from case_tests t where t.case_id = cases.id)));
alter table case_events enable row level security;
create policy others on case_events using (current_user <> 'trace_hub_reader');
create policy sight on case_events for select using (
  current_user = 'trace_hub_reader' and (select true from cases c where c.id = case_events.case_id));
