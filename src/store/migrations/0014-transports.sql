-- How a link sends and what it may see.

-- Links that are here keep what they see; new ones see what their administrator says, and nothing personal or restricted unless he does.
alter table links add column sees text[] not null default '{public,partner,restricted,personal}';
alter table links alter column sees set default '{public,partner}';

-- Keys with which its messages are signed, newest first: [{scheme, sealed, publicKey, validUntil}]. Empty for links that were made before and
-- whose secret was never changed: theirs is in `secret`, which is empty for all others. `token` is sealed too (src/store/seal.ts).
alter table links add column signing jsonb not null default '[]';
alter table links add column token bytea;

-- Which records stand in which file of a link that writes files. Noted before a file is written, so that a delivery that is repeated after
-- a crash writes the same file again; of files that hold a whole day it is what they are completed from.
create table link_files (
  link_id   uuid not null references links (id) on delete cascade,
  record_id text not null,
  version   integer not null,
  name      text not null,
  noted_at  timestamptz not null default clock_timestamp(),
  primary key (link_id, record_id, version)
);
create index link_files_name on link_files (link_id, name);
