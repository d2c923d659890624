-- Whose goods moved where no stall is told, as digests, and whether a record sums up a day: two traders of a market without stalls have each their own, and a summary of the
-- place tells of the goods of its stalls (core/balance/site-balance.ts). Null for what was written down before: it counts as goods of nobody known.
alter table goods_moves add column trader text[], add column summary text;
