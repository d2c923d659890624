/** Texts of both languages. */
export interface Words {
  readonly zh: string
  readonly en: string
}
/** Records with their kilograms. */
export interface Goods {
  readonly records: number
  readonly mass: string
}
export interface Sold extends Goods {
  /** Yuan of those that tell them; null where none of the records does. */
  readonly amount: string | null
}
export interface Named {
  readonly code: string
  readonly title: Words
}

export interface DayFigures {
  readonly entries: {
    readonly all: Goods
    readonly admitted: Goods
    readonly refused: Goods
    readonly pending: Goods
    /** The source does not say whether they were admitted. */
    readonly untold: Goods
    readonly byClass: readonly (Named & Goods)[]
    readonly papers: {
      readonly complete: Goods
      readonly missing: Goods
      readonly none: Goods
      readonly unknown: Goods
      readonly incomplete: Goods
      readonly notRequired: Goods
      readonly untold: Goods
    }
  }
  readonly sales: {
    readonly all: Sold
    readonly wholesale: Sold
    readonly tickets: Sold
    readonly summaries: Sold
    readonly untold: Sold
    readonly refunds: Sold
    readonly byClass: readonly (Named & Sold)[]
  }
  readonly payments: {
    readonly all: Pick<Sold, 'records' | 'amount'>
    readonly byMethod: readonly ({ readonly method: string } & Pick<Sold, 'records' | 'amount'>)[]
  }
  readonly tests: {
    readonly all: number
    readonly passed: number
    readonly failed: number
    readonly suspect: number
    readonly invalid: number
    readonly unknown: number
    readonly byHalfPastEight: number
    /** Failed of those that passed or failed; null where there are none. */
    readonly failedShare: number | null
    readonly byItem: readonly { readonly item: string; readonly tests: number; readonly failed: number }[]
    readonly byProduct: readonly (Named & { readonly tests: number; readonly failed: number })[]
    /** Of the twenty main products: how many markets had each, and had its result by 08:30. */
    readonly main: {
      readonly seen: number
      readonly tested: number
      readonly missing: number
      readonly products: readonly (Named & {
        readonly seen: number
        readonly tested: number
        readonly missing: number
      })[]
    }
  }
  readonly papers: {
    readonly issued: Goods
    readonly void: number
    readonly lastDay: number
    readonly byType: readonly (Named & Goods & { readonly void: number; readonly lastDay: number })[]
  }
  readonly holds: { readonly stopSale: number; readonly release: number; readonly recall: number }
  readonly disposals: {
    readonly all: Goods
    readonly destroyed: Goods
    readonly returned: Goods
    readonly rendered: Goods
  }
  readonly inspections: {
    readonly all: number
    readonly pass: number
    readonly fail: number
    readonly rectify: number
    readonly unknown: number
  }
  /** What was found, by how grave it is; `pending`: somebody has still to do something. */
  readonly findings: {
    readonly all: number
    readonly pending: number
    readonly bySeverity: readonly {
      readonly severity: string
      readonly all: number
      readonly pending: number
    }[]
  }
  /** What each system gave, and what of it was left out because another told of more of the same goods. */
  readonly sources: readonly {
    readonly of: string
    readonly system: string
    readonly counted: Sold
    readonly leftOut: Sold
  }[]
}
