-- Cases: what became of goods that failed a test, or that an official stopped (src/core/cases/). The state of a case is in its row; how it came to it is in
-- its events, which are only ever added. Its lots and holds are made anew from the graph whenever a fact changes that touches it, and its hold records in the
-- change log from them. On a distributed database all tables are spread by case, and case_tests by the record of the test.
create table cases (
  id            uuid primary key,
  -- Name of the hub when the case was opened: it stands in the keys of its hold records.
  hub           text not null,
  state         text not null check (state in
    ('suspect', 'held', 'objected', 'retest', 'cleared', 'confirmed', 'disposal', 'notified', 'closed')),
  -- Nothing spreads beyond the tested lot at its stall until a laboratory has confirmed.
  narrow        boolean not null,
  opened_by     text not null check (opened_by in ('test', 'official')),
  -- The test that opened it, or the code that an official named, with the reason.
  test_id       text,
  code          text,
  reason        text,
  cause         text not null,
  product_name  text,
  product_code  text,
  product_class text,
  region        text,
  site          text,
  market        text,
  stall         text,
  -- When the goods were tested or stopped, and when the result was told.
  occurred_at   timestamptz,
  told_at       timestamptz not null,
  opened_at     timestamptz not null,
  state_at      timestamptz not null,
  confirmed_at  timestamptz,
  ended_at      timestamptz,
  due           text,
  due_at        timestamptz,
  -- Kilograms that are held, and that were disposed of.
  held_mass     numeric not null default 0,
  disposed_mass numeric not null default 0,
  -- Whether lots and holds must be made anew; counted, so that what comes meanwhile is not lost.
  wanted        bigint not null default 1,
  settled       bigint not null default 0,
  -- More codes are reached than a case holds.
  truncated     boolean not null default false,
  -- Who and what of the ways in which its goods may meet others (match_points).
  whos          uuid[] not null default '{}',
  whats         uuid[] not null default '{}',
  constraint cases_cause check (test_id is not null or code is not null)
);
create index cases_opened on cases (opened_at desc, id desc);
create index cases_unsettled on cases (id) where wanted > settled;
create index cases_open on cases (state, id) where state not in ('cleared', 'closed');
create index cases_due on cases (due_at) where due_at is not null;

-- Tests that belong to a case, in the version that counted last.
create table case_tests (
  record_id text primary key,
  case_id   uuid not null references cases (id),
  version   integer not null,
  verdict   text not null,
  -- Whether it is of a laboratory.
  is_lab    boolean not null
);
create index case_tests_case on case_tests (case_id);

-- Only ever added to.
create table case_events (
  case_id     uuid not null references cases (id),
  no          integer not null,
  event       text not null,
  from_state  text,
  to_state    text not null,
  -- When it happened, as was told, and when it was written here.
  at          timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  -- `hub`, `administrator`, or the identifier of a key.
  actor       text not null,
  mass        numeric,
  method      text,
  note        text,
  record_id   text,
  version     integer,
  primary key (case_id, no)
);
create function refuse_case_event_changes() returns trigger language plpgsql as $$
begin
  raise exception 'events of a case are never changed';
end $$;
create trigger case_events_stay before update or delete on case_events
  for each row execute function refuse_case_event_changes();

-- Every code that the goods of a case have or had, as the graph shows it now.
create table case_lots (
  case_id       uuid not null references cases (id),
  code          text not null,
  kind          text not null check (kind in ('lot', 'document')),
  -- tested; upstream: up to the nearest dispatch; downstream; sold: tickets; origin: behind the dispatch, told and not held.
  role          text not null check (role in ('tested', 'upstream', 'downstream', 'sold', 'origin')),
  depth         integer not null,
  -- The step by which it was reached: from which code, by which record and rule, and how sure it is.
  via_code      text,
  via_record    text,
  rule          text,
  confidence    real,
  scheme        text,
  -- Key of its place, and the place in words.
  place         text not null,
  site          text,
  market        text,
  stall         text,
  region        text,
  product_name  text,
  product_class text,
  mass          numeric,
  occurred_at   timestamptz,
  -- The hold record that names it; null where it is not held.
  hold_record   text,
  primary key (case_id, code)
);
create index case_lots_code on case_lots (code);

-- The hold records of a case, one for each place.
create table case_holds (
  case_id   uuid not null references cases (id),
  place     text not null,
  record_id text not null,
  version   integer not null,
  hold_kind text not null check (hold_kind in ('stop_sale', 'recall', 'release')),
  -- When the order of this kind was given there.
  since     timestamptz not null,
  primary key (case_id, place)
);

-- What was there before is known already: cases are opened for what comes from now on.
insert into followers (name, position) select 'cases', coalesce(max(position), 0) from record_versions;
