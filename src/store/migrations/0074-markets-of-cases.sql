-- The market of a case as the counters of supervision know it: its code, else its name with the region. Two markets of one name were told of each other's cases.
-- Of a case of before it is what its site says: a name without a code was written down as it stood.
update cases
   set market = case when site ~ '^[0-9]{6,}$' then site
                     else lower(normalize(btrim(site), NFKC)) || '@' || coalesce(region, '') end
 where site is not null;
create index cases_by_market on cases (market, opened_at);
