-- `A-023`, `a023` and `A 23` are one stall: a later inspection of it shows that what was wrong is mended. Of rows that were stored before, null: they are compared
-- as they were written (src/store/inspections.ts).
alter table inspections add column booth uuid;
