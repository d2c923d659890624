import { DIGEST_LENGTH, KEY_SEAM } from '#core/documents/mentioned-paper.ts'

/** The name in a trader's key, and the name with the scheme of his code: all parts are of one length, which is quicker than to seek the seams. */
const nameIn = (key: string): string => `left(${key}, ${DIGEST_LENGTH})`
const schemeIn = (key: string): string => `left(${key}, ${2 * DIGEST_LENGTH + KEY_SEAM.length})`
/** Whether a key has a code beside the name. */
export const hasCode = (key: string): string => `substr(${key}, ${DIGEST_LENGTH + 1}, 1) = '${KEY_SEAM}'`

/** Of each paper the names that several traders bear: two codes of one scheme stand beside them, in its uses (`met`) or at its beginning. */
export const NAMESAKES = `namesakes as materialized (
    select n, ${nameIn('min(who collate "C")')} as name
      from (select n, giver as who from met union all select n, taker from met union all select n, jsonb_array_elements_text(beginning->'givers') from asked) w
     where ${hasCode('who')} group by n, ${schemeIn('who')} having min(who collate "C") <> max(who collate "C"))`

/** Who stands in a column of `met` (`m`): by his name, or by name and code where it is one of `namesakes`. */
export const traderIn = (column: string): string =>
  `case when not ${hasCode(`m.${column}`)} or (n, ${nameIn(`m.${column}`)}) in (select n, name from namesakes) then m.${column} else ${nameIn(`m.${column}`)} end`
