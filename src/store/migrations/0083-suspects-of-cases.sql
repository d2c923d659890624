-- Which lots of a case are suspects: whether something spreads from a lot is not the same for all lots of a case of which one test failed and another one is in doubt.
alter table case_lots add column narrow boolean not null default false;
update case_lots set narrow = true where role = 'tested' and case_id in (select id from cases where narrow);

-- Cases that held by such a lot what came of it.
update cases set wanted = wanted + 1 where state not in ('cleared', 'closed') and not narrow;
