-- When a laboratory's failed result was told that may still be objected to; null for none, and where it was tested again.
alter table cases add column lab_told_at timestamptz;
