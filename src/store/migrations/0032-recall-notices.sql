-- Who is to be told of each version of a hold, and when that happened (docs/recalls.md): one row for each receiver, a link or a place
-- that is told by a person. On a distributed database both tables are spread by record, with which their keys begin.
create table recall_notices (
  record_id       text not null,
  version         integer not null,
  -- `link:<id>`, or `place:<code or name>`.
  receiver        text not null,
  link_id         uuid,
  name            text not null,
  hold_kind       text not null check (hold_kind in ('stop_sale', 'recall', 'release', 'void')),
  -- When the version was taken here, or when a receiver that was added later became one.
  ordered_at      timestamptz not null,
  due_at          timestamptz not null,
  report_due_at   timestamptz not null,
  event           text,
  first_sent_at   timestamptz,
  delivered_at    timestamptz,
  delivery_id     uuid,
  acknowledged_at timestamptz,
  acknowledged_by text,
  how             text check (how in ('delivery', 'call', 'person')),
  reported_at     timestamptz,
  level           integer not null default 0,
  escalated_at    timestamptz,
  primary key (record_id, version, receiver)
);
create index recall_notices_open on recall_notices (due_at) where acknowledged_at is null;

-- Only ever added to: each verdict, acknowledgement, report and escalation.
create table recall_notice_events (
  record_id   text not null,
  version     integer not null,
  receiver    text not null,
  no          bigint generated always as identity,
  event       text not null check (event in ('delivered', 'put_off', 'refused', 'acknowledged', 'reported', 'escalated')),
  -- When it happened, as was told, and when it was written here.
  at          timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  -- `hub`, `administrator`, or the identifier of a key.
  actor       text not null,
  delivery_id uuid,
  code        text,
  action      text,
  found       numeric,
  sold        numeric,
  disposed    numeric,
  level       integer,
  note        text,
  primary key (record_id, version, receiver, no)
);

create function refuse_recall_changes() returns trigger language plpgsql as $$
begin
  raise exception 'what happened with a recall is never changed';
end $$;
create trigger recall_notice_events_stay before update or delete on recall_notice_events
  for each row execute function refuse_recall_changes();
create trigger recall_notices_stay before delete on recall_notices
  for each row execute function refuse_recall_changes();

-- What is not known yet may become known; what is known stays.
create function keep_recall_notice() returns trigger language plpgsql as $$
begin
  if (old.record_id, old.version, old.receiver, old.name, old.hold_kind, old.ordered_at, old.due_at, old.report_due_at)
       is distinct from (new.record_id, new.version, new.receiver, new.name, new.hold_kind, new.ordered_at, new.due_at, new.report_due_at)
     or old.link_id is distinct from new.link_id
     or (old.event is not null and old.event is distinct from new.event)
     or (old.first_sent_at is not null and old.first_sent_at is distinct from new.first_sent_at)
     or (old.delivered_at is not null and (old.delivered_at, old.delivery_id) is distinct from (new.delivered_at, new.delivery_id))
     or (old.acknowledged_at is not null and (old.acknowledged_at, old.acknowledged_by, old.how)
           is distinct from (new.acknowledged_at, new.acknowledged_by, new.how))
     or (old.reported_at is not null and old.reported_at is distinct from new.reported_at)
     or (old.escalated_at is not null and old.escalated_at is distinct from new.escalated_at)
     or new.level < old.level then
    raise exception 'what happened with a recall is never changed';
  end if;
  return new;
end $$;
create trigger recall_notices_keep before update on recall_notices
  for each row execute function keep_recall_notice();

-- Notices are made for what is ordered from now on.
insert into followers (name, position) select 'notices', coalesce(max(position), 0) from record_versions;
