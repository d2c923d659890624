-- The ways in which records may meet although no code joins them (src/core/lineage/matching.ts): of the same who (stall, trader or supplier) and what
-- (rule, product and day), both digested, on sides that belong together. Like an edge a point counts only while its version is the newest of its record,
-- and active. On a distributed database both tables are spread by who or stall.
create table match_points (
  who       uuid not null,
  what      uuid not null,
  side      smallint not null,
  record_id text not null,
  version   integer not null,
  day       date not null,
  -- The goods; null for a test.
  code      text,
  kilograms numeric,
  primary key (who, what, side, record_id, version)
);
create index match_points_code on match_points (code) where code is not null;

-- Who had which stall on a day, as a record says that names both.
create table stall_traders (
  stall     uuid not null,
  trader    uuid not null,
  day       date not null,
  record_id text not null,
  version   integer not null,
  primary key (stall, trader, day)
);
create index stall_traders_trader on stall_traders (trader, stall, day);
