-- The newest version of each finding, for lists and figures: made from the change log by the follower `findings`, beside the record itself
-- (docs/adr/0027-findings.md). Can be emptied and made anew. Spread by id, with which its key begins.
create table findings (
  id             text primary key,
  version        integer not null,
  -- Of the finding: trace-hub where this hub or a linked one found it.
  system         text not null,
  kind           text not null,
  severity       text not null,
  state          text not null,
  subject        text,
  -- GB/T 2260 code of where it happened, and of whose it is to act.
  region         text,
  owner_role     text,
  owner_region   text,
  -- Code of the market or other place, else its name.
  site           text,
  -- Systems of the records that it rests on.
  about_systems  text[] not null,
  product_class  text,
  occurred_at    timestamptz not null,
  due_at         timestamptz,
  -- When the first and the newest version came.
  found_at       timestamptz not null,
  changed_at     timestamptz not null
);
create index findings_when on findings (occurred_at desc, id desc);
create index findings_pending on findings (due_at) where state in ('open', 'acknowledged');
create index findings_site on findings (site, occurred_at desc);
create index findings_region on findings (region text_pattern_ops, occurred_at desc);
