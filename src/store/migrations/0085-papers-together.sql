-- The other papers of the same type under which a record has the same goods: each of them covers a part (src/core/documents/papers-together.ts). Null where there are none.
alter table document_mentions add column beside text[];
update document_mentions m set beside = array_remove(o.codes, m.code)
  from (select record_id, type, array_agg(code order by code) as codes from document_mentions
         where role = 'upstream' and type not in ('unknown', 'other') group by record_id, type having count(*) > 1) o
 where m.record_id = o.record_id and m.type = o.type and m.role = 'upstream';
create index document_mentions_beside on document_mentions (code) where beside is not null;
-- Papers that were held against the whole of such a load are judged anew.
insert into finding_checks (subject, due_at) select distinct code, now() from document_mentions where beside is not null
on conflict (subject) do nothing;
