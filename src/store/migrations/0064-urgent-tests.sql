-- Tests that wait for their turn in the log are found at once (src/flow/cases/urgent-tests.ts, docs/adr/0048).
create index record_versions_tests on record_versions (position) where kind = 'test';
