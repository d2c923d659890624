import { AdapterError } from '#adapters/adapter.ts'
import type { Sheet } from '#adapters/paging/listing.ts'
import type { Watermark } from './watermark.ts'

const AT = '/settings/watermark'

/**
 * The values of the rows of a page; null for a row without one, which is passed on and moves nothing.
 * @throws AdapterError source where no row has one
 */
export function valuesOf(sheet: Sheet, watermark: Watermark): (bigint | null)[] {
  const values: (bigint | null)[] = []
  let isText = false
  for (let index = 0; index < sheet.count; index++) {
    const text = sheet.textOf(index, watermark.field)
    isText ||= text !== undefined && text !== ''
    values.push(text === undefined ? null : watermark.read(text))
  }
  if (sheet.count === 0 || values.some((value) => value !== null)) return values
  throw isText
    ? new AdapterError('source', 'no row has a value of the format that is set', { setting: `${AT}/format` })
    : new AdapterError('source', `no row has a ${watermark.field.path}`, { setting: `${AT}/field` })
}

/**
 * Refuses rows that show that the source does not do what the settings say: rows would be passed over in silence.
 * @throws AdapterError source
 */
export function checkOrder(
  values: readonly (bigint | null)[],
  watermark: Watermark,
  from: bigint | null,
  before: bigint | null,
): void {
  let last = watermark.isOrdered ? before : null
  let lowest: bigint | null = null
  for (const value of values) {
    if (value === null) continue
    if (lowest === null || value < lowest) lowest = value
    if (!watermark.isOrdered) continue
    if (last !== null && value < last)
      throw new AdapterError('source', 'the rows do not come in the order of the watermark', {
        setting: `${AT}/order`,
      })
    last = value
  }
  if (from !== null && lowest !== null && watermark.floor(lowest) < watermark.lowest(from))
    throw new AdapterError('source', 'the source gives rows from before the lower bound', {
      setting: `${AT}/parameter`,
    })
}

/** The greatest of values; null where there is none. */
export function greatest(values: readonly (bigint | null)[]): bigint | null {
  let most: bigint | null = null
  for (const value of values) if (value !== null && (most === null || value > most)) most = value
  return most
}

export const least = (a: bigint, b: bigint | null): bigint => (b !== null && b < a ? b : a)
