-- Partners with certificates of their own (docs/adr/0037-partners.md), and settings that evidence watched by a list in one migration.

-- Watches a table of settings: each change of these columns leaves the digest of the row in audit_log. What is there already is noted once.
-- @param keys, columns names divided by blanks
create function watch_setting(name text, keys text, columns text) returns void language plpgsql
  set timezone = 'UTC' set bytea_output = 'hex' as $$
begin
  execute format('create trigger note_setting after insert or update of %s on %I for each row execute function note_setting(%L, %L)',
                 replace(columns, ' ', ', '), name, keys, columns);
  execute format('create trigger note_setting_deleted after delete on %I for each row execute function note_setting(%L, %L)', name, keys, columns);
  execute format('insert into audit_log (kind, who, action, subject, facts)
                  select ''setting'', ''migration'', ''insert'', setting_subject(%1$L, to_jsonb(t), string_to_array(%2$L, '' '')),
                         jsonb_build_object(''digest'', setting_digest(to_jsonb(t), string_to_array(%3$L, '' '')))::text from %1$I t', name, keys, columns);
  perform tell_settings();
end $$;

-- Makes audit_settings() anew from the triggers that there are, so that what is watched is said in one place.
create function tell_settings() returns void language plpgsql as $$
declare
  watched record;
  parts text[] := '{}';
begin
  for watched in
    select c.relname as name, string_to_array(encode(t.tgargs, 'escape'), '\000') as arguments
      from pg_trigger t join pg_class c on c.oid = t.tgrelid
     where t.tgname = 'note_setting' and c.relnamespace = current_schema()::regnamespace order by c.relname loop
    parts := parts || format('select setting_subject(%1$L, to_jsonb(t), string_to_array(%2$L, '' '')), setting_digest(to_jsonb(t), string_to_array(%3$L, '' '')) from %1$I t',
                             watched.name, watched.arguments[1], watched.arguments[2]);
  end loop;
  execute 'create or replace function audit_settings() returns table (subject text, digest text) language sql stable set timezone = ''UTC'' set bytea_output = ''hex'' as $f$ '
          || array_to_string(parts, ' union all ') || ' $f$';
end $$;

-- The hub's own authority; the newest issues, the ones before count until they end. The key is sealed (src/store/seal.ts).
create table partner_authorities (
  id          uuid primary key,
  certificate text not null,
  sealed      bytea not null,
  created_at  timestamptz not null default clock_timestamp(),
  -- Number of its newest list of revoked certificates.
  list_number bigint not null default 0
);

-- Who calls with a certificate, and what it may. Few: a reference table where the database is spread.
create table partners (
  id         uuid primary key,
  name       text not null unique,
  scopes     text[] not null,
  created_at timestamptz not null default clock_timestamp(),
  revoked_at timestamptz
);

-- By the SHA-256 of the DER. Those of another authority have none here.
create table partner_certificates (
  fingerprint  bytea primary key check (length(fingerprint) = 32),
  partner_id   uuid not null references partners,
  authority_id uuid references partner_authorities,
  serial       text not null,
  not_before   timestamptz not null,
  not_after    timestamptz not null,
  created_at   timestamptz not null default clock_timestamp(),
  revoked_at   timestamptz,
  last_used_at timestamptz
);
create index partner_certificates_partner on partner_certificates (partner_id);

select watch_setting('partner_authorities', 'id', 'id certificate sealed created_at');
select watch_setting('partners', 'id', 'id name scopes created_at revoked_at');
select watch_setting('partner_certificates', 'fingerprint', 'fingerprint partner_id authority_id serial not_before not_after created_at revoked_at');
select watch_setting('oauth_clients', 'id', 'id name scopes jwks created_at revoked_at');
select watch_setting('retention_rules', 'one', 'rules');
select watch_setting('legal_holds', 'id', 'id from_at until_at reason created_at created_by ended_at ended_by');
select watch_setting('trust_anchors', 'fingerprint', 'fingerprint der subject not_after without_lists added_at');
select watch_setting('revocation_lists', 'fingerprint', 'fingerprint issuer issuer_name der this_update next_update revoked added_at');
