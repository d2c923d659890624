-- A key may have a rate of its own in place of HUB_RATE_KEY; null: that of the setting.
alter table keys add column units_per_second integer check (units_per_second > 0);
