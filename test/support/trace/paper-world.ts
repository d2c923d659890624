import fc from 'fast-check'

/** Papers with two kinds of goods that may come under one. */
export const PAPERS = {
  promise_cert: [
    { name: '番茄', class: 'vegetable' },
    { name: '茄子', class: 'vegetable' },
  ],
  product_A: [
    { name: '带皮片猪', class: 'pork' },
    { name: '牛肉', class: 'beef' },
  ],
} as const

export const MARKETS = ['330109004', '330402003', '330105031'] as const

const few = <T>(...of: readonly [T, ...T[]]) => fc.constantFrom(...of)

export const ROUNDED = {
  same: (n: number) => n,
  less: (n: number) => Math.floor(n / 10) * 10,
  more: (n: number) => Math.ceil(n / 10) * 10,
}

const market = fc.record({
  /** Whether it tells what comes in, and not only what is sold. */
  isArrivalTold: few(true, true, true, false),
  /** What the platform of the county tells of arrivals beside it; null: nothing. */
  county: few<keyof typeof ROUNDED | null>(null, null, 'same', 'less', 'more'),
})
export type Papers = 'both' | 'paper' | 'voucher' | 'untold'
/** How what one trader has of another is told. */
const pair = fc.record({
  sale: few<Papers>('both', 'both', 'paper', 'voucher', 'untold'),
  entry: few<Papers>('both', 'paper', 'voucher', 'untold'),
  /** Whether an entry of goods of which the sale under the paper is told says who gave them. */
  isGiverTold: few(true, true, false),
  /** Of what goes back: a refund under the voucher or a number of its own, what the buyer tells to have sent back, the arrival at the seller. */
  back: few('voucher', 'own', 'sentBack', 'both', 'arrival', 'arrival', 'all'),
})
const step = fc.record({
  does: few('arrive', 'arrive', 'retail', 'inside', 'onward', 'onward', 'back', 'back'),
  of: fc.nat(20),
  to: fc.nat(8),
  good: fc.nat(1),
  kilograms: fc.integer({ min: 1, max: 400 }),
  part: few(30, 60, 100),
  fate: few('in', 'in', 'in', 'refused', 'void', 'corrected'),
})
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

export const paperWorld = fc.record({
  type: few<keyof typeof PAPERS>('promise_cert', 'product_A'),
  goods: few(1, 1, 2),
  /** By how much more is stated than came in. */
  slack: few(-50, 0, 0, 100),
  sent: few('nothing', 'some', 'all'),
  origin: fc.record({
    sale: few<Papers>('untold', 'untold', 'paper', 'both'),
    /** Whether who takes the goods in names the voucher of that sale beside the paper. */
    isVoucherShown: few(false, false, true),
    /** How it tells of what a gate refused and sent back. */
    home: few('untold', 'refund', 'arrival'),
    isPlaceTold: fc.boolean(),
  }),
  markets: fc.tuple(market, market, market),
  pairs: fc.array(pair, { minLength: 5, maxLength: 5 }),
  steps: fc.array(step, { minLength: 1, maxLength: 14 }),
  order: fc.array(fc.nat(1000), { minLength: 40, maxLength: 40 }),
})
export type PaperWorld = typeof paperWorld extends fc.Arbitrary<infer T> ? T : never
