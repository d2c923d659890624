-- The time for an objection to a laboratory's result is used up by it; while the second laboratory is awaited the column is when it was told of other goods since.
update cases set lab_told_at = null where state in ('objected', 'retest') and lab_told_at is not null;

-- What a laboratory passed answers the failed tests of its goods in each open case of theirs. A failed test is of one case. Spread by the record of the test, as before.
alter table case_tests drop constraint case_tests_pkey, add primary key (record_id, case_id);
