-- From which backups this database was restored (docs/adr/0056-versions-after-a-restore.md). Numbers up to versions_after may have been given out after the backup: no next version takes one.
create table restorations (
  at             timestamptz primary key,
  made_at        timestamptz not null,
  versions_after integer not null
);
