import { measured } from '#core/balance/goods-move.ts'
import { flowOf, sumOf } from '#core/balance/measure.ts'
import { compareDecimal, divideDecimal, multiplyDecimal, subtractDecimal } from '#core/decimal.ts'
import { lotCode } from '#core/lineage/codes.ts'
import { mentionsOf } from '#core/lineage/mentions.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import type { FlowPart } from '#core/model/parts.ts'

/** What went into a transformation by what came in under its papers and lots, and who else used up the same share of it. */
export interface Share {
  /** Kilograms; null where they are not told. */
  readonly into: string | null
  /** Transformations that do not say how much of the rest was theirs: what came of all of them is held against it. */
  readonly together: readonly TracedRecord[]
}

/** What a transformation itself says of its part: kilograms, or heads of those that came in; null where it says neither. */
function ownShare(
  input: FlowPart | undefined,
  entries: readonly TracedRecord[],
  mass: string,
): string | null {
  const used = measured(input ?? {})
  if (used.kilograms !== null) return used.kilograms
  if (used.count === null || used.countUnit === null) return null
  const heads = cameIn(entries, used.countUnit)
  if (heads === null || compareDecimal(heads, '0') <= 0) return null
  return compareDecimal(used.count, heads) >= 0
    ? mass
    : divideDecimal(multiplyDecimal(mass, used.count), heads, 3)
}

/**
 * Of the records that name what went into a transformation those by which it came in: not what was refused, nor what others took of its lots.
 * Null where some of these came together with further lots: nobody knows how much of it they were.
 */
export function arrivalsOf({ body }: TracedRecord, near: readonly TracedRecord[]): TracedRecord[] | null {
  const into = new Set(mentionsOf(body).flatMap((one) => (one.lot && one.role === 'input' ? one.code : [])))
  const entries = near.filter(({ kind, body: { admission, lots = [] } }) => {
    const isTaken = lots.some((one) => one.role === 'source' && into.has(lotCode(one.scheme, one.value)))
    return kind === 'entry' && admission?.startsWith('refused') !== true && !isTaken
  })
  const isApart = (entry: TracedRecord): boolean => {
    const came = subjectsOf(entry)
    return came.every((code) => into.has(code)) || !came.some((code) => into.has(code))
  }
  return entries.every(isApart) ? entries : null
}

const subjectsOf = ({ body: { lots = [] } }: TracedRecord): string[] =>
  lots.flatMap((one) => (one.role === 'subject' ? lotCode(one.scheme, one.value) : []))

/** What came in by them in a unit: of entries that name one lot or paper what the system that tells most of it tells, and so of each lot beside the others. */
function cameIn(entries: readonly TracedRecord[], unit: string): string | null {
  let groups: { codes: ReadonlySet<string>; entries: readonly TracedRecord[] }[] = []
  for (const entry of entries) {
    const codes = mentionsOf(entry.body).map(({ code }) => code)
    const same = groups.filter((group) => codes.some((code) => group.codes.has(code)))
    const joined = { codes: new Set([...codes, ...same.flatMap((one) => [...one.codes])]) }
    groups = [
      ...groups.filter((group) => !same.includes(group)),
      { ...joined, entries: [...same.flatMap((one) => one.entries), entry] },
    ]
  }
  return sumOf(groups.map((group) => flowOf(movesOf(group.entries), unit)))
}

const movesOf = (entries: readonly TracedRecord[]) =>
  entries.map(({ system, body }) => ({ system, ...measured(body) }))

/**
 * The live mass of the animals as they came in: the share that was killed, else what others of the same arrival left of it.
 * @param beside the other transformations of the same goods, as the same system tells them
 */
export function shareOf(
  { body }: TracedRecord,
  entries: readonly TracedRecord[],
  beside: readonly TracedRecord[],
): Share {
  const stated = measured(body.input ?? {}).kilograms
  const mass = cameIn(entries, 'KGM')
  if (stated !== null || mass === null) return { into: stated, together: [] }
  const own = ownShare(body.input, entries, mass)
  if (own !== null) return { into: own, together: [] }
  const shares = beside.map((one) => ownShare(one.body.input, entries, mass))
  const left = subtractDecimal(mass, sumOf(shares) ?? '0')
  return {
    into: compareDecimal(left, '0') > 0 ? left : null,
    together: beside.filter((_, i) => shares[i] === null),
  }
}
