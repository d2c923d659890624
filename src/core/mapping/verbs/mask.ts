import { type Compiling, choiceOf } from '#core/mapping/compile/compiling.ts'
import type { Node } from '#core/mapping/compile/node.ts'
import { cover } from '#core/mask.ts'
import type { TextPlan } from './text.ts'

/** `mask`: a personal text with its middle covered: `phone` keeps 3 and 4 digits, `id` 6 and none, `name` the first character. */
export const MASK_EXAMPLE = {
  mapping: '{ from: phone, mask: phone }',
  target: 'note',
  in: { phone: '13800000000' },
  out: '138****0000',
} as const

const KEPT = { phone: [3, 4], id: [6, 0], name: [1, 0] } as const
const KINDS = Object.keys(KEPT) as (keyof typeof KEPT)[]

export function compileMask(c: Compiling, node: Node, plan: TextPlan, target: string): TextPlan | null {
  const kind = choiceOf(c, node, `${target}.mask`, KINDS)
  if (kind === null) return null
  const { read } = plan
  return {
    ...plan,
    verb: 'mask',
    read: (run) => {
      const text = read(run)
      return text === undefined ? undefined : cover(text, KEPT[kind])
    },
  }
}
