import { hash } from 'node:crypto'
import type { MemberPath } from './member.ts'
import type { Next, Pager } from './pager.ts'
import type { Position } from './state.ts'

/** What a parameter may be. Numbers stay numbers in a JSON body. */
export type ParameterValue = string | number | boolean
export type Parameters = Readonly<Record<string, ParameterValue>>

/** What an answer says of itself, around its rows. */
export interface AnswerFacts {
  /** The text of a text, number or boolean at a path, exactly as it was written; undefined where there is none or it is null. */
  textAt(path: MemberPath): string | undefined
}

/** An answer that the source calls a success. */
export interface Answer {
  readonly document: AnswerFacts
  readonly bytes: Buffer
  /** As the source names it. */
  readonly contentType: string
  /** Its Link header. */
  readonly link: string | undefined
  /** The address that was asked. */
  readonly url: string
}

/** A page of rows as it was answered. */
export interface Sheet {
  readonly answer: Answer
  readonly count: number
  /** What comes after it. @throws AdapterError source */
  next(): Next
  /** The row's text of a field; undefined where it has none. */
  textOf(index: number, field: MemberPath): string | undefined
  /** A digest of a row, of sixteen characters. */
  markOf(index: number): string
  markOfText(text: string): string
  /** By what the page is confirmed once it is stored; undefined where it is not. @throws AdapterError source */
  token?(): string | undefined
}

/** A list of rows that is asked for page by page, by whatever protocol. */
export interface Listing {
  readonly pager: Pager
  /** The secret or setting that is to blame where the source does not let us in. */
  readonly accessSetting: string
  /**
   * Asks for a page.
   * @param more parameters beside those of the paging
   * @throws AdapterError
   */
  ask(position: Position, more: Parameters): Promise<Sheet>
}

/** Twelve bytes of a digest: rows of one source and time are told apart, and nothing is learned of a row. */
export const rowDigest = (text: string): string => hash('sha256', text, 'base64url').slice(0, 16)

type Compared = Pick<Sheet, 'count' | 'markOf'>

/** Tells whether a page is the one that came before it. */
export function repeatTest(): (sheet: Compared, more: Parameters) => boolean {
  let last: { readonly sheet: Compared; readonly query: string } | null = null
  return (sheet, more) => {
    // Another query may well begin with the rows with which the one before it ended.
    const query = JSON.stringify(more)
    const isRepeated = last?.query === query && isSame(last.sheet, sheet)
    last = { sheet, query }
    return isRepeated
  }
}

/** Whether two pages have the same rows. The first and the last tell nearly always, and save comparing whole pages. */
function isSame(one: Compared, other: Compared): boolean {
  if (one.count === 0 || one.count !== other.count) return false
  for (const index of [0, one.count - 1]) if (one.markOf(index) !== other.markOf(index)) return false
  for (let index = 1; index < one.count - 1; index++)
    if (one.markOf(index) !== other.markOf(index)) return false
  return true
}
