import { hasRules } from '#core/documents/document-validity.ts'
import { type DoubtedPaper, doubtedPapers } from '#core/documents/doubted-papers.ts'
import type { Paper } from '#core/mapping/compile/compiling.ts'
import type { DocumentPart } from '#core/model/parts.ts'
import type { Region } from '#core/model/values.ts'
import { normaliseCode } from '#core/text.ts'
import { note, type Run } from './run.ts'

/** Judges the documents of a record by the rules of their dates and marks it. @param values the parts of the record */
export type DocumentCheck = (run: Run, values: readonly unknown[]) => void

/**
 * The rules of the date for one kind of record, or null where none of its documents can have any: nothing is done then for any
 * record. Papers under which goods came are judged by where they came from and arrived, and by the day of arrival; the record that
 * is the paper itself by where it was issued and the destination it names.
 * @param targets names of the parts, in the order of their values
 */
export function documentCheck(targets: readonly string[], papers: readonly Paper[]): DocumentCheck | null {
  const isJudged = ({ types, isDated }: Paper) => isDated || types.length === 0 || types.some(hasRules)
  const [documents, origin, region, destination] = ['documents', 'origin', 'region', 'destination'].map(
    (name) => targets.indexOf(name),
  ) as [number, number, number, number]
  if (documents < 0 || !papers.some(isJudged)) return null
  return (run, values) => {
    const list = values[documents] as readonly DocumentPart[] | undefined
    if (list === undefined) return
    const named = {
      origin: values[origin] as Region | undefined,
      region: values[region] as Region | undefined,
      destination: values[destination] as Region | undefined,
    }
    for (const { paper, flag, doubt } of doubtedPapers(list, named, run.day))
      tell(run, papers, paper, flag, doubt)
  }
}

function tell(
  run: Run,
  papers: readonly Paper[],
  { number }: DocumentPart,
  flag: DoubtedPaper['flag'],
  doubt: DoubtedPaper['doubt'],
): void {
  const written = papers.find(({ read }) => normaliseCode(read(run) ?? '') === number) ?? papers[0]
  note(run, flag, doubt, {
    target: 'documents',
    value: number,
    field: written?.field ?? '',
  })
}
