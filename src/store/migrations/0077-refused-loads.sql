-- A load that was not let in used nothing of its paper: with it the load itself was refused at the next gate, where it came in lawfully (docs/gate.md).
update document_mentions m set role = 'refused' from record_versions v
 where m.kind = 'entry' and m.role = 'upstream' and v.record_id = m.record_id and v.version = m.version and v.body like '%"admission":"refused%';
