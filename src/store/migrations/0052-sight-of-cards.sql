-- Cards of parties and sites for callers who may see only certain systems or regions (0036-sight.sql, docs/adr/0038-isolation.md). A card of theirs is made from what their
-- records say and from nothing else: which codes are of one party, too. Both tables are made from the log by the follower `card-sights`, beside those of the follower `cards`
-- (0004-reference.sql); they can be emptied and made anew by setting its position to 0.

-- How often the newest versions of records of a region say a description. Empty region: the records name none. Spread by description.
create table description_sights (
  id         uuid not null,
  region     text collate "C" not null,
  system     text not null,
  records    bigint not null,
  first_seen timestamptz not null,
  last_seen  timestamptz not null,
  newest     text[] not null,
  primary key (id, region)
);

-- How many records of a system and region name a code. Spread by code.
create table card_code_sights (
  subject text not null,
  code    text collate "C" not null,
  system  text not null,
  region  text collate "C" not null,
  records bigint not null,
  primary key (subject, code, system, region)
);
create index card_code_sights_system on card_code_sights (subject, system, code) where records > 0;
create index card_code_sights_region on card_code_sights (subject, region, code) where records > 0;

do $$
declare
  name text;
begin
  foreach name in array array['description_sights', 'card_code_sights'] loop
    execute format('alter table %I enable row level security', name);
    execute format($p$create policy others on %I using (current_user <> 'trace_hub_reader')$p$, name);
    execute format($p$create policy sight on %I for select using (
      current_user = 'trace_hub_reader'
      and (system = any ((select sight_list('hub.sight_systems'))::text[]) or region ^@ any ((select sight_list('hub.sight_regions'))::text[])))$p$, name);
  end loop;
end $$;

-- What is said is seen where it is said; one look at the primary key for each row.
alter table descriptions enable row level security;
create policy others on descriptions using (current_user <> 'trace_hub_reader');
create policy sight on descriptions for select using (
  current_user = 'trace_hub_reader'
  and (select true from description_sights s where s.id = descriptions.id and s.records > 0 limit 1));
