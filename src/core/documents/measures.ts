import { addDecimal, compareDecimal } from '#core/decimal.ts'

/** A value in one unit: KGM, HEA, H87 or PKG. */
export interface Measure {
  readonly value: string
  readonly unit: string
}

/** One measure for each unit. */
export function sumOf(measures: readonly Measure[]): Measure[] {
  const sums = new Map<string, string>()
  for (const { unit, value } of measures) sums.set(unit, addDecimal(sums.get(unit) ?? '0', value))
  return [...sums].map(([unit, value]) => ({ unit, value }))
}

/** The greatest of each unit. */
export function greatestOf(measures: readonly Measure[]): Measure[] {
  const most = new Map<string, string>()
  for (const { unit, value } of measures) {
    const known = most.get(unit)
    if (known === undefined || compareDecimal(value, known) > 0) most.set(unit, value)
  }
  return [...most].map(([unit, value]) => ({ unit, value }))
}

export const inUnit = (measures: readonly Measure[], unit: string): string | undefined =>
  measures.find((one) => one.unit === unit)?.value
