-- A channel of a system: what an operator set of it, how far it has read, and who works on it. What its system.yaml says is not here.
create table channels (
  system        text not null references systems (id),
  name          text not null,
  is_on         boolean not null default false,
  settings      jsonb not null default '{}',
  limits        jsonb not null default '{}',
  allow_address text[] not null default '{}',
  -- In place of what system.yaml says: {every} or {cron}.
  rhythm        jsonb,
  changed_at    timestamptz not null default clock_timestamp(),
  -- Of the adapter, from which exactly the rest follows. Written in the transaction of the page that it stands behind.
  state         jsonb,
  -- Grows with each lease; a page is stored only for the newest.
  fence         bigint not null default 0,
  leased_until  timestamptz,
  -- Null: at once.
  next_at       timestamptz,
  -- Failures in a row.
  attempts      integer not null default 0,
  last_error    jsonb,
  -- Since when every try failed.
  failing_since timestamptz,
  ran_at        timestamptz,
  done_at       timestamptz,
  messages      bigint not null default 0,
  received      bigint not null default 0,
  rejected      bigint not null default 0,
  refused       bigint not null default 0,
  -- Of the scan for what was deleted at the source.
  scan_next_at  timestamptz,
  scanned_at    timestamptz,
  scan_error    jsonb,
  primary key (system, name)
);
create index channels_on on channels (next_at) where is_on;
