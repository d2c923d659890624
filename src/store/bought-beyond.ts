/** Buyers under one paper whose entries are held against what was sold to them; of more they are not told apart. */
const BUYERS_MAX = 500

const IS_BUY = `taken and own and giver is null`
/** Told to have come from a lot under the paper; a set that is sought in a list of expressions is hashed, where a join would go through it for each row. */
const isOnward = (row: string): string =>
  `((${row}.n, ${row}.record_id) in (select n, record_id from onward)) is true`

/**
 * Buyers under a paper whose entries, of which nobody says who gave the goods, tell of more than what is told to have been sold to them (`doubted`), from the rows of `chosen`: sales are sought of such buyers alone, so that
 * a paper without them costs one more look at its rows. Of each buyer, with their sums as decimal texts, `mass` and `count` are what was sold to them, of each seller at each place the most that one system tells, null where some of it is
 * not told so, and the kept ones what is left of it without what went back until `back_on`: what came in no later than that was bought on all the same. Several systems that tell of one
 * entry are not put together here, because places are known by all their names in memory alone (`core/documents/bought-beyond.ts`): some are doubted who bought all that they entered, and nobody is left out who did not.
 */
export const DOUBTED = `
  buys as materialized (
    select n, taker, used_on, mass, count, count_unit from chosen c where ${IS_BUY} and not ${isOnward('c')}),
  dealt as (
    select n, giver, taker, place, min(count_unit) as unit, max(count_unit) as last_unit, max(used_on) filter (where is_back) as back_on,
           sum(mass) filter (where not is_back) as mass, -sum(mass) filter (where is_back) as back, bool_and(mass is not null) filter (where not is_back) as weighed,
           sum(count) filter (where not is_back) as count, -sum(count) filter (where is_back) as back_count, bool_and(count is not null) filter (where not is_back) as counted
      from chosen where kind = 'sale' and status = 'active' and not sent and taker is distinct from giver and ((n, taker) in (select n, taker from buys)) is true
     group by n, giver, taker, place, system),
  placed as (
    select n, giver, taker, min(unit) as unit, max(last_unit) as last_unit, max(back_on) as back_on, max(mass) as mass, max(back) as back, bool_and(weighed) as weighed,
           max(count) as count, max(back_count) as back_count, bool_and(counted) as counted
      from dealt group by n, giver, taker, place),
  given_by as (
    select n, taker, min(unit) as unit, max(last_unit) as last_unit, max(back_on) as back_on, sum(mass) as mass, max(back) as back, bool_and(weighed) as weighed,
           sum(count) as count, max(back_count) as back_count, bool_and(counted) as counted
      from placed group by n, giver, taker),
  bargains as (
    select n, taker, min(unit) as unit, max(back_on) as back_on, case when bool_and(weighed) then sum(mass) end as mass, coalesce(sum(back), 0) as back,
           case when bool_and(counted) and min(unit) = max(last_unit) then sum(count) end as count, coalesce(sum(back_count), 0) as back_count
      from given_by group by n, taker),
  held as (
    select n, taker, came_on, came, came_count, came_unit, max(unit) over w as unit, max(back_on) over w as back_on,
           max(mass) over w as mass, max(mass - back) over w as kept, max(count) over w as count, max(count - back_count) over w as kept_count
      from (select n, taker, null::date as came_on, null::numeric as came, null::numeric as came_count, null as came_unit, unit, back_on, mass, back, count, back_count from bargains
            union all select n, taker, used_on, mass, count, count_unit, null, null, null, null, null, null from buys) u
    window w as (partition by n, taker)),
  doubted as materialized (
    select n, taker, back_on, jsonb_build_object('buyer', taker, 'mass', mass::text, 'count', count::text, 'unit', unit, 'keptMass', kept::text, 'keptCount', kept_count::text) as bought
      from (
      select n, taker, max(back_on) as back_on, max(mass) as mass, max(kept) as kept, max(count) as count, max(kept_count) as kept_count, max(unit) as unit, count(*) over (partition by n) as doubts
        from held group by n, taker
      having sum(came) > max(mass) or sum(came) filter (where came_on > back_on) > max(kept)
          or sum(came_count) filter (where came_unit = unit) > max(count) or sum(came_count) filter (where came_unit = unit and came_on > back_on) > max(kept_count)) d
     where doubts <= ${BUYERS_MAX}),
  counted as not materialized (
    select c.*, straight or d.n is not null as counts, d.bought, coalesce(used_on > d.back_on, false) as late
      from chosen c left join doubted d on d.n = c.n and d.taker = c.taker and ${IS_BUY} and not ${isOnward('c')})`
