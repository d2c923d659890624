-- The lot that a ticket is of is what its stall had (src/core/lineage/matching.ts): points of the side `stock` (7) beside those of the tickets that were noted before, which are of the side `taken` (1).
insert into match_points (who, what, side, record_id, version, day, code, kilograms)
select who, what, 7, record_id, version, day, code, kilograms from match_points
 where side = 1 and (code like 'lot:%' or code like 'local.%')
    on conflict do nothing;
-- Cases that may hold more by it, or by the names of their market, and whose kilograms are counted anew.
update cases set wanted = wanted + 1 where state not in ('cleared', 'closed');
-- Where all was let go nothing is held.
update cases set held_mass = 0, weighed = false where state = 'cleared' or (state = 'closed' and confirmed_at is null);
