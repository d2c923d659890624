-- The rate of a key, and how its digest is made, were changed without the log knowing (they came after the list of what it watches).
drop trigger note_setting on keys;
drop trigger note_setting_deleted on keys;
select watch_setting('keys', 'id', 'id name scopes digest is_keyed created_at expires_at revoked_at units_per_second');
