import { lookupProduct } from '#core/products/lookup.ts'
import type { Body } from './body.ts'
import type { ProductPart } from './parts.ts'

/** Goods that neither code nor name tells, and the path to them within the body. */
export interface UnknownGoods {
  readonly path: string
  readonly value: string
}

type Decided = NonNullable<Parameters<typeof lookupProduct>[0]['decided']>

/**
 * A body that fits its schema, with the class of its goods where the source tells none, as mappings find it: by the code, by what a person decided of the name, else by the
 * name. What the source tells stays as it is. The same object where nothing changes.
 */
export function knownGoods(
  body: Body,
  decided?: Decided,
): { readonly body: Body; readonly unknown: readonly UnknownGoods[] } {
  const unknown: UnknownGoods[] = []
  const made: Partial<Record<'product' | 'input' | 'output', unknown>> = {}
  const read = (product: ProductPart | undefined, path: string): ProductPart | undefined => {
    if (product === undefined || product.class !== undefined) return product
    const { code, name } = product
    const told = { ...(code === undefined ? {} : { code }), ...(name === undefined ? {} : { name }) }
    const known = lookupProduct({ ...told, ...(decided ? { decided } : {}) })
    if (known.class !== undefined) return { class: known.class, ...product }
    if (known.flags.length > 0) unknown.push({ path, value: name ?? code ?? '' })
    return product
  }
  const product = read(body.product, '/product')
  if (product !== body.product) made.product = product
  for (const side of ['input', 'output'] as const) {
    const part = body[side]
    const own = read(part?.product, `/${side}/product`)
    if (own !== part?.product) made[side] = { ...part, product: own }
  }
  return { body: Object.keys(made).length === 0 ? body : ({ ...body, ...made } as Body), unknown }
}
