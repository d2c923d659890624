-- What replays made goes over the live lane by a cursor of its own (docs/adr/0018-lanes-and-delivery.md): live changes need not wait behind
-- it. What a link was done with before, it is done with. Of the recall lane the column says nothing: holds keep their order.
alter table link_lanes add column replay_cursor bigint;
update link_lanes set replay_cursor = cursor;
alter table link_lanes alter column replay_cursor set not null;

-- Intake makes no entry in it.
create index record_versions_replayed on record_versions (position) where replay is not null and kind <> 'hold';
