import { isValidDate } from '#core/calendar.ts'
import { isRegionCode } from './region-shape.ts'
import { digitsAt } from './shape.ts'

/** Form A: operator (13) and serial (7). Form B: node (9), yyMMdd, daily serial (5). Both are 20 digits (SB/T 10680). */
export type TraceForm = 'A' | 'B'

/** Which nodes and operators are known, where somebody knows them; tells the forms apart when both fit. */
export interface KnownCodes {
  readonly node?: (code: string) => boolean
  readonly operator?: (code: string) => boolean
}

/** The commerce-department trace began in 2010 and the hub takes no time before 2009: an earlier date is a serial. */
const FIRST_YEAR = 9

/** Node code 流通节点编码: 6 region as of registration and 3 serial. */
export function isNodeShape(code: string): boolean {
  return isRegionCode(code, 9)
}

/** Operator code 经营者编码: node code and 4 serial. */
export function isOperatorShape(code: string): boolean {
  return isRegionCode(code, 13)
}

/** Batch code of the QR label 批次码: node code and 7 serial. */
export function isBatchShape(code: string): boolean {
  return isRegionCode(code, 16)
}

/** 20 digits that begin with a region; the drug trace code has 20 digits too, but begins with 8. */
export function isTraceShape(code: string): boolean {
  return isRegionCode(code, 20)
}

/** Whether the ten digits after the node can be yyMMdd and serial. Expects 20 digits. */
export function hasTraceDate(code: string): boolean {
  const year = digitsAt(code, 9, 11)
  return year >= FIRST_YEAR && isValidDate(2000 + year, digitsAt(code, 11, 13), digitsAt(code, 13, 15))
}

/**
 * The form of a 20-digit code whose source does not declare one, or `ambiguous`: never a guess. Form A always fits by
 * structure, form B only with a date. (A form A serial below 100,000 puts 00 where the day would be, so most are clear.)
 */
export function traceForm(code: string, known: KnownCodes = {}): TraceForm | 'ambiguous' {
  if (!hasTraceDate(code)) return 'A'
  const operatorKnown = known.operator?.(code.slice(0, 13)) ?? false
  const nodeKnown = known.node?.(code.slice(0, 9)) ?? false
  // A known operator proves its node too; a known node without that operator speaks for B only if operators are known.
  if (operatorKnown) return 'ambiguous'
  return nodeKnown && known.operator ? 'B' : 'ambiguous'
}
