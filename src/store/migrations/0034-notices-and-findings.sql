-- Quantities that are not told in time are urged like what is not acknowledged (docs/recalls.md); a release asks for none.
alter table recall_notices
  alter column report_due_at drop not null,
  add column report_level integer not null default 0;
alter table recall_notice_events
  drop constraint recall_notice_events_event_check,
  add constraint recall_notice_events_event_check
    check (event in ('delivered', 'put_off', 'refused', 'acknowledged', 'reported', 'escalated', 'report_escalated'));
create index recall_notices_unreported on recall_notices (report_due_at) where reported_at is null and acknowledged_at is not null;
create index recall_notices_delivered on recall_notices (delivered_at) where delivered_at is not null;

create function keep_report_level() returns trigger language plpgsql as $$
begin
  if new.report_level < old.report_level then
    raise exception 'what happened with a recall is never changed';
  end if;
  return new;
end $$;
create trigger recall_notices_keep_report before update of report_level on recall_notices
  for each row execute function keep_report_level();

-- A case finds the findings of its tests, lots and papers by their subjects.
create index findings_subject on findings (subject) where subject is not null;
