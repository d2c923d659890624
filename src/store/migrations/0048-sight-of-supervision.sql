-- Figures of a region (0024-supervision.sql) add up the records that name it or a region below it: whoever sees the region sees them. Those of a market and of everything
-- count records of other regions and of none (docs/adr/0038-isolation.md).
alter table supervision_figures enable row level security;
create policy others on supervision_figures using (current_user <> 'trace_hub_reader');
create policy sight on supervision_figures for select using (
  current_user = 'trace_hub_reader'
  and scope ^@ 'r:' and substr(scope, 3) ^@ any ((select sight_list('hub.sight_regions'))::text[]));
