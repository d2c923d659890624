import type { GraphCode } from '#core/lineage/codes.ts'

/** Stand between a code and the goods of it, and between these and whose hand they are in; no code has them. */
const OF_GOODS = '\u0001'
const IN_HAND = '\u0002'

/** A code as that of one of several goods that are called by it. */
export const codeOfGoods = (code: GraphCode, goods: string): GraphCode => `${code}${OF_GOODS}${goods}`
/** A code as that of goods in one of several hands. */
export const codeInHand = (code: GraphCode, hand: string): GraphCode => `${code}${IN_HAND}${hand}`

/** The code of the goods, in whose hand ever. */
export const codeInAnyHand = (code: GraphCode): GraphCode => before(code, IN_HAND)
/** The code itself, without the goods that it is meant of. */
export const codeItself = (code: GraphCode): GraphCode => before(before(code, IN_HAND), OF_GOODS)

function before(code: GraphCode, mark: string): GraphCode {
  const end = code.indexOf(mark)
  return end < 0 ? code : code.slice(0, end)
}
