-- What a caller who may see only certain systems or regions (0036-sight.sql, docs/adr/0038-isolation.md) sees of markets, published reports, unknown products and aliases.

-- What the records of each system come to in a grain is seen like these records. Figures of a market add up what everybody told of it, so they are made again from the lines
-- that are seen; found by the day.
create index supervision_lines_day on supervision_lines (day, said);
alter table supervision_lines enable row level security;
create policy others on supervision_lines using (current_user <> 'trace_hub_reader');
create policy sight on supervision_lines for select using (
  current_user = 'trace_hub_reader'
  and (system = any ((select sight_list('hub.sight_systems'))::text[]) or region ^@ any ((select sight_list('hub.sight_regions'))::text[])));

-- A report of a region is seen by whoever sees the region: its figures are those that it sees by the day. Which systems were silent is told to who sees them, and how far
-- the log was tells how much others send.
alter table supervision_reports add column seen_body jsonb not null generated always as ((body #- '{asOf,position}' #- '{asOf,head}') - 'silent') stored;
alter table supervision_reports enable row level security;
create policy others on supervision_reports using (current_user <> 'trace_hub_reader');
create policy sight on supervision_reports for select using (
  current_user = 'trace_hub_reader'
  and scope ^@ 'r:' and substr(scope, 3) ^@ any ((select sight_list('hub.sight_regions'))::text[]));

-- Products that nothing names, and aliases that were decided for one system, are seen by who sees the system.
create index unknown_products_system on unknown_products (system, name, code, own_code);
alter table unknown_products enable row level security;
create policy others on unknown_products using (current_user <> 'trace_hub_reader');
create policy sight on unknown_products for select using (
  current_user = 'trace_hub_reader' and system = any ((select sight_list('hub.sight_systems'))::text[]));
alter table product_aliases enable row level security;
create policy others on product_aliases using (current_user <> 'trace_hub_reader');
create policy sight on product_aliases for select using (
  current_user = 'trace_hub_reader' and system = any ((select sight_list('hub.sight_systems'))::text[]));
