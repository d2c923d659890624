import { DIGEST_LENGTH, KEY_SEAM } from '#core/documents/mentioned-paper.ts'

/** The name in a trader's key, the name with the scheme of his code, and the scheme with the code: all parts are of one length, which is quicker than to seek the seams. */
const nameIn = (key: string): string => `left(${key}, ${DIGEST_LENGTH})`
const schemeIn = (key: string): string => `left(${key}, ${2 * DIGEST_LENGTH + KEY_SEAM.length})`
const codeIn = (key: string): string => `substr(${key}, ${DIGEST_LENGTH + KEY_SEAM.length + 1})`
/** Whether a key has a code, beside the name or alone. */
export const hasCode = (key: string): string => `substr(${key}, ${DIGEST_LENGTH + 1}, 1) = '${KEY_SEAM}'`

/** A code that stands beside more names is nobody's, such as one that a system writes where it knows none. */
const NAMES_MAX = 3

/**
 * Who trades under each paper, by the keys in its uses (`met`) and at its beginning: `namesakes` are names that several traders bear, beside which two codes of one scheme stand;
 * `aliases` names that one trader bears, because one code stands beside them.
 */
export const TRADERS = `keys as materialized (
    select distinct n, who
      from (select n, giver as who from met union all select n, taker from met union all select n, jsonb_array_elements_text(beginning->'givers') from asked) w
     where ${hasCode('who')}),
  namesakes as materialized (select n, ${nameIn('min(who collate "C")')} as name from keys group by n, ${schemeIn('who')} having count(*) > 1),
  shared as materialized (select n, ${codeIn('min(who collate "C")')} as code from keys group by n, ${codeIn('who')} having count(*) between 2 and ${NAMES_MAX}),
  aliases as materialized (
    select k.n, ${nameIn('min(k.who collate "C")')} as name, min(s.code collate "C") as code from keys k join shared s on s.n = k.n and s.code = ${codeIn('k.who')}
     where ((k.n, ${nameIn('k.who')}) in (select n, name from namesakes)) is not true group by k.n, ${nameIn('k.who')})`

/** Who stands at a key: he of the name; where several bear it, or he bears several, he of the code. @param alias the row of `aliases` for the name, or none */
const traderAt = (key: string, alias: string): string =>
  `case when (m.n, ${nameIn(key)}) in (select n, name from namesakes) then case when ${hasCode(key)} then ${codeIn(key)} else ${key} end
             else coalesce(${alias}.code, ${nameIn(key)}) end`
const aliasOf = (key: string, as: string): string =>
  `left join aliases ${as} on ${as}.n = m.n and ${as}.name = ${nameIn(key)}`

/** Who gave and who took in the rows of `met` (`m`), and the beginnings of the papers with those who stand there. */
export const WHO = `
    select m.*, ${traderAt('m.giver', 'g')} as who_gave, ${traderAt('m.taker', 't')} as who_took
      from met m ${aliasOf('m.giver', 'g')} ${aliasOf('m.taker', 't')}`
export const BEGUN = `begun as materialized (
    select a.n, a.beginning || jsonb_build_object('givers', coalesce((
      select jsonb_agg(${traderAt('m.who', 'g')}) from (select a.n, who from jsonb_array_elements_text(a.beginning->'givers') who) m ${aliasOf('m.who', 'g')}), '[]')) as beginning
      from asked a)`
