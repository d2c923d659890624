-- Persons who run the hub (docs/adr/0040-operators.md). Few rows: reference tables where the database is spread.
create table operators (
  id               uuid primary key,
  name             text not null,
  -- One: nobody holds two roles.
  role             text not null check (role in ('system', 'security', 'audit')),
  created_at       timestamptz not null default clock_timestamp(),
  disabled_at      timestamptz,
  -- scrypt with its parameters, over the password under a secret of the hub; null until the operator has enrolled, and for those of a provider.
  password         text,
  password_at      timestamptz,
  -- Sealed; null for those of a provider.
  totp             bytea,
  -- The last step of 30 s whose code was used.
  totp_step        bigint not null default 0,
  -- Digest of the code with which the operator enrols.
  enrolment        bytea,
  enrolment_ends   timestamptz,
  -- Digests of codes for who lost the authenticator; each is taken away when it is used.
  recovery         bytea[] not null default '{}',
  -- Wrong codes behind the right password, since the last one that was right.
  code_failures    integer not null default 0,
  -- Issuer and subject at the provider of OpenID Connect, divided by a blank.
  subject          text unique
);
create unique index operators_name on operators (lower(name));

create table operator_sessions (
  -- SHA-256 of what the cookie holds.
  digest      bytea primary key check (length(digest) = 32),
  operator_id uuid not null references operators,
  created_at  timestamptz not null,
  seen_at     timestamptz not null
);
create index operator_sessions_operator on operator_sessions (operator_id);

-- Who must wait before he tries again: by a digest of name and network, so that nobody is kept out by others.
create table sign_in_attempts (
  subject  bytea primary key,
  failures integer not null,
  last_at  timestamptz not null,
  next_at  timestamptz not null
);
create index sign_in_attempts_last on sign_in_attempts (last_at);

select watch_setting('operators', 'id', 'id name role created_at disabled_at password password_at totp enrolment enrolment_ends recovery subject');
