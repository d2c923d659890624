-- The log whose tampering shows (docs/adr/0030-evidence.md). Administration, deliveries and access to personal data leave entries in
-- audit_log; versions of records and messages are their own entries. A schedule seals all of them in batches, after their COMMIT.

-- Only grows, parted by month of "at". Positions are not in the order of commits: who seals waits for the writers, by the lock of the trigger.
create sequence audit_log_ids;
create table audit_log (
  id      bigint not null default nextval('audit_log_ids'),
  at      timestamptz not null default clock_timestamp(),
  kind    text not null check (kind in ('administration', 'setting', 'delivery', 'access')),
  -- Identifier of a key, `administrator` for that of the settings; of a setting the program that wrote it.
  who     text not null,
  action  text not null,
  subject text not null,
  -- JSON text; digests of settings, never a secret.
  facts   text not null default '{}',
  primary key (id, at)
) partition by range (at);
create table audit_log_default partition of audit_log default;
create index audit_log_kind on audit_log (kind, id);

-- Held by everyone who writes an entry, until the end of his transaction; who seals takes it alone for a moment, and then knows that no
-- smaller number will ever come.
create function hold_audit_log() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(7205010);
  return null;
end $$;
create trigger audit_log_held before insert on audit_log for each statement execute function hold_audit_log();

-- Keys with which heads are signed, the secret sealed (src/store/seal.ts). A key signs from the batch on that comes after the one in which
-- its entry of the log is.
create table audit_keys (
  id         text primary key,
  public_key text not null,
  sealed     bytea not null,
  created_at timestamptz not null default clock_timestamp()
);

-- A batch of leaves and the head of the tree of batches that ends with it. These rows stay when what they cover is dropped by partition.
create table audit_heads (
  number     bigint primary key check (number > 0),
  sealed_at  timestamptz not null,
  entries_to bigint not null,
  changes_to bigint not null,
  entries    integer not null,
  messages   integer not null,
  changes    integer not null,
  root       bytea not null,
  previous   bytea not null,
  leaf       bytea not null,
  tree_root  bytea not null,
  -- Roots of the whole subtrees, largest first: all that the next head is made from.
  frontier   bytea not null,
  hub        text not null,
  key_id     text not null references audit_keys,
  signature  bytea not null
);

-- The hashes of the leaves of a batch, 32 bytes each: entries by number, messages by identifier, versions by position.
create table audit_leaves (
  number      bigint primary key references audit_heads,
  leaves      bytea not null,
  message_ids uuid[] not null,
  first_message uuid,
  last_message  uuid
);
alter table audit_leaves alter column leaves set storage external;
create index audit_leaves_messages on audit_leaves (first_message, last_message) where first_message is not null;

-- Messages that were sealed of late, so that none is sealed twice while the time before now is looked at again.
create table audit_recent_messages (
  message_id uuid primary key
);

-- How far messages are sealed for good, and when sealing and anchoring last did what they had to; null: never yet.
create table audit_state (
  one            boolean primary key default true check (one),
  messages_floor timestamptz,
  sealed_ok_at   timestamptz,
  anchored_ok_at timestamptz
);
insert into audit_state (one) values (true);

-- Receivers of heads.
create table audit_anchors (
  id            uuid primary key,
  name          text not null,
  url           text not null,
  allow_address text[] not null,
  sealed        bytea not null,
  created_at    timestamptz not null default clock_timestamp(),
  last_number   bigint not null default 0,
  last_ok_at    timestamptz,
  last_error    text,
  attempts      integer not null default 0,
  next_at       timestamptz
);
-- What a receiver answered to a head; only grows.
create table audit_acknowledgements (
  anchor_id uuid not null,
  number    bigint not null,
  tree_root bytea not null,
  at        timestamptz not null default clock_timestamp(),
  answer    text not null,
  primary key (anchor_id, number)
);

-- What only grows refuses to be rewritten. Who moves rows to their partition, or empties a database of tests, says so in his transaction.
create function refuse_rewriting() returns trigger language plpgsql as $$
begin
  if coalesce(current_setting('hub.rewriting', true), '') <> 'on' then
    raise exception '% only grows', tg_table_name using hint = 'set hub.rewriting to on in the transaction that empties a database of tests';
  end if;
  return case tg_op when 'UPDATE' then new when 'DELETE' then old end;
end $$;
do $$
declare
  name text;
begin
  foreach name in array array['record_versions', 'peer_versions', 'deliveries', 'audit_log', 'audit_heads', 'audit_leaves',
                              'audit_acknowledgements'] loop
    execute format('create trigger only_grows before update or delete on %I for each row execute function refuse_rewriting()', name);
    execute format('create trigger only_grows_whole before truncate on %I for each statement execute function refuse_rewriting()', name);
  end loop;
end $$;
-- A message gets its result later; what was received does not change.
create trigger only_grows before update of id, received_at, system, record, key_id, content_type, sha256, size, coding, bytes on messages
  for each row execute function refuse_rewriting();
create trigger only_grows_deleted before delete on messages for each row execute function refuse_rewriting();
create trigger only_grows_whole before truncate on messages for each statement execute function refuse_rewriting();

-- A delivery is in the log with all that its row says.
create function delivery_facts(d deliveries) returns text language sql stable set timezone = 'UTC' as $$
  select to_jsonb(d)::text
$$;
create function note_delivery() returns trigger language plpgsql as $$
begin
  insert into audit_log (kind, who, action, subject, facts) values ('delivery', 'hub', 'deliver', new.id::text, delivery_facts(new));
  return null;
end $$;
create trigger note_delivery after insert on deliveries for each row execute function note_delivery();
insert into audit_log (kind, who, action, subject, facts) select 'delivery', 'migration', 'deliver', d.id::text, delivery_facts(d) from deliveries d;

-- Settings: what a person decides. Each change leaves the digest of the row as it is then, in its own transaction and whoever makes it.
create function setting_digest(whole jsonb, columns text[]) returns text language sql immutable as $$
  select encode(sha256(convert_to(coalesce((select jsonb_object_agg(key, value) from jsonb_each(whole) where key = any(columns)), '{}')::text, 'UTF8')), 'hex')
$$;
create function setting_subject(name text, whole jsonb, keys text[]) returns text language sql immutable as $$
  select name || ' ' || (select string_agg(whole ->> k, '/' order by place) from unnest(keys) with ordinality u (k, place))
$$;
create function note_setting() returns trigger language plpgsql set timezone = 'UTC' set bytea_output = 'hex' as $$
declare
  keys text[] := string_to_array(tg_argv[0], ' ');
  columns text[] := string_to_array(tg_argv[1], ' ');
  digest text;
begin
  if tg_op = 'DELETE' then
    insert into audit_log (kind, who, action, subject)
      values ('setting', current_setting('application_name'), 'delete', setting_subject(tg_table_name, to_jsonb(old), keys));
    return null;
  end if;
  digest := setting_digest(to_jsonb(new), columns);
  if tg_op = 'UPDATE' and digest = setting_digest(to_jsonb(old), columns) then
    return null;
  end if;
  insert into audit_log (kind, who, action, subject, facts)
    values ('setting', current_setting('application_name'), lower(tg_op), setting_subject(tg_table_name, to_jsonb(new), keys),
            jsonb_build_object('digest', digest)::text);
  return null;
end $$;
do $$
declare
  watched record;
  parts text[] := '{}';
begin
  for watched in select * from (values
    ('systems', 'id', 'id title description region settings state expect must_sign'),
    ('keys', 'id', 'id name scopes digest created_at expires_at revoked_at'),
    ('secrets', 'name', 'name value'),
    ('system_secrets', 'system name', 'system name sealed'),
    ('hub_identity', 'only_row', 'id'),
    ('signing_keys', 'system id', 'system id scheme sealed public_key signer name created_at ends_at revoked_at'),
    ('links', 'id', 'id name system url allow_address filter mapping secret state limits coalesces sees signing token begins_after'),
    ('channels', 'system name', 'system name is_on settings limits allow_address rhythm'),
    ('mapping_versions', 'system record version', 'system record version origin text tables state'),
    ('card_decisions', 'id', 'id subject verdict code other_code reason key_id decided_at undone_at undone_by'),
    ('product_aliases', 'id', 'id system scheme value class code reason key_id decided_at ended_at ended_by revision'),
    ('alert_rules', 'one', 'rules'),
    ('alert_targets', 'id', 'id name url allow_address topics sealed'),
    ('audit_keys', 'id', 'id public_key sealed created_at'),
    ('audit_anchors', 'id', 'id name url allow_address sealed created_at')
  ) w (name, keys, columns) loop
    execute format('create trigger note_setting after insert or update of %s on %I for each row execute function note_setting(%L, %L)',
                   replace(watched.columns, ' ', ', '), watched.name, watched.keys, watched.columns);
    execute format('create trigger note_setting_deleted after delete on %I for each row execute function note_setting(%L, %L)',
                   watched.name, watched.keys, watched.columns);
    parts := parts || format('select setting_subject(%1$L, to_jsonb(t), string_to_array(%2$L, '' '')), setting_digest(to_jsonb(t), string_to_array(%3$L, '' '')) from %1$I t',
                             watched.name, watched.keys, watched.columns);
  end loop;
  execute 'create function audit_settings() returns table (subject text, digest text) language sql stable set timezone = ''UTC'' set bytea_output = ''hex'' as $f$ '
          || array_to_string(parts, ' union all ') || ' $f$';
end $$;
insert into audit_log (kind, who, action, subject, facts)
  select 'setting', 'migration', 'insert', s.subject, jsonb_build_object('digest', s.digest)::text from audit_settings() s;
