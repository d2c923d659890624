-- Places of one name in two regions are two: what is known by its name alone stands under name and region (core/balance/goods-site.ts). Farms that are known by name
-- stand so from their next record on; until then their name is one of a place of which the region is not told.
alter table goods_moves add column region text not null default '';
update goods_moves m set region = v.region from record_versions v
 where v.record_id = m.record_id and v.version = m.version and v.region is not null;
update goods_moves set site = site || '@' || region where site = site_name and region <> '';
-- Ways in which records that give a name say the place: a look for each, however many moves there are.
drop index goods_moves_name;
create index goods_moves_name on goods_moves (site_name, site, region) where site_name is not null;
-- What was found under a name alone is judged anew, and with it what stands under that name and a region now.
with found as (
  select subject, substr(subject, 7)::json as parts from findings where state in ('open', 'acknowledged') and subject like 'goods:%'),
moved as (
  select f.subject, m.site, m.goods, m.day from found f join goods_moves m
    on m.site_name = f.parts ->> 0 and m.goods = f.parts ->> 1 and m.day = (f.parts ->> 2)::date and m.site = m.site_name || '@' || m.region)
insert into finding_checks (subject, due_at)
select subject, now() from moved union
select format('goods:[%s,%s,%s]', to_json(site), to_json(goods), to_json(day)), now() from moved
on conflict (subject) do nothing;
