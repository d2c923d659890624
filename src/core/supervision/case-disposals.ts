import { type DisposalMethod, disposalMethod } from '#core/cases/disposal-method.ts'
import { addDecimal } from '#core/decimal.ts'
import type { Goods } from './day-figures.ts'

/**
 * What officials told in cases to be disposed of, apart from the records of disposals: an event of a case names no record and no lot, so that nobody can tell
 * whether a record is of the same goods.
 */
export interface CaseDisposals extends Readonly<Record<DisposalMethod, Goods>> {
  readonly all: Goods
}

/** @param told by what was written as the method, which was any word formerly */
export function caseDisposals(told: readonly (Goods & { readonly method: string | null })[]): CaseDisposals {
  const sum = (own: readonly Goods[]): Goods =>
    own.reduce(
      (all, one) => ({
        records: all.records + one.records,
        mass: addDecimal(all.mass, one.mass),
      }),
      NONE,
    )
  const of = (code: DisposalMethod): Goods =>
    sum(told.filter(({ method }) => method !== null && disposalMethod(method) === code))
  return { all: sum(told), destroyed: of('destroyed'), returned: of('returned'), rendered: of('rendered') }
}

const NONE: Goods = { records: 0, mass: '0' }
