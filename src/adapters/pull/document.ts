import { AdapterError } from '#adapters/adapter.ts'
import type { AnswerFacts } from '#adapters/paging/listing.ts'
import { type MemberPath, memberAt } from '#adapters/paging/member.ts'
import { decodeText } from '#adapters/push/charset.ts'
import { isHtmlPage } from '#adapters/push/json/refuse.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { parseJson } from '#core/parse-json.ts'

/** An answer that is JSON. */
export interface Document extends AnswerFacts {
  /** The value at a path; undefined where there is none. */
  at(path: MemberPath): unknown
  /** The text of a member of the list of rows. */
  rowText(rows: MemberPath, index: number, field: MemberPath): string | undefined
}

/**
 * Reads an answer. Numbers are read as JavaScript does, and a second time as texts where one that is asked for had lost digits:
 * a number of 19 digits is a common cursor, and reading all numbers as texts takes seven times as long.
 * @throws AdapterError source for what is no JSON
 */
export function readDocument(bytes: Uint8Array): Document {
  const text = textOf(bytes)
  const root = parsed(text)
  let exact: unknown
  const exactly = (steps: readonly string[]): unknown => {
    exact ??= parseJson(text, numbersAsTexts)
    return memberAt(exact, { path: '', steps })
  }
  const scalar = (value: unknown, steps: () => readonly string[]): string | undefined => {
    if (typeof value === 'string') return value
    if (typeof value === 'boolean') return String(value)
    if (typeof value !== 'number') return undefined
    return Number.isSafeInteger(value) ? String(value) : String(exactly(steps()))
  }
  return {
    at: (path) => memberAt(root, path),
    textAt: (path) => scalar(memberAt(root, path), () => path.steps),
    rowText(rows, index, field) {
      const list = memberAt(root, rows)
      const row = Array.isArray(list) ? list[index] : list
      const own = Array.isArray(list) ? [String(index)] : []
      return scalar(memberAt(row, field), () => [...rows.steps, ...own, ...field.steps])
    },
  }
}

function numbersAsTexts(_name: string, value: unknown, { source }: { readonly source?: string }): unknown {
  return typeof value === 'number' ? (source ?? value) : value
}

function textOf(bytes: Uint8Array): string {
  try {
    return decodeText(bytes).text
  } catch (error) {
    if (error instanceof DecodeRefusal) throw new AdapterError('source', error.reason, { cause: error })
    throw error
  }
}

function parsed(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    // The words of the parser repeat what they found, which may be anything.
    throw new AdapterError('source', whatElse(text))
  }
}

function whatElse(text: string): string {
  const start = text.trimStart().charAt(0)
  if (start === '') return 'the answer is empty'
  if (isHtmlPage(text)) return 'an HTML page in place of JSON'
  return start === '<' ? 'XML in place of JSON' : 'the answer is no whole JSON'
}
