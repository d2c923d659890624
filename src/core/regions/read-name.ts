import { matchName, type NameMatch } from './match-name.ts'
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

/**
 * What a name leads to in a year. A path (浙江省杭州市余杭区, 绍兴柯桥) or a name that is the only one in the country is
 * clear; of several, the one in the prefecture or province of `near` (a six-digit code) is taken; else all are given.
 */
export function readName(written: string, year: number, near?: string): NameReading {
  const matches = nearest(widest(prefer(matchName(written), year)), near)
  const reading = readRecords(
    matches.map((match) => match.record),
    year,
  )
  const unknownPart = matches.some((match) => levelOf(match.record.code) < 3 && COUNTY_LIKE.test(match.rest))
  return { ...reading, unknownPart }
}
