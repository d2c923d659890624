-- What the place of a record is in it (a slaughterhouse, a market): what a slaughterhouse or farm sold under a paper of its own is what stands at the gate
-- (docs/adr/0026-papers-in-a-table.md). Null where the record names no place, and for what was written down before.
alter table document_mentions add column site_role text;
