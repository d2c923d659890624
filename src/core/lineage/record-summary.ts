import type { Body } from '#core/model/body.ts'
import type { Quantity, Region } from '#core/model/values.ts'

const UNIT_WORDS: Readonly<Record<Quantity['unit'], string>> = { KGM: 'kg', HEA: '头', H87: '件', PKG: '箱' }

/** A quantity as people write it: `100 kg`, `20 头`; empty where the value is not known. */
export const quantityText = (quantity: Pick<Quantity, 'value' | 'unit'> | undefined): string =>
  quantity?.value ? `${quantity.value} ${UNIT_WORDS[quantity.unit]}` : ''

/** Name of a region, else its code, else how the source wrote it. */
export const regionText = (region: Region | undefined): string =>
  region?.name ?? region?.code ?? region?.writtenAs ?? ''

/** One line about a record: product, quantity, test or hold, and the place. Never a person, a price or a phone number. */
export function recordSummary(body: Body): string {
  const { product, quantity, mass, test, holdKind, sites } = body
  const place = sites?.find((site) => site.name !== undefined)?.name ?? regionText(body.region)
  return [
    product?.name ?? product?.code ?? '',
    [quantityText(quantity), quantityText(mass)].filter((text) => text !== '').join(' / '),
    test ? `${test.item} ${test.verdict}` : '',
    holdKind ?? '',
    place,
  ]
    .filter((text) => text !== '')
    .join(' · ')
}
