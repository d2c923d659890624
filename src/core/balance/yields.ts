import { compareDecimal, divideDecimal, multiplyDecimal } from '#core/decimal.ts'

/** Share of the mass that went in which may come out, as decimal text; `least` and `most` are still usual. */
export interface YieldRange {
  readonly least: string
  readonly most: string
}

/**
 * By process and kind of goods. Dressing percentages (live animal to carcass) are common knowledge of the trade and differ by breed, fasting and
 * whether head and skin count; pork 65–80 % was asked for. All are decided by us, wide enough that only what cannot be is found.
 */
const SLAUGHTER: Readonly<Record<string, YieldRange>> = {
  pork: { least: '0.65', most: '0.8' },
  beef: { least: '0.45', most: '0.65' },
  mutton: { least: '0.38', most: '0.6' },
  poultry: { least: '0.62', most: '0.88' },
}
const CUTTING: YieldRange = { least: '0.6', most: '1' }
/** Leaves, roots and stalks are cut off; nothing is added. */
const TRIMMING: YieldRange = { least: '0.6', most: '1' }
const WHOLE: YieldRange = { least: '0.97', most: '1' }

/** Weighing twice differs by so much at most: added to the upper end. */
const SCALES = '1.02'

/** Beginnings of codes of GB/T 7635.1, of live animals and of meat. */
const SPECIES: readonly (readonly [beginning: string, species: string])[] = [
  ['02121', 'pork'],
  ['21113', 'pork'],
  ['21114', 'pork'],
  ['02111', 'beef'],
  ['21111', 'beef'],
  ['02112', 'mutton'],
  ['21115', 'mutton'],
  ['02122', 'poultry'],
]
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/猪/u, 'pork'],
  [/牛/u, 'beef'],
  [/羊/u, 'mutton'],
  [/鸡|鸭|鹅|禽/u, 'poultry'],
]

/** Goods as a record names them. */
export interface YieldGoods {
  readonly class?: string | undefined
  readonly code?: string | undefined
  readonly name?: string | undefined
}

function speciesOf({ class: of, code, name }: YieldGoods): string | undefined {
  if (of === 'poultry_live' || of === 'poultry_meat') return 'poultry'
  if (of !== undefined && Object.hasOwn(SLAUGHTER, of)) return of
  return (
    SPECIES.find(([beginning]) => code?.startsWith(beginning))?.[1] ??
    NAMES.find(([pattern]) => name !== undefined && pattern.test(name))?.[1]
  )
}

/** The usual range for a process; null where nothing is known of it. */
export function yieldRange(process: string | undefined, goods: YieldGoods): YieldRange | null {
  switch (process) {
    case 'slaughter':
      return SLAUGHTER[speciesOf(goods) ?? ''] ?? null
    case 'cutting':
      return CUTTING
    case 'packing':
      return goods.class === 'vegetable' || goods.class === 'mushroom' || goods.class === 'fruit'
        ? TRIMMING
        : WHOLE
    case 'mixing':
    case 'splitting':
      return WHOLE
    default:
      return null
  }
}

export interface YieldJudgement {
  readonly verdict: 'within' | 'above' | 'below' | 'unknown'
  /** Per cent, one digit after the point. */
  readonly yield: string | null
  readonly least: string | null
  readonly most: string | null
}

/**
 * Whether so much can come out of so much. `below` only where the record tells all that came out: what is sold so far is not all.
 * @param into kilograms, of animals the live mass; null where it is not stated
 */
export function judgeYield(
  range: YieldRange | null,
  masses: { readonly into: string | null; readonly outOf: string | null; readonly isAll: boolean },
): YieldJudgement {
  const { into, outOf, isAll } = masses
  const [least, most] = range ? [percent(range.least), percent(range.most)] : [null, null]
  if (into === null || outOf === null || compareDecimal(into, '0') <= 0)
    return { verdict: 'unknown', yield: null, least, most }
  const share = multiplyDecimal(divideDecimal(outOf, into, 3), '100')
  const verdict = !range
    ? 'unknown'
    : compareDecimal(outOf, multiplyDecimal(multiplyDecimal(into, range.most), SCALES)) > 0
      ? 'above'
      : isAll && compareDecimal(outOf, multiplyDecimal(into, range.least)) < 0
        ? 'below'
        : 'within'
  return { verdict, yield: share, least, most }
}

const percent = (share: string): string => multiplyDecimal(share, '100')
