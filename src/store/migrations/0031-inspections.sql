-- The newest version of each inspection, whoever wrote it, for lists and for what is overdue: made from the change log by the follower `inspections`
-- (docs/adr/0029-supervision.md). Can be emptied and made anew. Spread by place.
create table inspections (
  id          text primary key,
  version     integer not null,
  system      text not null,
  -- The market as the record names it: its code, else its name with the region.
  place       text collate "C" not null,
  stall       text not null,
  region      text collate "C" not null,
  result      text not null,
  -- Findings that it answers.
  answers     text[] not null,
  -- When something has to be put right by; null where nothing has.
  due_at      timestamptz,
  occurred_at timestamptz not null
);
create index inspections_when on inspections (occurred_at desc, id desc);
create index inspections_place on inspections (place, occurred_at desc);
create index inspections_due on inspections (due_at) where due_at is not null;

-- Daily reports as they were published. A report that is made again with other figures is the next version. Spread by scope.
create table supervision_reports (
  scope    text collate "C" not null,
  day      date not null,
  edition  text not null check (edition in ('morning', 'final', 'asked')),
  version  integer not null,
  id       uuid not null,
  -- Up to where the log was counted.
  position bigint not null,
  made_at  timestamptz not null,
  -- SHA-256 of the figures.
  digest   bytea not null,
  body     jsonb not null,
  primary key (scope, day, edition, version)
);
create unique index supervision_reports_id on supervision_reports (id, scope);
create index supervision_reports_day on supervision_reports (day desc, edition, scope, version);

-- Cases that were closed on a day.
create index cases_ended on cases (ended_at) where ended_at is not null;
