-- Keys with which systems sign what they push (docs/adr/0028-trust.md), written and never read by a caller. Spread by system, with which
-- both keys begin.
create table signing_keys (
  system      text not null references systems (id) on delete cascade,
  id          uuid not null,
  -- v1: HMAC-SHA256; v1a: Ed25519; vsm2: SM2 with SM3.
  scheme      text not null,
  -- The secret of v1, sealed.
  sealed      bytea,
  -- whpk_… of v1a; hexadecimal digits of the point of vsm2.
  public_key  text,
  -- Identity of the signer with vsm2.
  signer      text,
  name        text not null,
  created_at  timestamptz not null default clock_timestamp(),
  ends_at     timestamptz,
  revoked_at  timestamptz,
  primary key (system, id)
);

-- Whether a system must sign what it pushes.
alter table systems add column must_sign boolean not null default false;

-- Numbers of signed messages, kept for twice the time in which a signature counts. A row is written with its message or not at all.
create table message_nonces (
  system      text not null,
  nonce       text not null,
  sha256      bytea not null,
  message_id  uuid not null,
  received_at timestamptz not null,
  primary key (system, nonce)
);
create index message_nonces_received on message_nonces (received_at);
