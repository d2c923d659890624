-- What the newest version of each record says of goods that moved at a place, made from the change log by the follower `goods`: balances of a place, product and
-- day are sums over it (docs/adr/0027-findings.md). Can be emptied and made anew. Spread by site, with which its key begins.
create table goods_moves (
  site          text not null,
  record_id     text not null,
  flow          text not null,
  version       integer not null,
  system        text not null,
  site_name     text,
  stall         text,
  day           date not null,
  goods         text not null,
  product_class text,
  code          text,
  kilograms     numeric,
  count         numeric,
  count_unit    text,
  is_bare       boolean not null,
  is_suspect    boolean not null,
  primary key (site, record_id, flow)
);
create index goods_moves_day on goods_moves (site, goods, day);
create index goods_moves_record on goods_moves (record_id);
-- Places that some records name and others give the code of.
create index goods_moves_name on goods_moves (site_name, site) where site_name <> site;

-- Subjects of findings that something may have changed for; a subject that is named again meanwhile has more marks. Spread by subject.
create table finding_checks (
  subject text primary key,
  due_at  timestamptz not null,
  marks   bigint not null default 1
);
create index finding_checks_due on finding_checks (due_at);
