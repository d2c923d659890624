-- Under which Idempotency-Key an official sent an event of a case, and the digest of what was sent: sent again, it happens once.
alter table case_events add column request_key text, add column request_sha256 bytea,
  add constraint case_events_request check ((request_key is null) = (request_sha256 is null));
create unique index case_events_request on case_events (case_id, actor, request_key) where request_key is not null;
