-- A claim that was answered is asked after again while it is open, so that those it passed learn what the owner decided. Without a next
-- time it is sent over the link no more.
alter table claim_sendings alter column next_at drop not null;
update claim_sendings set next_at = case when verdict in ('ok', 'duplicate') then clock_timestamp() end where sent_at is not null;
