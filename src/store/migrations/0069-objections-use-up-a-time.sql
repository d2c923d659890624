-- The time for an objection to a laboratory's result is used up by it; while the second laboratory is awaited the column is when it was told of other goods since.
update cases set lab_told_at = null where state in ('objected', 'retest') and lab_told_at is not null;
