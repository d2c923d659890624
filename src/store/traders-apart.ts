import { KEY_SEAM } from '#core/documents/mentioned-paper.ts'

const part = (key: string, n: number): string => `split_part(${key}, '${KEY_SEAM}', ${n})`

/** Of each paper the names that several traders bear: two codes of one scheme stand beside them, in its uses (`met`) or at its beginning. */
export const NAMESAKES = `namesakes as materialized (
    select n, ${part('who', 1)} as name
      from (select n, giver as who from met union all select n, taker from met union all select n, jsonb_array_elements_text(beginning->'givers') from asked) w
     where who like '%${KEY_SEAM}%' group by n, name, ${part('who', 2)} having min(${part('who', 3)}) <> max(${part('who', 3)}))`

/** Who stands in a column of `met` (`m`): by his name, or by name and code where it is one of `namesakes`. */
export const traderIn = (column: string): string =>
  `case when (n, ${part(`m.${column}`, 1)}) in (select n, name from namesakes) then m.${column} else ${part(`m.${column}`, 1)} end`
