-- What a caller sees who may see only certain systems or regions (docs/adr/0038-isolation.md). Such a caller reads as the role trace_hub_reader, which may
-- read the tables below and nothing else, and of these the rows that its sight lets through: systems in `hub.sight_systems`, prefixes of GB/T 2260 codes in
-- `hub.sight_regions`, both divided by commas. A setting that is missing or empty (which is what SET LOCAL leaves behind) shows nothing. What the role may
-- read is granted by src/store/reader-role.ts, because the account of the hub may not be allowed to make roles. All other roles are as they were: what
-- they may do is said by their grants.

-- The list that a setting holds; null, which is equal to nothing, where it is missing or empty.
create function sight_list(setting text) returns text[] language sql stable parallel safe
  return array_remove(string_to_array(nullif(current_setting(setting, true), ''), ','), '');

-- A version of a record is seen by its system, and by the region that it names.
alter table record_versions enable row level security;
create policy others on record_versions using (current_user <> 'trace_hub_reader');
create policy sight on record_versions for select using (
  current_user = 'trace_hub_reader'
  and (system = any ((select sight_list('hub.sight_systems'))::text[]) or region ^@ any ((select sight_list('hub.sight_regions'))::text[])));

-- What follows from a version is seen with it: the policy of record_versions decides, because the reader asks.
do $$
declare
  name text;
begin
  foreach name in array array['lot_edges', 'match_points', 'stall_traders', 'document_mentions'] loop
    execute format('alter table %I enable row level security', name);
    execute format($p$create policy others on %I using (current_user <> 'trace_hub_reader')$p$, name);
    execute format($p$create policy sight on %1$I for select using (
      current_user = 'trace_hub_reader'
      and exists (select from record_versions v where v.record_id = %1$I.record_id and v.version = %1$I.version))$p$, name);
  end loop;
end $$;

alter table findings enable row level security;
create policy others on findings using (current_user <> 'trace_hub_reader');
create policy sight on findings for select using (
  current_user = 'trace_hub_reader'
  and exists (select from record_versions v where v.record_id = findings.id and v.version = findings.version));

-- A system, its messages and what became of them are seen by who sees the system; regions have no part in them.
do $$
declare
  name text;
begin
  foreach name in array array['messages', 'large_messages', 'rejections', 'drift', 'new_values', 'null_shares', 'parked_bases', 'parked_details',
    'dangling_references', 'quality_counts', 'quality_reasons', 'quality_codes'] loop
    execute format('alter table %I enable row level security', name);
    execute format($p$create policy others on %I using (current_user <> 'trace_hub_reader')$p$, name);
    execute format($p$create policy sight on %I for select using (
      current_user = 'trace_hub_reader' and system = any ((select sight_list('hub.sight_systems'))::text[]))$p$, name);
  end loop;
end $$;

alter table systems enable row level security;
create policy others on systems using (current_user <> 'trace_hub_reader');
create policy sight on systems for select using (
  current_user = 'trace_hub_reader' and id = any ((select sight_list('hub.sight_systems'))::text[]));

alter table message_results enable row level security;
create policy others on message_results using (current_user <> 'trace_hub_reader');
create policy sight on message_results for select using (
  current_user = 'trace_hub_reader'
  and exists (select from messages m where m.id = message_results.message_id and m.received_at = message_results.received_at));
