import { DOCUMENT_TYPES } from '#core/documents/document-type.ts'
import type { Alternatives } from '#core/documents/required-documents.ts'
import { counted } from '#core/in-number.ts'
import type { Sentence } from '#core/model/finding-parts.ts'

/** Groups of papers of which a record has none; one of each group is needed. */
export type Lacking = readonly Alternatives[]

/** What records lack, in words: once where all lack the same, else with how many of them lack it, those first that lack most. */
export function missingWords(records: readonly Lacking[]): Sentence {
  const sets = [...Map.groupBy(records, (lacking) => JSON.stringify(lacking)).values()].sort(
    ([a = []], [b = []]) => b.length - a.length,
  )
  const named = sets.map((of) => ({ count: of.length, ...papersInWords(of[0] ?? []) }))
  if (named.length <= 1) return { en: named[0]?.en ?? '', zh: named[0]?.zh ?? '' }
  return {
    en: named.map(({ en, count }) => `${en} (${counted(count, 'record')})`).join(', and '),
    zh: named.map(({ zh, count }) => `${zh}（${count} 条）`).join('，'),
  }
}

function papersInWords(groups: Lacking): Sentence {
  const words = (language: 0 | 1, or: string, and: string): string =>
    groups.map((group) => group.map((type) => DOCUMENT_TYPES[type][language]).join(or)).join(and)
  return { en: words(0, ' or ', '; '), zh: words(1, '或', '；') }
}
