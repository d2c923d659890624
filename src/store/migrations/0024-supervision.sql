-- Daily supervision: counters of the newest versions by day of the event, market and region (docs/adr/0029-supervision.md). All of it is made from the
-- change log by the follower `supervision`; it can be emptied and made anew by setting the position of the follower to 0.

-- What the records of each system come to in a grain (day, market, stall or trader with its goods). `said`: the market as the records name it.
-- Spread by place.
create table supervision_lines (
  place   text collate "C" not null,
  day     date not null,
  family  text not null,
  unit    text not null,
  class   text not null,
  region  text not null,
  said    text not null,
  system  text not null,
  detail  text not null,
  records bigint not null,
  mass    numeric not null,
  amount  numeric not null,
  primary key (place, day, family, unit, class, region, said, system, detail)
);
-- Markets that are known by name only get a code when some record gives both.
create index supervision_lines_said on supervision_lines (said) where said like '%@%';

-- Names of markets with the codes that records give beside them, and how many do. Spread by name.
create table supervision_names (
  name    text collate "C" not null,
  code    text collate "C" not null,
  records bigint not null,
  primary key (name, code)
);
create index supervision_names_code on supervision_names (code);

-- The counters: of a market (`p:330105012`), a region and all below it (`r:330100`), or everything (`*`). Spread by scope.
create table supervision_figures (
  scope   text collate "C" not null,
  day     date not null,
  measure text not null,
  class   text not null,
  product text not null,
  detail  text not null,
  records bigint not null,
  mass    numeric not null,
  amount  numeric not null,
  primary key (scope, day, measure, class, product, detail)
);

-- Markets with their regions, as the lines named them. Spread by place.
create table supervision_places (
  region text collate "C" not null,
  place  text collate "C" not null,
  primary key (place, region)
);
create index supervision_places_region on supervision_places (region, place);
