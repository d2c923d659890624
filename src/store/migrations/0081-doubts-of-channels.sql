-- What the last reading of a channel left at its source, each a sentence in both languages: rows without a value of the cursor, rows of a time that has not come.
alter table channels add column doubts jsonb not null default '[]';
