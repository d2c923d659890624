import type { Body } from '#core/model/body.ts'
import type { ProductPart } from '#core/model/parts.ts'
import { codeText } from '#core/reference/describe.ts'
import { storable } from '#core/text.ts'

/** A product that nothing names, as a record writes it; what it does not write is empty. */
export interface UnknownProduct {
  readonly name: string
  readonly code: string
  /** `<scheme>:<value>` of the source's own code, such as a PLU. */
  readonly ownCode: string
}

const LONGEST = 100

/** The products of a record that is marked W_PRODUCT_UNKNOWN which have no class; each once. */
export function unknownProducts(body: Body): UnknownProduct[] {
  if (!body.flags.includes('W_PRODUCT_UNKNOWN')) return []
  const found = new Map<string, UnknownProduct>()
  for (const part of [body.product, body.input?.product, body.output?.product]) {
    if (!part || part.class !== undefined) continue
    const unknown = unknownOf(part)
    const key = JSON.stringify(unknown)
    if (unknown.name + unknown.code + unknown.ownCode !== '') found.set(key, unknown)
  }
  return [...found.values()]
}

const unknownOf = ({ name = '', code = '', ids = [] }: ProductPart): UnknownProduct => ({
  name: cut(name),
  code: cut(code),
  ownCode: ids[0] ? cut(codeText(ids[0])) : '',
})

const cut = (text: string): string => storable([...text].slice(0, LONGEST).join(''))
