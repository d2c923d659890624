import { parseEarTags } from '#core/identifiers/eartag.ts'
import type { Compiling, Evaluate } from '#core/mapping/compile/compiling.ts'
import type { Node } from '#core/mapping/compile/node.ts'
import { keepRaw, note } from '#core/mapping/run/run.ts'
import { compileWordList } from './word-list.ts'

/**
 * `earTags` of a document: one cell, or `each` member of a list. Whole tags of 15 digits (blanks inside allowed) and those of which
 * only the last digits are written (marked W_TAG_PARTIAL); ranges give each tag, both ends included. Words such as 见附页 are no
 * tags; the text stays in `raw`.
 */
export const EAR_TAGS_EXAMPLE = {
  mapping: '[ { role: self, from: no, type: animal_A, earTags: tags } ]',
  target: 'documents',
  in: { no: '3308000217', tags: '217,219-221' },
  out: [{ earTags: ['217', '219', '220', '221'], number: '3308000217', role: 'self', type: 'animal_A' }],
} as const

export function compileEarTags(c: Compiling, node: Node, target: string): Evaluate<string[]> | null {
  const read = compileWordList(c, node, target)
  if (read === null) return null
  return (run) => {
    const cells = read(run)
    if (cells === undefined) return undefined
    const written = cells.join(',')
    const { full, tails, unread, flags } = parseEarTags(written)
    const tags = [...full, ...tails]
    if (tags.join(',') !== written) keepRaw(run, 'documents.earTags', written)
    if (flags.length > 0) note(run, 'W_TAG_PARTIAL', 'tag_partial', { target, value: written })
    const damaged = unread.filter((part) => /\d/.test(part))
    if (damaged.length > 0) note(run, 'W_ID_UNKNOWN', 'tag_unread', { target, value: damaged.join(',') })
    return tags.length === 0 ? undefined : tags
  }
}
