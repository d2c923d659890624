import type { Flag } from '#core/flags.ts'
import type { ProductAlias } from './aliases.ts'
import { codeClass, codeName, codeOfName, restoreLeadingZero } from './code-table.ts'
import { isFalsePositiveProne } from './names.ts'
import type { ProductClass } from './product-class.ts'
import { bareProductName, cleanProductName, readProductName } from './read-product-name.ts'

/** A product as a source named it. */
export interface ProductInput {
  /** GB/T 7635.1 code; 5-digit parents occur, and codes that lost a leading zero. */
  readonly code?: string
  readonly name?: string
  /** What a person decided of a name; it comes before the table of everyday names, and after the code. */
  readonly decided?: (name: string) => Pick<ProductAlias, 'class' | 'code'> | undefined
}

/** What is known of a product. */
export interface KnownProduct {
  /** The code as written, with its leading zero; never made from the name, unless a person decided it for this name. */
  readonly code?: string
  /** The name as written, in one width, misreadings mended; else the name of the code. */
  readonly name?: string
  /** The same name for all names of one product: 番茄 for 西红柿. */
  readonly standardName?: string
  /** Code of the standard name in GB/T 7635.1, whatever code the source wrote. */
  readonly standardCode?: string
  readonly class?: ProductClass
  /** Set where the rapid test for pesticides often fails a harmless product. */
  readonly falsePositiveProne?: true
  readonly flags: readonly Flag[]
}

/**
 * What a code and a name stand for. The class comes from the code (its longest known beginning), else from what a
 * person decided of the name, else from the name; a product
 * that neither tells is kept as written, without class, with `W_PRODUCT_UNKNOWN`.
 */
export function lookupProduct(input: ProductInput): KnownProduct {
  const written = (input.code ?? '').normalize('NFKC').replace(/\s+/gu, '')
  const ownCode = restoreLeadingZero(written)
  const cleaned = cleanProductName(input.name ?? '')
  const name = cleaned === '' ? codeName(ownCode) : cleaned
  const decided =
    cleaned === '' ? undefined : (input.decided?.(cleaned) ?? input.decided?.(bareProductName(cleaned)))
  const code = ownCode === '' ? (decided?.code ?? '') : ownCode
  const named = name === undefined ? undefined : readProductName(name)
  const productClass = codeClass(code) ?? decided?.class ?? named?.class
  const standardName = named?.standard
  const standardCode = standardName === undefined ? undefined : codeOfName(standardName)
  const isNothing = code === '' && name === undefined
  return {
    ...(code === '' ? {} : { code }),
    ...(name === undefined ? {} : { name }),
    ...(standardName === undefined ? {} : { standardName }),
    ...(standardCode === undefined ? {} : { standardCode }),
    ...(productClass === undefined ? {} : { class: productClass }),
    ...(standardName !== undefined && isFalsePositiveProne(standardName) ? { falsePositiveProne: true } : {}),
    flags: productClass === undefined && !isNothing ? ['W_PRODUCT_UNKNOWN'] : [],
  }
}
