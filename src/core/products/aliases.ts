import type { ProductClass } from './product-class.ts'

/** Scheme under which a name is decided; any other is the scheme of a system's own code, such as `local.market-scales`. */
export const NAME_SCHEME = 'name'

/** What a name or a system's own code (PLU) of a product means, as a person decided it. */
export interface ProductAlias {
  /** Null where it is meant for every system. */
  readonly system: string | null
  readonly scheme: string
  readonly value: string
  readonly class: ProductClass
  /** GB/T 7635.1, 5 or 8 digits; null where only the class was decided. */
  readonly code: string | null
}

/** The aliases in force. They change while mappings run, so whoever remembers what they said looks at the revision first. */
export interface ProductAliases {
  readonly revision: number
  /** That of the system, else that of all systems. */
  readonly find: (system: string, scheme: string, value: string) => ProductAlias | undefined
}

/** Aliases that can be replaced as a whole, by whoever reads them from the store. */
export interface HeldAliases extends ProductAliases {
  readonly replace: (aliases: readonly ProductAlias[], revision: number) => void
}

/** An empty set of aliases of revision 0. */
export function holdAliases(): HeldAliases {
  let current: ReadonlyMap<string, ProductAlias> = new Map()
  let revision = 0
  return {
    get revision() {
      return revision
    },
    find: (system, scheme, value) =>
      current.get(keyOf(system, scheme, value)) ?? current.get(keyOf('', scheme, value)),
    replace: (aliases, newest) => {
      current = new Map(aliases.map((one) => [keyOf(one.system ?? '', one.scheme, one.value), one]))
      revision = newest
    },
  }
}

const keyOf = (system: string, scheme: string, value: string): string => `${system}\n${scheme}\n${value}`
