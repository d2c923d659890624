-- Digests of keys are keyed: HMAC-SHA256 of the SHA-256 under a secret of this hub, so that a copy of this table alone tells nothing of a key that
-- was guessed. A key from before is moved over when it is used first (docs/adr/0028-trust.md).
alter table keys add column is_keyed boolean not null default false;

-- Clients that prove themselves with a key of their own (RFC 7523). Spread by their identifier.
create table oauth_clients (
  id           uuid primary key,
  name         text not null,
  scopes       text[] not null,
  -- Public keys (JWK); several while they are changed.
  jwks         jsonb not null,
  created_at   timestamptz not null default clock_timestamp(),
  revoked_at   timestamptz,
  last_used_at timestamptz
);

-- Assertions that were used, until they would be refused for their age. Spread by client.
create table oauth_assertions (
  client     uuid not null,
  jti        text not null,
  expires_at timestamptz not null,
  primary key (client, jti)
);
create index oauth_assertions_expires on oauth_assertions (expires_at);
