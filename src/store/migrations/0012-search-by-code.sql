-- A search by code reads all entries that wait to be merged into this index. With 4 MB of them, the server's usual limit, each search took
-- 4 ms; with 256 kB it takes a sixteenth, and what intake pays for merging more often is about 4 µs a row.
alter index record_versions_codes set (gin_pending_list_limit = 256);
