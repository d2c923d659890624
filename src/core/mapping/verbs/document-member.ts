import type { DocumentType } from '#core/documents/document-type.ts'
import { type Compiling, type Evaluate, entryOf } from '#core/mapping/compile/compiling.ts'
import type { Node } from '#core/mapping/compile/node.ts'
import { keepRaw, type Run } from '#core/mapping/run/run.ts'
import { keptWords } from '#core/mapping/run/words.ts'
import type { DocumentPart } from '#core/model/parts.ts'
import { hasForbiddenCharacter, normaliseCode } from '#core/text.ts'
import { compileDate } from './date.ts'
import { compileEarTags } from './ear-tags.ts'
import { compileText } from './text.ts'
import { compileValidDays } from './valid-days.ts'
import { compileWordList } from './word-list.ts'

/** Something that a document has beside its number, role, type and scheme. */
export interface Member {
  readonly name: string
  /** @param issuedDay day of issue `YYYY-MM-DD`, or that of the record where the source does not tell it */
  readonly evaluate: (run: Run, type: DocumentType, issuedDay: string) => unknown
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
  if (name === 'validUntil' && node.is === 'map' && node.entries.has('days')) {
    const evaluate = compileValidDays(c, node, target)
    return evaluate === null ? null : { name, evaluate }
  }
  if (name === 'issuedOn' || name === 'validUntil') {
    const plan = compileDate(c, node, target, { essential: false, event: false })
    return plan === null ? null : { name, evaluate: plan.evaluate }
  }
  if (name === 'basis' || name === 'sources' || name === 'earTags') {
    const evaluate = name === 'earTags' ? compileEarTags(c, node, target) : compileWordList(c, node, target)
    return evaluate && { name, evaluate: name === 'sources' ? numbersOf(evaluate) : evaluate }
  }
  if (name === 'signature' || name === 'signedText') {
    const exact = compileText(c, node, target, [])
    // A signature is over the text as it is: nothing may be cleaned of it.
    return exact && { name, evaluate: (run) => exactly(exact.read(run)) }
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

/** Numbers of papers as they are compared, with what was written beside them. */
const numbersOf =
  (read: Evaluate<string[]>): Evaluate<string[]> =>
  (run) => {
    const written = read(run)
    const numbers = written?.map(normaliseCode)
    if (written?.some((text, i) => text !== numbers?.[i]))
      keepRaw(run, 'documents.sources', written.join(','))
    return numbers
  }

const exactly = (text: string | undefined): string | undefined =>
  text === undefined || hasForbiddenCharacter(text) ? undefined : text
