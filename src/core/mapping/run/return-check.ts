import { type MaybeReturn, RETURN_PARTS, untoldReturn } from '#core/model/doubtful-amount.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { Amount, Quantity } from '#core/model/values.ts'
import { note, type Run } from './run.ts'

/** Marks a sale that is below zero though nothing in it tells of a refund. @param values the parts of the record */
export type ReturnCheck = (run: Run, values: readonly unknown[]) => void

/**
 * The check for one kind of record; null for kinds that are no sale, and where none of its parts can be below zero.
 * @param plans the parts, in the order of their values, each with the first source field that it reads
 */
export function returnCheck(
  kind: Kind,
  plans: readonly { readonly target: string; readonly field: string }[],
): ReturnCheck | null {
  const placeOf = (name: string): number => plans.findIndex(({ target }) => target === name)
  if (kind !== 'sale' || RETURN_PARTS.every((part) => placeOf(part) < 0)) return null
  const [quantity, mass, amount, refund] = [...RETURN_PARTS, 'refund'].map(placeOf) as [
    number,
    number,
    number,
    number,
  ]
  return (run, values) => {
    if (run.isVoid) return
    const sale = {
      quantity: values[quantity] as Quantity | undefined,
      mass: values[mass] as Quantity | undefined,
      amount: values[amount] as Amount | undefined,
      refund: values[refund] as boolean | undefined,
    } satisfies MaybeReturn
    const part = untoldReturn(sale)
    if (part === undefined) return
    const { field = '' } = plans[placeOf(part)] ?? {}
    const value = sale[part]?.raw ?? sale[part]?.value ?? undefined
    note(run, 'W_UNIT_SUSPECT', 'amount_not_refund', { target: part, value, field })
  }
}
