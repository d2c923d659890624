import { type Compiling, entryOf, mapOf, type Plan } from '#core/mapping/compile/compiling.ts'
import type { Node } from '#core/mapping/compile/node.ts'
import type { FlowPart } from '#core/model/parts.ts'
import { compileDocument } from './document.ts'
import { compileList } from './list.ts'
import { compileLot } from './lot.ts'
import { compileProduct } from './product.ts'
import { compileQuantity } from './quantity.ts'

/** What went into or came out of a transformation: `documents`, `lots`, `product`, `quantity`, `mass`. Nothing where all are empty. */
export const FLOW_EXAMPLE = {
  mapping: '{ quantity: { from: heads, unit: { const: 头 } } }',
  target: 'input',
  in: { heads: '20' },
  out: { quantity: { raw: '20', rawUnit: '头', unit: 'HEA', value: '20' } },
} as const

const NAMES = ['documents', 'lots', 'mass', 'product', 'quantity'] as const

export function compileFlow(c: Compiling, node: Node, target: string): Plan<FlowPart> | null {
  const map = mapOf(c, node, target, NAMES, `${target}: { documents: […], quantity: … }`)
  if (map === null) return null
  const members: { readonly name: (typeof NAMES)[number]; readonly plan: Plan<unknown> }[] = []
  let isWhole = map.entries.size > 0
  if (!isWhole) c.mistakes.add(node.at, target, 'empty')
  for (const name of NAMES) {
    const found = entryOf(map, name)
    if (found === undefined) continue
    const plan = compileMember(c, found, `${target}.${name}`, name)
    if (plan === null) isWhole = false
    else members.push({ name, plan })
  }
  if (!isWhole) return null
  return {
    verb: 'flow',
    evaluate: (run) => {
      const flow: Record<string, unknown> = {}
      let isEmpty = true
      for (const { name, plan } of members) {
        const value = plan.evaluate(run)
        if (value === undefined) continue
        flow[name] = value
        isEmpty = false
      }
      return isEmpty ? undefined : (flow as FlowPart)
    },
  }
}

function compileMember(
  c: Compiling,
  node: Node,
  target: string,
  name: (typeof NAMES)[number],
): Plan<unknown> | null {
  if (name === 'documents') return compileList(c, node, target, 'document', compileDocument)
  if (name === 'lots') return compileList(c, node, target, 'lot', compileLot)
  if (name === 'product') return compileProduct(c, node, target)
  return compileQuantity(c, node, target, false)
}
