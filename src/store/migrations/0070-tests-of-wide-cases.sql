-- A case may have thousands of tests. What is asked for each that joins it is found by indexes: the failed tests that stand, those of laboratories first, what laboratories passed, and the few
-- events that moved the case.
create index case_tests_standing on case_tests (case_id, is_lab desc, record_id) where verdict in ('fail', 'suspect');
create index case_tests_passed on case_tests (case_id, record_id) where verdict = 'pass' and is_lab;
create index case_events_moves on case_events (case_id, no) where from_state is distinct from to_state;
