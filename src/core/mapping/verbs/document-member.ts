import { type Compiling, type Evaluate, entryOf } from '#core/mapping/compile/compiling.ts'
import type { Node } from '#core/mapping/compile/node.ts'
import { keptWords } from '#core/mapping/run/words.ts'
import type { DocumentPart } from '#core/model/parts.ts'
import { compileDate } from './date.ts'
import { compileText } from './text.ts'
import { compileWordList } from './word-list.ts'

/** Something that a document has beside its number, role, type and scheme. */
export interface Member {
  readonly name: string
  readonly evaluate: Evaluate<unknown>
}

const VALUES: Partial<Record<keyof DocumentPart, readonly string[]>> = {
  issueType: ['producer', 'purchaser'],
}

export function compileMember(
  c: Compiling,
  node: Node,
  target: string,
  name: keyof DocumentPart,
): Member | null {
  if (name === 'issuedOn' || name === 'validUntil') {
    const plan = compileDate(c, node, target, { essential: false, event: false })
    return plan === null ? null : { name, evaluate: plan.evaluate }
  }
  if (name === 'basis' || name === 'sources' || name === 'earTags') {
    const evaluate = compileWordList(c, node, target)
    return evaluate === null ? null : { name, evaluate }
  }
  const values = VALUES[name]
  const plan = compileText(c, node, target, [], values ? { values } : {})
  if (plan === null) return null
  const { read } = plan
  const keepsText =
    node.is === 'map' && (entryOf(node, 'enum') !== undefined || entryOf(node, 'const') !== undefined)
  return {
    name,
    evaluate: (run) => {
      const text = read(run)
      return text === undefined || keepsText ? text : keptWords(run, text, target)
    },
  }
}
