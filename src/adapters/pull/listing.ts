import { createHash } from 'node:crypto'
import { AdapterError, type AdapterParts } from '#adapters/adapter.ts'
import { type Access, secretParameters } from './access/access.ts'
import { draftOf, linkDraft, type Parameters } from './draft.ts'
import { type MemberPath, memberPath } from './member.ts'
import { type Next, type Pager, pagerOf } from './paging.ts'
import type { EndpointSettings } from './settings/endpoint.ts'
import type { PagingSettings } from './settings/paging.ts'
import type { PullSettings } from './settings/settings.ts'
import type { Answer, Source } from './source.ts'
import type { Position } from './state.ts'

/** A page of rows as it was answered. */
export interface Sheet {
  readonly answer: Answer
  readonly rows: MemberPath
  readonly count: number
  /** What comes after it. @throws AdapterError source */
  next(): Next
  /** The row's text of a field; undefined where it has none. */
  textOf(index: number, field: MemberPath): string | undefined
  /** A digest of a row, of sixteen characters. */
  markOf(index: number): string
  markOfText(text: string): string
}

/** A list of rows that is asked for page by page. */
export interface Listing {
  readonly pager: Pager
  readonly access: Access
  /**
   * Asks for a page.
   * @param more parameters beside those of the paging
   * @throws AdapterError
   */
  ask(position: Position, more: Parameters): Promise<Sheet>
}

export interface ListingSettings extends EndpointSettings {
  readonly rows?: string | undefined
  readonly paging?: PagingSettings | undefined
}

/**
 * @param at pointer of the listing in the settings
 * @throws AdapterError config
 */
export function listingOf(
  parts: AdapterParts<PullSettings>,
  source: Source,
  settings: ListingSettings,
  at: string,
): Listing {
  const pager = pagerOf({
    paging: settings.paging,
    at: `${at}/paging`,
    pageRows: parts.limits.pageRows,
    secret: secretParameters(parts.settings),
  })
  const rows = memberPath(settings.rows ?? '', `${at}/rows`)
  if (settings.paging?.token && !settings.body)
    throw new AdapterError('config', 'a token in the body needs a body', { setting: `${at}/body` })
  const isRepeated = repeatTest()

  return {
    pager,
    access: source.access,
    async ask(position, more) {
      const { link } = position
      const answer = await source.ask(
        () =>
          link === undefined
            ? draftOf(settings, at, { ...more, ...pager.parameters(position) })
            : linkDraft(settings, at, link),
        at,
      )
      const count = countAt(answer, rows, `${at}/rows`)
      const sheet = sheetOf(answer, rows, count, () => pager.next(answer, position, count))
      if (isRepeated(sheet, more))
        throw new AdapterError('source', 'the same page came again', { setting: `${at}/paging` })
      return sheet
    },
  }
}

function countAt({ document }: Answer, rows: MemberPath, setting: string): number {
  const found = document.at(rows)
  if (Array.isArray(found)) return found.length
  if (found === null) return 0
  if (typeof found === 'object') return 1
  const where = rows.path === '' ? 'the root of the answer' : rows.path
  throw new AdapterError('source', `there is no list of rows at ${where}`, { setting })
}

function sheetOf(answer: Answer, rows: MemberPath, count: number, next: () => Next): Sheet {
  const { document } = answer
  return {
    answer,
    rows,
    count,
    next,
    textOf: (index, field) => document.rowText(rows, index, field),
    markOfText: rowDigest,
    markOf(index) {
      const list = document.at(rows)
      const row: unknown = Array.isArray(list) ? list[index] : list
      return rowDigest(JSON.stringify(row))
    },
  }
}

/** Twelve bytes of a digest: rows of one source and time are told apart, and nothing is learned of a row. */
export const rowDigest = (text: string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, 16)

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
