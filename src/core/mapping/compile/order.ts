import { note } from '#core/mapping/run/run.ts'
import { compileDate } from '#core/mapping/verbs/date.ts'
import { compileText } from '#core/mapping/verbs/text.ts'
import { foldWidth } from '#core/width.ts'
import type { Compiling, Evaluate } from './compiling.ts'
import type { Node } from './node.ts'

const WIDTH = 20
const WHOLE = /^\d{1,20}$/

/**
 * `order: { from: field, date: […] }`, or a whole number, which is filled with zeros so that texts compare as numbers. One that cannot be
 * read rejects: taken without it, an older record would replace a newer one. Whether a record may lack it is for the store to say.
 */
export function compileOrder(c: Compiling, node: Node): Evaluate<string> | null {
  if (node.is === 'map' && node.entries.has('date')) {
    const plan = compileDate(c, node, 'order', { essential: false, event: false, mustRead: true })
    return plan === null ? null : (run) => plan.evaluate(run)?.at
  }
  const plan = compileText(c, node, 'order')
  if (plan === null) return null
  return (run) => {
    const text = plan.read(run)
    if (text === undefined) return undefined
    const number = foldWidth(text).trim()
    if (WHOLE.test(number)) return number.padStart(WIDTH, '0')
    note(run, 'E_SCHEMA', 'order_bad', { target: 'order', value: text, rejects: true })
    return undefined
  }
}

/** Whether two orders are both numbers or both times; of others neither is the older. */
export const areComparable = (a: string, b: string): boolean => WHOLE.test(a) === WHOLE.test(b)

/** An order as the source wrote it. */
export const orderAsSent = (order: string): string =>
  WHOLE.test(order) ? order.replace(/^0+(?=\d)/, '') : order
