-- What was erased of persons, so that the log of evidence is still verified: the commitment that was sealed, and that of the row as it is now. The entry of
-- audit_log that is named holds a digest over all rows of one erasure.
create table erasures (
  subject   text primary key,
  was       text not null,
  now       text not null,
  entry     bigint not null,
  erased_at timestamptz not null default clock_timestamp()
);
create index erasures_entry on erasures (entry);
create trigger only_grows before update or delete on erasures for each row execute function refuse_rewriting();
create trigger only_grows_whole before truncate on erasures for each statement execute function refuse_rewriting();
