-- Keys under which messages are sealed, each wrapped under the key of the settings: a copy of the database alone opens nothing.
create table data_keys (
  id         integer generated always as identity primary key,
  suite      text not null check (suite in ('aes-256-gcm', 'sm4')),
  wrapped    bytea not null,
  wrapped_by text not null,
  created_at timestamptz not null default now()
);

-- The form of bytes: sealed behind the compression, or erased, with their digest and size left.
alter table messages drop constraint messages_coding_check;
alter table messages add constraint messages_coding_check
  check (coding in ('identity', 'zstd', 'parts', 'sealed', 'sealed-zstd', 'erased'));
alter table message_parts drop constraint message_parts_coding_check;
alter table message_parts add constraint message_parts_coding_check
  check (coding in ('identity', 'zstd', 'sealed', 'sealed-zstd', 'erased'));
alter table message_results drop constraint message_results_coding_check;
alter table message_results add constraint message_results_coding_check
  check (coding in ('identity', 'zstd', 'sealed', 'sealed-zstd', 'erased'));
