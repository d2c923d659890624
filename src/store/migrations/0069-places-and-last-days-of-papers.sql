-- Places of one name in two regions are two under papers as well: what is known by its name alone stands under name and region, as in 0068
-- (core/balance/goods-site.ts).
update document_mentions m set site = m.site || '@' || v.region from record_versions v
 where v.record_id = m.record_id and v.version = m.version and m.site = m.site_name and v.region is not null;
-- Papers that were used at two places of one name are judged anew.
insert into finding_checks (subject, due_at)
select distinct code, now() from (
  select code from document_mentions where role = 'upstream' and site like site_name || '@%' group by code, site_name having count(distinct site) > 1) m
on conflict (subject) do nothing;
-- The last day of a paper is counted by the rule of its type, no longer by what the paper states. What was counted before is taken off as it was put in: up to here
-- the counters stand by the former rules. Gone with the row, when they are made anew.
alter table followers add column former_to bigint;
update followers set former_to = position where name = 'supervision';
