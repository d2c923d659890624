import type { Body } from '#core/model/body.ts'

/** Kinds of record that use a paper. */
export const USE_KINDS = ['sale', 'entry', 'dispatch'] as const
export type UseKind = (typeof USE_KINDS)[number]

/** Mass in kilograms as decimal text: the quantity, or the mass beside a count; null where neither is in kilograms. */
export function massOf(body: Body): string | null {
  for (const quantity of [body.quantity, body.mass])
    if (quantity?.unit === 'KGM' && quantity.value) return quantity.value
  return null
}
