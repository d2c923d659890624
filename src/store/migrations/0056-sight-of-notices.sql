-- What a caller who may see only certain systems or regions (0036-sight.sql) sees of notices of recalls and of held changes (docs/adr/0038-isolation.md), and what of
-- persons is not kept as it was written any more.

-- By whom a receiver is seen: a place that the hold names, and the link of such a place, by who sees the hold; another link by who sees its system, or the region in which the
-- registry has it when the notice is written. Null: by who sees everything.
alter table recall_notices
  add column seen_system text,
  add column seen_region text;
update recall_notices n
   set seen_system = case when n.link_id is null or l.filter ? 'sites' then v.system else l.system end,
       seen_region = case when n.link_id is null or l.filter ? 'sites' then v.region else s.region end
  from record_versions v, recall_notices o left join links l on l.id = o.link_id left join systems s on s.id = l.system
 where (o.record_id, o.version, o.receiver) = (n.record_id, n.version, n.receiver) and (v.record_id, v.version) = (n.record_id, n.version);

alter table recall_notices enable row level security;
create policy others on recall_notices using (current_user <> 'trace_hub_reader');
create policy sight on recall_notices for select using (
  current_user = 'trace_hub_reader'
  and (seen_system = any ((select sight_list('hub.sight_systems'))::text[]) or seen_region ^@ any ((select sight_list('hub.sight_regions'))::text[]))
  and (select true from record_versions v where v.record_id = recall_notices.record_id and v.version = recall_notices.version));
alter table recall_notice_events enable row level security;
create policy others on recall_notice_events using (current_user <> 'trace_hub_reader');
create policy sight on recall_notice_events for select using (
  current_user = 'trace_hub_reader'
  and (select true from recall_notices n
        where n.record_id = recall_notice_events.record_id and n.version = recall_notice_events.version and n.receiver = recall_notice_events.receiver));

-- What became of a version over a link is seen with the version.
alter table held_changes enable row level security;
create policy others on held_changes using (current_user <> 'trace_hub_reader');
create policy sight on held_changes for select using (
  current_user = 'trace_hub_reader'
  and (select true from record_versions v where v.record_id = held_changes.record_id and v.version = held_changes.version));

-- Why a change was given up is sealed from now on: what begins as something sealed is told apart from it (src/store/personal/sealed-text.ts).
update held_changes set reason = 'plain:' || reason where reason ~ '^(sealed|plain):';

-- Stalls are compared and never shown: a digest of the name serves, which may be that of the keeper (`digestUuid` of src/store/inspections.ts).
alter table inspections
  alter column stall drop not null,
  alter column stall type uuid using case when stall <> '' then
    overlay(overlay(left(encode(sha256(convert_to('stall' || E'\n' || stall, 'UTF8')), 'hex'), 32) placing '8' from 13 for 1) placing 'a' from 17 for 1)::uuid end;
