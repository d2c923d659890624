import { levelOf, prefixOf } from './path.ts'
import { RECORDS, type RegionRecord } from './records.ts'
import { shortName } from './short-name.ts'

/** A record that a text names, perhaps after the regions above it. */
export interface NameMatch {
  readonly record: RegionRecord
  /** Characters of the normalised text that the names took up. */
  readonly length: number
  /** Whether the last name was written out in full. */
  readonly full: boolean
  /** What follows the names: a township, a street, a farm. */
  readonly rest: string
}

interface Named {
  readonly record: RegionRecord
  readonly full: boolean
}

/** Longer texts are no place names; the rest is not looked at. */
const MAX_TEXT = 100
const SEPARATORS = /[\s\u200b-\u200d\ufeff,，、。;；:：/\\|>·•._-]+/gu
const EMPTY_LEVELS = /市辖区|(?:省|自治区)?直辖县级行政区划|(?:省|自治区)直辖(?!市)/g
const COUNTRY = /^(?:中华人民共和国|中国)/
const BROKEN_TEXT = '\ufffd'
/** 绍兴县 does not name 绍兴市: the short name must not be followed by another word for a kind. */
const OTHER_KIND = /^(?:[县区旗盟州]|市(?!场))/
/** 余杭路 is a street, wherever it is. */
const STREET = /^(?:[东南西北中]?[路街巷弄道桥])/
/** 龙游镇 alone may be any township of this name. */
const TOWNSHIP = /^(?:[镇乡村]|社区)/

let index: { readonly names: ReadonlyMap<string, readonly Named[]>; readonly longest: number } | undefined

function buildIndex() {
  const names = new Map<string, Named[]>()
  const add = (name: string, named: Named) => {
    const same = names.get(name)
    if (same === undefined) names.set(name, [named])
    else same.push(named)
  }
  let longest = 0
  for (const record of RECORDS) {
    // A name may have a separator in it (西沙、南沙、中沙群岛), and the text that is searched has none.
    add(record.name.replace(SEPARATORS, ''), { record, full: true })
    const short = shortName(record.name)
    if (short !== undefined) add(short, { record, full: false })
    longest = Math.max(longest, record.name.length)
  }
  return { names, longest }
}

/** Text of a place without width variants, blanks, separators, the country and the words for a level without a name. */
export function normalisePlace(text: string): string {
  return text
    .slice(0, MAX_TEXT)
    .normalize('NFKC')
    .replace(SEPARATORS, '')
    .replace(COUNTRY, '')
    .replace(EMPTY_LEVELS, '')
}

function isBelow(record: RegionRecord, above: RegionRecord | undefined): boolean {
  if (above === undefined) return true
  return levelOf(record.code) > levelOf(above.code) && record.code.startsWith(prefixOf(above.code))
}

function isReadable(named: Named, rest: string, alone: boolean): boolean {
  if (named.full) return true
  return !OTHER_KIND.test(rest) && !STREET.test(rest) && !(alone && TOWNSHIP.test(rest))
}

function collect(text: string, from: number, above: RegionRecord | undefined, found: NameMatch[]): void {
  index ??= buildIndex()
  for (let length = Math.min(index.longest, text.length - from); length >= 2; length -= 1) {
    const rest = text.slice(from + length)
    for (const named of index.names.get(text.slice(from, from + length)) ?? []) {
      if (!isBelow(named.record, above) || !isReadable(named, rest, above === undefined)) continue
      found.push({ record: named.record, length: from + length, full: named.full, rest })
      if (levelOf(named.record.code) < 3) collect(text, from + length, named.record, found)
    }
  }
}

/**
 * Every record, of any year, that the beginning of a text names, as far into the text as names go: 浙江省杭州市余杭区…,
 * 浙江杭州余杭, 杭州余杭, 余杭. A level may be left out; names written in full push aside names cut short. A text that a wrong
 * character set damaged names nothing.
 */
export function matchName(written: string): readonly NameMatch[] {
  if (written.includes(BROKEN_TEXT)) return []
  const found: NameMatch[] = []
  collect(normalisePlace(written), 0, undefined, found)
  const reach = Math.max(...found.map((match) => match.length))
  const furthest = found.filter((match) => match.length === reach)
  return dedupe(furthest)
}

function dedupe(matches: readonly NameMatch[]): readonly NameMatch[] {
  const byRecord = new Map<RegionRecord, NameMatch>()
  for (const match of matches) {
    if (!byRecord.has(match.record) || match.full) byRecord.set(match.record, match)
  }
  return [...byRecord.values()]
}
