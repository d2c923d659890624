-- Cookies of the board of jobs that count no more although their time is not over: who left, left. A digest of what the cookie says, until it would end by itself.
create table board_leaves (
  digest  bytea primary key check (length(digest) = 32),
  ends_at timestamptz not null
);
