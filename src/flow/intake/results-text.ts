import type { Issue } from '#core/issue.ts'
import { recordId } from '#core/model/identity.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { ChangeResult } from '#core/peers/change-result.ts'
import type { Completed, ResultWord, SourceResult } from '#core/receipt.ts'

/**
 * The results of a receipt as they are stored: `[word, key, [[kind, version, key?]…], issues?, ended?]` for each source record. Identifiers
 * are left out because they follow from system, record and key: a message of 500 trades keeps 30 kB instead of 150. Where they do not,
 * because a peer brought records of other systems, the identifier stands in the place of the key.
 */
type Row = [
  word: string,
  key: readonly string[] | null,
  records: [Kind, number, (string[] | string)?][],
  issues?: readonly Issue[] | null,
  ended?: number,
]

const WORDS: Record<string, ResultWord> = {
  c: 'created',
  u: 'updated',
  v: 'voided',
  n: 'unchanged',
  r: 'rejected',
}
const LETTERS: Record<ResultWord, string> = {
  created: 'c',
  updated: 'u',
  voided: 'v',
  unchanged: 'n',
  rejected: 'r',
}

const sameKey = (a: readonly string[] | null, b: readonly string[]): boolean =>
  a !== null && a.length === b.length && a.every((part, i) => part === b[i])

/** A result with the key of each of its records, or its whole identifier, as intake has it before it is written. */
export interface KeyedResult extends SourceResult {
  readonly recordKeys: readonly (readonly string[] | string)[]
  /** What a peer is told of its change. */
  readonly told?: ChangeResult
}

export const writeResults = (results: readonly KeyedResult[]): string => JSON.stringify(results.map(rowOf))

export function readResults(text: string, system: string, record: string): SourceResult[] {
  const rows = JSON.parse(text) as Row[]
  return rows.map((row, index) => resultOf(row, index, system, record))
}

/** Results with what later messages mended of them, one on a line of `mended`: `[index, receipt, row]`. */
export function withMended(
  results: readonly SourceResult[],
  mended: string | null,
  system: string,
  record: string,
): readonly SourceResult[] {
  if (mended === null) return results
  const rows = new Map<number, { receipt: string; row: Row }>()
  for (const line of mended.split('\n')) {
    const [index, receipt, row] = JSON.parse(line) as [number, string, Row]
    rows.set(index, { receipt, row })
  }
  return results.map((known) => {
    const found = rows.get(known.index)
    if (!found) return known
    const { result, records } = resultOf(found.row, known.index, system, record)
    return { ...known, mended: { receipt: found.receipt, result, records } }
  })
}

/** Results of a part of a large message: their places in the message, the first alone where they follow one another, and the results. */
export function writePiece(results: readonly KeyedResult[]): string {
  const first = results[0]?.index ?? 0
  const inOrder = results.every(({ index }, i) => index === first + i)
  const places = inOrder ? first : results.map(({ index }) => index)
  return `${JSON.stringify(places)}\n${writeResults(results)}`
}

/** Those of a part's results that stand from `from` to before `to` in it: who asks how far a message is asks for one of a thousand. */
export function readPiece(
  text: string,
  { system, record }: { readonly system: string; readonly record: string },
  from = 0,
  to?: number,
): SourceResult[] {
  const end = text.indexOf('\n')
  const places = JSON.parse(text.slice(0, end)) as number | number[]
  const rows = JSON.parse(text.slice(end + 1)) as Row[]
  return rows.slice(from, to).map((row, i) => {
    const at = from + i
    return resultOf(row, typeof places === 'number' ? places + at : (places[at] as number), system, record)
  })
}

/** What was found in the source records of a part, without what became of them: of a million few have any. */
export function readIssues(text: string): Issue[] {
  const rows = JSON.parse(text.slice(text.indexOf('\n') + 1)) as Row[]
  return rows.flatMap(([, , , issues]) => issues ?? [])
}

/** One line for the message whose rejection was mended by the message `receipt`. */
export const writeMended = (result: KeyedResult, receipt: string): string =>
  JSON.stringify([result.index, receipt, rowOf(result)])

/** A result of a source record of an earlier message, with the receipt of that message. */
export interface KeyedCompleted extends KeyedResult {
  readonly receipt: string
}

/** `[receipt, index, row]` for each source record of earlier messages that this one completed. */
export const writeCompleted = (completed: readonly KeyedCompleted[]): string =>
  JSON.stringify(completed.map((result) => [result.receipt, result.index, rowOf(result)]))

/** What was completed, of which several lists stand one to a line. */
export function readCompleted(text: string, system: string, record: string): Completed[] {
  const rows = text
    .split('\n')
    .flatMap((line) => JSON.parse(line) as [receipt: string, index: number, row: Row][])
  return rows.map(([receipt, index, row]) => ({ receipt, ...resultOf(row, index, system, record) }))
}

function rowOf(result: KeyedResult): Row {
  const records = result.records.map((record, i): [Kind, number, (string[] | string)?] => {
    const key = result.recordKeys[i] as string[] | string
    if (typeof key === 'string') return [record.kind, record.version, key]
    return sameKey(result.key, key) ? [record.kind, record.version] : [record.kind, record.version, key]
  })
  const row: Row = [LETTERS[result.result], result.key, records]
  if (result.issues?.length) row.push(result.issues)
  if (result.ended !== undefined) row[4] = result.ended
  return row
}

const resultOf = (
  [letter, key, records, issues, ended]: Row,
  index: number,
  system: string,
  record: string,
): SourceResult => ({
  index,
  key,
  result: WORDS[letter] ?? 'rejected',
  records: records.map(([kind, version, own]) => ({
    kind,
    id: typeof own === 'string' ? own : recordId(kind, system, record, own ?? key ?? []),
    version,
  })),
  ...(issues ? { issues } : {}),
  ...(ended ? { ended } : {}),
})
