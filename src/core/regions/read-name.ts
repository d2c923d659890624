import { matchName, type NameMatch } from './match-name.ts'
import { otherPlaces } from './other-places.ts'
import { levelOf, prefixOf, provinceOf } from './path.ts'
import { type Reading, readRecords } from './reading.ts'
import { isValidIn } from './records.ts'

/** A reading of a name, and whether the text goes on with a county that GB/T 2260 does not know. */
export interface NameReading extends Reading {
  readonly unknownPart: boolean
}

/** 柯桥县 behind 绍兴市; the words after 市场, 园区, 社区 are no counties. */
const COUNTY_LIKE = /^[^省市区县旗]{1,8}(?:(?<![发园新社小景校])区|县|市(?!场)|旗)/

/** Of names of the same text, those in force come first, then those written in full, then the province of that name. */
function prefer(matches: readonly NameMatch[], year: number): readonly NameMatch[] {
  let rest = matches
  for (const isBetter of [
    (match: NameMatch) => isValidIn(match.record, year),
    (match: NameMatch) => match.full,
    (match: NameMatch) => levelOf(match.record.code) === 1,
  ]) {
    const better = rest.filter(isBetter)
    if (better.length > 0) rest = better
  }
  return rest
}

/** 长沙 is the city: the county of that name lies in it, so the wider reading is true of both. */
function widest(matches: readonly NameMatch[]): readonly NameMatch[] {
  const isInside = (code: string) =>
    matches.some((wider) => wider.record.code !== code && code.startsWith(prefixOf(wider.record.code)))
  return matches.filter((match) => !isInside(match.record.code))
}

/** Names in the prefecture of the place that is near, else in its province, else all. */
function nearest(matches: readonly NameMatch[], near: string | undefined): readonly NameMatch[] {
  if (near === undefined || matches.length < 2) return matches
  for (const prefix of [near.slice(0, 4), provinceOf(near).slice(0, 2)]) {
    const close = matches.filter((match) => match.record.code.startsWith(prefix))
    if (close.length > 0) return close
  }
  return matches
}

/** Whether some place of the one lies in one of the other, or is it: 湖州市/长兴县. What is no code of the year is nowhere else. */
const isOnePlace = (ones: readonly string[], others: readonly string[]): boolean =>
  others.length === 0 ||
  ones.some((one) =>
    others.some((other) => other.startsWith(prefixOf(one)) || one.startsWith(prefixOf(other))),
  )

/**
 * What a name leads to in a year. A path (浙江省杭州市余杭区, 绍兴柯桥) or a name that is the only one in the country is
 * clear; of several, the one in the prefecture or province of `near` (a six-digit code) is taken; else all are given. A text that names several places
 * (安吉县、长兴县) gives all of them.
 */
export function readName(written: string, year: number, near?: string): NameReading {
  const named = matchName(written)
  const one = (found: readonly NameMatch[]) => nearest(widest(prefer(found, year)), near)
  const read = (found: readonly NameMatch[]) =>
    readRecords(
      found.map(({ record }) => record),
      year,
    )
  const matches = one(named)
  const first = read(matches)
  const others = otherPlaces(written, named[0]?.length ?? 0, one)
    .map(read)
    .filter(({ codes }) => !isOnePlace(first.codes, codes))
  const reading: Reading =
    first.codes.length === 0 || others.length === 0
      ? first
      : { ...first, codes: [...new Set([first, ...others].flatMap(({ codes }) => codes))].sort() }
  const unknownPart = matches.some((match) => levelOf(match.record.code) < 3 && COUNTY_LIKE.test(match.rest))
  return { ...reading, unknownPart }
}
