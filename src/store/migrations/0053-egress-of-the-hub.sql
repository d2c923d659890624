-- Where the hub may go for what is of no partner (docs/outbound.md); null: anywhere that the address check lets pass. One row.
create table hub_egress (
  one    boolean primary key default true check (one),
  egress text[]
);
insert into hub_egress default values;
select watch_setting('hub_egress', 'one', 'egress');

-- The list of the closest owner that has one counts, and no other's: partners whose scopes name the link, then those who send for the system, then those who read it, then
-- the hub. What another partner of the system may reach opens nothing for a link of its own owner. Targets of alerts and anchors are of nobody: asked without link and system.
create or replace function egress_rules(of_link uuid, of_system text) returns text[] language sql stable as $$
  with owners as (
    select p.egress, case when p.scopes && array['link:' || of_link] then 1 when p.scopes && array['push:' || of_system] then 2 else 3 end as distance
      from partners p where p.egress is not null and p.scopes && array['link:' || of_link, 'push:' || of_system, 'read:' || of_system]
    union all
    select egress, 4 from hub_egress where egress is not null)
  select case when count(*) = 0 then '{}' else array['only:-'] || array(
           select distinct 'only:' || e from owners o, unnest(o.egress) e where o.distance = (select min(distance) from owners) order by 1) end
    from owners
$$;
