import { matchName, type NameMatch, normalisePlace } from './match-name.ts'
import { shortName } from './short-name.ts'

/** Signs between which places are listed, or a place is told in brackets; the same signs stand between the levels of one place. */
const SIGN = /[\s,，、。;；:：/\\|>·•._+&＋＆()（）[\]【】-]+/u
const LISTS = /[、,，;；/\\|+&＋＆-]/u
/** Behind the word for a level: 长兴县和安吉县, and not 呼和浩特 or 和平镇. */
const WORD = /(?<=[省市县区旗盟州镇乡村])(?:以及|[和与及或])/u
const JOINT = new RegExp(`(?:${SIGN.source}|${WORD.source})`, 'gu')
/** 海宁市场 is a market, 上海市路 a street: a name in full that goes on like this names no place. */
const NO_PLACE = /^(?:场|[东南西北中]?(?:[路街巷弄道桥]|大道))/u
/** 城区, 郊区 and 矿区 are names in GB/T 2260, and words. */
const WORD_OF_TOWNS = /^.区$/u

interface Piece {
  readonly text: string
  /** How many characters of the normalised text come before it. */
  readonly begins: number
  readonly isListed: boolean
}

/**
 * Matches of further places that a text names behind the one at its beginning, one list for each: 长兴县/安吉县, 长兴县和安吉县,
 * 长兴县（外购：山东寿光）. What only may be a place is none: a name cut short that stands alone (长兴县(太湖), 上城区清波街道/西湖), except in a list of
 * nothing but names (长兴/安吉).
 * @param reach Characters of the normalised text that the first place took up: the signs in it are between its levels
 * @param one Of the places that a name may mean, those that are meant in the year
 */
export function otherPlaces(
  written: string,
  reach: number,
  one: (matches: readonly NameMatch[]) => readonly NameMatch[],
): readonly (readonly NameMatch[])[] {
  const pieces = piecesOf(written)
  let areNames = isWhole(one(matchName(pieces[0]?.text ?? '')))
  return pieces.slice(1).flatMap(({ text, begins, isListed }) => {
    if (begins < reach) return []
    const matches = one(matchName(text))
    areNames &&= isListed && isWhole(matches)
    return areNames || isPlace(matches) ? [matches] : []
  })
}

function piecesOf(written: string): Piece[] {
  const pieces: Piece[] = []
  let from = 0
  let joint = ''
  for (const found of [...written.matchAll(JOINT), undefined]) {
    const end = found?.index ?? written.length
    const text = written.slice(from, end)
    if (normalisePlace(text) !== '')
      pieces.push({
        text,
        begins: normalisePlace(written.slice(0, from)).length,
        isListed: LISTS.test(joint) || WORD_ALONE.test(joint),
      })
    joint = found?.[0] ?? ''
    from = end + joint.length
  }
  return pieces
}
const WORD_ALONE = /^(?:以及|[和与及或])$/u

const isWhole = (matches: readonly NameMatch[]): boolean =>
  matches.length > 0 && matches.every(({ record, rest }) => rest === '' && !WORD_OF_TOWNS.test(record.name))

/** A name in full that is of one place, or one behind a level above it: 安吉县梅溪镇, 山东寿光. */
function isPlace(matches: readonly NameMatch[]): boolean {
  const [match, ...others] = matches
  if (!match || NO_PLACE.test(match.rest)) return false
  const { record, full, length } = match
  const last = full ? record.name : (shortName(record.name) ?? record.name)
  if (length > normalisePlace(last).length) return true
  return full && others.length === 0 && !WORD_OF_TOWNS.test(record.name)
}
