import { shared } from '#core/mapping/run/once.ts'
import { compileCode } from '#core/mapping/verbs/code.ts'
import { compileDate } from '#core/mapping/verbs/date.ts'
import { compileDocument } from '#core/mapping/verbs/document.ts'
import { compileFlow } from '#core/mapping/verbs/flow.ts'
import { compileList } from '#core/mapping/verbs/list.ts'
import { compileLot } from '#core/mapping/verbs/lot.ts'
import { compileAmount, compilePrice } from '#core/mapping/verbs/money.ts'
import { compileProduct } from '#core/mapping/verbs/product.ts'
import { compileQuantity } from '#core/mapping/verbs/quantity.ts'
import { compileRegion } from '#core/mapping/verbs/region.ts'
import { compileFlag, compileNumber, compileValue, compileWords } from '#core/mapping/verbs/scalar.ts'
import { compileTest } from '#core/mapping/verbs/test-part.ts'
import { compileWordList } from '#core/mapping/verbs/word-list.ts'
import type { Alias } from '#core/model/values.ts'
import type { Compiling, Plan } from './compiling.ts'
import type { Node } from './node.ts'
import type { Shape } from './targets.ts'

type CompilePart = (c: Compiling, node: Node, target: string, shape: Shape) => Plan<unknown> | null

/** Which verb makes which shape. Parties and sites, which are written role by role, are put together elsewhere. */
const PARTS: Readonly<Record<Exclude<Shape['is'], 'parties' | 'sites'>, CompilePart>> = {
  event: (c, node, target) =>
    shared(c, node, target, () => compileDate(c, node, target, { essential: c.isEvent, event: true })),
  time: (c, node, target) => compileDate(c, node, target, { essential: false, event: false }),
  region: compileRegion,
  lots: (c, node, target) => compileList(c, node, target, 'lot', compileLot),
  documents: (c, node, target) => compileList(c, node, target, 'document', compileDocument),
  product: compileProduct,
  line: (c, node, target) => compileQuantity(c, node, target, true),
  quantity: (c, node, target) => compileQuantity(c, node, target, false),
  price: compilePrice,
  amount: (c, node, target) => shared(c, node, target, () => compileAmount(c, node, target)),
  flow: compileFlow,
  test: compileTest,
  words: compileWords,
  number: compileNumber,
  flag: compileFlag,
  list: (c, node, target) => {
    const evaluate = compileWordList(c, node, target)
    return evaluate === null ? null : { evaluate, verb: 'list' }
  },
  ids: compileIds,
  value: (c, node, target, shape) =>
    shape.is === 'value' ? compileValue(c, node, target, shape.values, shape.fallback) : null,
}

export function compilePart(c: Compiling, node: Node, target: string, shape: Shape): Plan<unknown> | null {
  return shape.is === 'parties' || shape.is === 'sites' ? null : PARTS[shape.is](c, node, target, shape)
}

function compileIds(c: Compiling, node: Node, target: string): Plan<Alias[]> | null {
  const nodes = node.is === 'list' ? node.members : [node]
  const plans = nodes.map((member, i) => compileCode(c, member, `${target}.${i}`))
  return {
    verb: 'code',
    evaluate: (run) => {
      const ids: Alias[] = []
      for (const plan of plans) {
        const alias = plan?.evaluate(run)?.alias
        if (alias) ids.push(alias)
      }
      return ids.length === 0 ? undefined : ids
    },
  }
}
