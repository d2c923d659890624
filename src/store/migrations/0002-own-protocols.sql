-- Secrets that the hub shares with a system, sealed with AES-256-GCM under a key of the hub (src/store/seal.ts); never given out again.
create table system_secrets (
  system     text not null references systems (id) on delete cascade,
  name       text not null,
  sealed     bytea not null,
  updated_at timestamptz not null default clock_timestamp(),
  primary key (system, name)
);

-- Numbers of messages to receivers that want a running number in them: never given out twice, gaps are allowed.
create sequence sent_messages;
