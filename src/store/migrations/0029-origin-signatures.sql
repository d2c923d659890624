-- Authorities by which signatures on papers are believed, and their lists of certificates that were taken back (docs/adr/0028-trust.md). Few rows; not
-- spread.
create table trust_anchors (
  fingerprint   text primary key,
  der           bytea not null,
  subject       text not null,
  not_after     timestamptz not null,
  without_lists boolean not null,
  added_at      timestamptz not null default clock_timestamp()
);
create table revocation_lists (
  fingerprint text primary key,
  -- SHA-256 of the issuer's name.
  issuer      text not null,
  issuer_name text not null,
  der         bytea not null,
  this_update timestamptz not null,
  next_update timestamptz,
  revoked     integer not null,
  added_at    timestamptz not null default clock_timestamp()
);
create index revocation_lists_issuer on revocation_lists (issuer, this_update desc);
-- Changes with every change of the two.
create table trust_mark (
  is_one boolean primary key default true check (is_one),
  mark uuid not null
);
insert into trust_mark (mark) values (gen_random_uuid());

-- What the signature on the newest version of a record that is a paper is worth, by the trust of a mark. Can be made anew. Spread by record.
create table document_signatures (
  record_id  text primary key,
  version    integer not null,
  mark       uuid not null,
  state      text not null,
  reason     text not null,
  signer     text,
  serial     text,
  signed_at  timestamptz,
  checked_at timestamptz not null
);
create index document_signatures_mark on document_signatures (mark);
insert into followers (name, position) select 'signatures', coalesce(max(position), 0) from record_versions;
