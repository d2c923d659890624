-- Traders are told apart in the counters of supervision by their codes before their names (docs/adr/0060-traders-of-supervision.md).

-- What was counted up to here is taken off as it was put in, by names alone. Gone with the row, when the counters are made anew.
alter table followers add column named_to bigint;
update followers set named_to = position where name = 'supervision';

-- How the records call the trader: a digest of his name, and codes with their schemes; empty where the unit begins with just that, as all that was counted by names alone. `who`: which of the traders
-- that bear the name of the unit he is, empty where there is one.
alter table supervision_lines drop constraint supervision_lines_pkey,
  add column holder text collate "C" not null default '', add column who text not null default '',
  add primary key (place, day, family, unit, class, region, said, system, detail, holder);

-- Traders of a market and day as records call them, how many records do, and in which unit of the lines they are. Spread by place.
create table supervision_traders (
  place   text collate "C" not null,
  day     date not null,
  region  text not null,
  said    text not null,
  holder  text collate "C" not null,
  records bigint not null,
  unit    text not null,
  who     text not null,
  primary key (place, day, region, said, holder)
);
create index supervision_traders_said on supervision_traders (said) where said like '%@%';
insert into supervision_traders (place, day, region, said, holder, records, unit, who)
select place, day, region, said, split_part(unit, ' ', 1), sum(records), split_part(unit, ' ', 1), ''
  from supervision_lines
 where family in ('entry', 'wholesale', 'retail', 'trade', 'payment') and split_part(unit, ' ', 1) <> ''
 group by place, day, region, said, split_part(unit, ' ', 1);
