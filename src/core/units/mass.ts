import { multiplyDecimal } from '#core/decimal.ts'
import { unitOf } from './table.ts'

/**
 * A mass in kilograms, exact: `convertMass('240', '斤')` → `'120'`.
 * @param value plain decimal
 * @returns canonical decimal, or null where the unit is none of mass
 */
export function convertMass(value: string, unit: string): string | null {
  const meaning = unitOf(unit)
  if (meaning === undefined || meaning.code !== 'KGM') return null
  return multiplyDecimal(value, meaning.factor)
}
