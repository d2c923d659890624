-- Hubs that link to each other (docs/adr/0021-federation.md).

-- Who this hub is, in one row. Made up here, so that there is always one; HUB_ID says a better one.
create table hub_identity (
  only_row boolean primary key default true check (only_row),
  id       text not null
);
insert into hub_identity (id) values ('hub-' || substr(replace(gen_random_uuid()::text, '-', ''), 1, 8));

-- The road of each version that came from a peer. A record without a row here entered at this hub, which therefore owns it.
create table peer_versions (
  record_id text not null,
  version   integer not null,
  origin    text not null,
  hops      text[] not null,
  via       text not null,
  primary key (record_id, version)
);

-- What someone else than its owner says of a record. Its identifier is a digest of record, content and claimant, so that the same
-- claim that comes by two roads is one.
create table claims (
  id           uuid primary key,
  record_id    text not null,
  kind         text not null,
  base_version integer not null,
  status       text not null check (status in ('active', 'void')),
  content_hash bytea not null,
  body         text not null,
  flags        text[] not null,
  recorded     text,
  owner        text not null,
  claimant     text not null,
  hops         text[] not null,
  via          text,
  message_id   uuid not null,
  received_at  timestamptz not null,
  state        text not null default 'open' check (state in ('open', 'accepted', 'refused', 'superseded')),
  decided_at   timestamptz,
  decided_by   text,
  reason       text,
  version      integer
);
create index claims_record on claims (record_id, received_at);
create index claims_open on claims (received_at, id) where state = 'open';

-- Over which links a claim was sent on.
create table claim_sendings (
  claim_id uuid not null references claims (id) on delete cascade,
  link_id  uuid not null references links (id) on delete cascade,
  sent_at  timestamptz not null,
  verdict  text not null,
  code     text,
  primary key (claim_id, link_id)
);

-- A record is of one hub: its versions are all of this hub or all came from peers, and theirs only go up. Two transactions that do not
-- see each other could break that; the second finds the first here, under the lock of the positions, and is decided anew. Written so
-- that it goes from the new versions to the others, whatever the planner thinks of the tables.
create function refuse_crossed_owners() returns void language plpgsql
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
  if exists (select from peer_versions) and exists (
    select from record_versions v
      join record_versions o on o.record_id = v.record_id and o.version <> v.version
      left join peer_versions vp on vp.record_id = v.record_id and vp.version = v.version
      left join peer_versions op on op.record_id = o.record_id and op.version = o.version
     where v.position >= current_setting('hub.first_position')::bigint
       and ((vp.record_id is null) <> (op.record_id is null)
            or (vp.record_id is not null and o.version > v.version and o.position < v.position))
  ) then
    raise exception 'a record of this transaction got another owner or a newer version meanwhile'
      using errcode = 'serialization_failure';
  end if;
end $$;

create or replace function refuse_crossed_voids() returns void language plpgsql as $$
begin
  if exists (select from waiting_voids) and exists (
    select from record_versions v join waiting_voids w using (record_id)
     where v.position >= current_setting('hub.first_position')::bigint
  ) then
    raise exception 'a void waits for a record of this transaction' using errcode = 'serialization_failure';
  end if;
  perform refuse_crossed_owners();
end $$;

-- A claim is accepted where the owner's next version says what it said.
create function accept_fitting_claims() returns void language sql
  set enable_hashjoin = off set enable_mergejoin = off
as $$
  update claims c set state = 'accepted', version = v.version, decided_at = clock_timestamp()
    from record_versions v
   where c.state = 'open' and v.record_id = c.record_id and v.content_hash = c.content_hash
     and v.position >= current_setting('hub.first_position')::bigint
$$;
