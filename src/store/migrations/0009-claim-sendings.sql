-- A claim is tried again over a link until it is answered; the try is noted before it is made.
alter table claim_sendings
  alter column sent_at drop not null,
  alter column verdict drop not null,
  add column attempts integer not null default 0,
  add column next_at timestamptz not null default clock_timestamp(),
  add column detail text;
