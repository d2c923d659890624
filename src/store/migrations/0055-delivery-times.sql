-- How long changes took from their receipt to the verdict of the receiver, for the histogram of /metrics: whichever process delivers, one counts.
-- `took`: how many within each bound of src/core/delivery-times.ts, and behind them how many took longer; empty where none was taken yet.
alter table link_lanes
  add column took bigint[] not null default '{}',
  add column took_seconds double precision not null default 0;

-- It had gone over the link and is sent again, or stands for the past that a backfill sends: nothing older may follow it though it waits, and
-- how old it is says nothing of how quick the link is.
alter table held_changes add column again boolean not null default false;

-- Only the former figures of recalls were read by it.
drop index recall_notices_delivered;
