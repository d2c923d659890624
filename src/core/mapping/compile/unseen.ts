import type { Mistake } from '#core/mapping/mapping.ts'
import { ENVELOPE, type SourceRecord, type SourceValue } from '#core/source.ts'
import type { ForwardPlan } from './forward.ts'
import type { Mistakes } from './mistakes.ts'
import { nearest } from './nearest.ts'

/**
 * Places of a mapping that read a field which none of the records has: a word that was meant as a value, a name that was misspelt, or
 * a field of which no sample tells. The name that was probably meant is one that nothing reads.
 */
export function unseenFields(
  { reads, doubts, known }: Pick<ForwardPlan, 'reads' | 'doubts' | 'known'>,
  sources: readonly SourceRecord[],
  told: Mistakes,
): Mistake[] {
  if (sources.length === 0) return []
  const seen = new Set<string>()
  for (const { value, envelope } of sources) {
    namesOf(value, '', seen)
    if (envelope) namesOf(envelope.value, ENVELOPE, seen)
  }
  const unread = [...seen].filter((name) => !known.has(name))
  const doubted = new Set(doubts.map(([at]) => at))
  const done = new Set<string>()
  for (const { path, at, target } of reads) {
    if (seen.has(path) || done.has(path) || doubted.has(at)) continue
    done.add(path)
    const meant = nearest(path, unread)
    told.add(at, target, 'field_unseen', { found: path, ...(meant ? { meant } : {}) })
  }
  return told.sorted()
}

/** Names of fields as mappings write them: inside objects and lists with a dot before them. */
function namesOf(value: SourceValue, prefix: string, into: Set<string>): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const member of value) namesOf(member, prefix, into)
    return
  }
  for (const [name, member] of Object.entries(value)) {
    const path = prefix + name.replaceAll('.', '\\.')
    into.add(path)
    namesOf(member, `${path}.`, into)
  }
}
