import type { Body } from './body.ts'
import type { Kind } from './kinds.ts'
import type { Quantity } from './values.ts'

/** What is doubtful about an amount that can be read; names of reasons in `core/mapping/reasons.ts`. */
export type AmountDoubt = 'amount_negative' | 'amount_not_refund' | 'amount_zero' | 'amount_vast'

/** Kinds of record that tell of goods that move: without an amount they tell of nothing. */
const MOVES: ReadonlySet<Kind> = new Set(['production', 'dispatch', 'entry', 'sale', 'disposal'])
/** Kinds by which goods, or money for them, come back: sources write these below zero. */
const RETURNS: ReadonlySet<Kind> = new Set(['sale', 'payment'])

/** No load of a road, a rail wagon or a barge, and no day of one product at the largest markets, is a thousand tonnes: such a number is in the wrong unit. */
const MOST_KG = 1_000_000
const MOST_DIGITS = String(MOST_KG).length

const ZERO = /^-?0+(?:\.0+)?$/
const isBelowZero = (value: string | null | undefined): boolean =>
  value?.startsWith('-') === true && !ZERO.test(value)

/**
 * What is doubtful about an amount, by the kind of its record.
 * @param isLine whether it is that of the goods themselves, not one beside it or within
 */
export function doubtsOf(
  kind: Kind | undefined,
  isLine: boolean,
): (isVoid: boolean, quantity: Pick<Quantity, 'value' | 'unit'>) => AmountDoubt | undefined {
  const mayReturn = kind !== undefined && RETURNS.has(kind)
  const moves = isLine && kind !== undefined && MOVES.has(kind)
  return (isVoid, { value, unit }) => {
    if (value === null) return undefined
    if (isBelowZero(value)) return mayReturn || isVoid ? undefined : 'amount_negative'
    if (ZERO.test(value)) return moves && !isVoid ? 'amount_zero' : undefined
    return unit === 'KGM' && value.length >= MOST_DIGITS && Number(value) > MOST_KG
      ? 'amount_vast'
      : undefined
  }
}

/** Parts of a sale that are below zero where goods came back. */
export const RETURN_PARTS = ['quantity', 'mass', 'amount'] as const
type ReturnPart = (typeof RETURN_PARTS)[number]

/** As much of a sale as tells whether goods came back. */
export type MaybeReturn = { readonly refund?: boolean | undefined } & {
  readonly [Part in ReturnPart]?: { readonly value: string | null } | undefined
}

/** The first part of a sale that is below zero though nothing tells that it is a refund; undefined where there is none. */
export const untoldReturn = (sale: MaybeReturn): ReturnPart | undefined =>
  sale.refund === true ? undefined : RETURN_PARTS.find((part) => isBelowZero(sale[part]?.value))

/** A doubtful amount of a record, and the path to it within the body. */
export interface DoubtfulAmount {
  readonly path: string
  readonly value: string
  readonly doubt: AmountDoubt
}

/** All that is doubtful about the amounts of a record that came with its values made already. */
export function doubtfulAmounts(kind: Kind, body: Body, isVoid: boolean): DoubtfulAmount[] {
  const found: DoubtfulAmount[] = []
  const judge = (path: string, quantity: Quantity | undefined, isLine = false): void => {
    const doubt = quantity && doubtsOf(kind, isLine)(isVoid, quantity)
    if (doubt !== undefined) found.push({ path: `${path}/value`, value: quantity?.value ?? '', doubt })
  }
  judge('/quantity', body.quantity, true)
  judge('/mass', body.mass)
  for (const name of ['input', 'output'] as const) {
    judge(`/${name}/quantity`, body[name]?.quantity)
    judge(`/${name}/mass`, body[name]?.mass)
  }
  const part = kind === 'sale' && !isVoid ? untoldReturn(body) : undefined
  if (part !== undefined)
    found.push({ path: `/${part}/value`, value: body[part]?.value ?? '', doubt: 'amount_not_refund' })
  return found
}
