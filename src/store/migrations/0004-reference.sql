-- What is known of parties, sites and products, and how good the records of each system are. All of it is made from the log of changes
-- and from the messages, after their COMMIT; it can be emptied and made anew by setting the positions of the followers to 0
-- (docs/adr/0013-followers-and-cards.md).

-- A reader of the change log with a position of its own. It moves its position in the transaction that stores what it made.
create table followers (
  name       text primary key,
  position   bigint not null default 0,
  -- Of a follower of messages: everything received before this is counted.
  floor      timestamptz,
  updated_at timestamptz not null default now()
);

-- How one system describes a party or a site: its codes, name, kind, region and part in the event. Counted over the newest versions of
-- records; first_seen and last_seen are facts of the log. The identifier is a digest of what the row says.
create table descriptions (
  id         uuid primary key,
  subject    text not null check (subject in ('party', 'site')),
  codes      text[] not null,
  system     text not null,
  name       text collate "C",
  kind       text,
  region     text,
  role       text not null,
  personal   boolean not null,
  records    bigint not null,
  first_seen timestamptz not null,
  last_seen  timestamptz not null,
  newest     text[] not null
);
create index descriptions_codes on descriptions using gin (codes);
create index descriptions_name on descriptions (subject, name) where name is not null;

-- A code of a party or a site and the card that it stands on. Each code has an identifier made from itself; the identifier of a card is
-- that of its oldest code, so that every identifier that a card ever had leads to the card of today.
create table card_codes (
  subject        text not null,
  code           text collate "C" not null,
  value          text collate "C" not null,
  region         text,
  born           uuid not null,
  card           uuid not null,
  first_position bigint not null,
  records        bigint not null,
  primary key (subject, code)
);
create index card_codes_card on card_codes (subject, card);
create index card_codes_born on card_codes (subject, born);
create index card_codes_value on card_codes (subject, value);
create index card_codes_listed on card_codes (subject, first_position, code) where born = card;

-- What a person decided about codes: two belong to one party (join), or one joins nothing that records name beside it (part).
create table card_decisions (
  id         uuid primary key,
  subject    text not null,
  verdict    text not null check (verdict in ('join', 'part')),
  code       text not null,
  other_code text,
  reason     text not null,
  key_id     uuid,
  decided_at timestamptz not null default now(),
  undone_at  timestamptz,
  undone_by  uuid
);
create index card_decisions_code on card_decisions (subject, code) where undone_at is null;
create index card_decisions_other on card_decisions (subject, other_code) where undone_at is null;

-- How cards became one, or several: the record or the decision that did it.
create table card_history (
  id        bigint generated always as identity primary key,
  subject   text not null,
  change    text not null check (change in ('merged', 'parted')),
  from_card uuid not null,
  to_card   uuid not null,
  record_id text,
  decision  uuid,
  at        timestamptz not null default now()
);
create index card_history_from on card_history (subject, from_card);
create index card_history_to on card_history (subject, to_card);

-- What a name or a market's own code of a product means, as a person decided it. The revision grows with every change, under a lock, so
-- that a process that knows the newest one knows all.
create sequence product_alias_revisions;
create table product_aliases (
  id         uuid primary key,
  system     text,
  scheme     text not null,
  value      text not null,
  class      text not null,
  code       text,
  reason     text,
  key_id     uuid,
  decided_at timestamptz not null default now(),
  ended_at   timestamptz,
  ended_by   uuid,
  revision   bigint not null
);
create unique index product_aliases_active on product_aliases (scheme, value, coalesce(system, '')) where ended_at is null;
create index product_aliases_revision on product_aliases (revision);

-- Products that nothing names, by system; counted over the newest versions of records, so that a replay takes them out.
create table unknown_products (
  name       text collate "C" not null,
  code       text collate "C" not null,
  own_code   text collate "C" not null,
  system     text not null,
  records    bigint not null,
  first_seen timestamptz not null,
  last_seen  timestamptz not null,
  newest     text[] not null,
  primary key (name, code, own_code, system)
);

-- Quality of a system by day (Beijing): counters that are only added to. docs/quality.md says what each of them counts.
create table quality_counts (
  system text not null,
  day    date not null,
  name   text not null,
  count  bigint not null,
  primary key (system, day, name)
);
create table quality_reasons (
  system  text not null,
  day     date not null,
  code    text not null,
  field   text not null,
  count   bigint not null,
  receipt uuid not null,
  primary key (system, day, code, field)
);
-- Numbers of documents, vouchers and lots that were first named on a day, up to so many of each chosen by digest, and whether another
-- source record names them too.
create table quality_codes (
  system   text not null,
  day      date not null,
  type     text not null,
  digest   bytea not null,
  code     text not null,
  source   text not null,
  message  uuid not null,
  index    integer not null,
  matched  boolean not null,
  primary key (system, day, type, digest)
);
create index quality_codes_code on quality_codes (code) where not matched;
-- Messages counted of late, so that none is counted twice while the time before now is looked at again.
create table quality_messages (
  message_id uuid primary key
);
-- Messages that are not done yet: whoever counts messages must come back to them. Hardly any row is in it.
create index messages_unfinished on messages (received_at) where state in ('waiting', 'running');
