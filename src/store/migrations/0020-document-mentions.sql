-- What the newest version of each record says of each paper that it names, made from the change log by the follower `papers`; whoever
-- reads it adds what the log has beyond the follower's position, so that no answer is older than the log
-- (docs/adr/0026-papers-in-a-table.md). Can be emptied and made anew. Spread by code, with which its key begins.
create table document_mentions (
  code          text collate "C" not null,
  record_id     text not null,
  version       integer not null,
  kind          text not null,
  system        text not null,
  status        text not null,
  role          text not null,
  type          text not null,
  site          text not null,
  site_name     text,
  from_province text,
  to_province   text,
  used_on       date,
  mass          numeric,
  count         numeric,
  count_unit    text,
  product_class text,
  product_code  text,
  vehicle       text,
  giver         text,
  taker         text,
  bought_on     boolean not null,
  primary key (code, record_id)
);
create index document_mentions_record on document_mentions (record_id);
-- The records of a paper itself, of which there are few beside thousands that use it.
create index document_mentions_own on document_mentions (code) where role in ('self', 'output', 'voucher');
