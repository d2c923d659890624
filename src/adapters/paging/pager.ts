import { AdapterError } from '#adapters/adapter.ts'
import { nextLink } from './link.ts'
import type { Answer, Parameters } from './listing.ts'
import { type MemberPath, memberPath } from './member.ts'
import type { PagingSettings } from './settings/paging.ts'
import type { Position } from './state.ts'

/** What comes after a page. */
export type Next =
  | { readonly kind: 'page'; readonly position: Position }
  | {
      readonly kind: 'end'
      /** The source has more, and does not give it. */
      readonly held: boolean
      /** Where the next reading begins, of a feed that goes on. */
      readonly position?: Position
    }

export interface Pager {
  readonly first: Position
  /** Whether pages have numbers, which mean other rows when rows came or went. */
  readonly isNumbered: boolean
  readonly keeps: boolean
  /** Whether one answer is all. */
  readonly isSingle: boolean
  parameters(position: Position): Parameters
  /** Rows that there are by the word of the source; null where it does not say. */
  total(answer: Answer): number | null
  /** @throws AdapterError source where the answer does not say what the settings say it does, or leads in a circle */
  next(answer: Answer, position: Position, count: number): Next
}

export interface PagerParts {
  readonly paging: PagingSettings | undefined
  /** Pointer of the paging in the settings. */
  readonly at: string
  readonly pageRows: number
  /** Parameters that are secret, and stand in no position. */
  readonly secret: readonly string[]
}

/** @throws AdapterError config */
export function pagerOf(parts: PagerParts): Pager {
  const { page, offset, cursor, token, link } = parts.paging ?? {}
  if (page) return numbered(parts, page, 'page', page.first ?? 1)
  if (offset) return numbered(parts, offset, 'offset', 0)
  if (cursor) return followed(parts, cursor, 'cursor')
  if (token) return followed(parts, token, 'token')
  return link ? linked(parts, link) : SINGLE
}

const SINGLE: Pager = {
  first: {},
  isNumbered: true,
  keeps: false,
  isSingle: true,
  parameters: () => ({}),
  total: () => null,
  next: () => ({ kind: 'end', held: false }),
}

type Numbered = NonNullable<PagingSettings['page']>

function numbered(
  { at, pageRows }: PagerParts,
  settings: Numbered,
  name: 'page' | 'offset',
  first: number,
): Pager {
  const optional = (path: string | undefined, key: string): MemberPath | null =>
    path === undefined ? null : memberPath(path, `${at}/${name}/${key}`)
  const total = optional(settings.total, 'total')
  const pages = optional(settings.pages, 'pages')
  const more = optional(settings.more, 'more')
  const size = settings.size === undefined ? {} : { [settings.size]: pageRows }
  const { parameter, maxPages } = settings

  const totalOf = (answer: Answer): number | null => total && wholeAt(answer, total, `${at}/${name}/total`)
  const isLast = (answer: Answer, done: number, read: number, count: number): boolean => {
    if (pages) return done >= wholeAt(answer, pages, `${at}/${name}/pages`)
    if (more) return !truthAt(answer, more)
    if (total) return read >= (totalOf(answer) ?? 0)
    // A page that is not full says nothing: a source may give fewer rows than it is asked for.
    return count === 0
  }

  return {
    first: { [name]: first },
    isNumbered: true,
    keeps: false,
    isSingle: false,
    parameters: (position) => ({ [parameter]: position[name] ?? first, ...size }),
    total: totalOf,
    next(answer, position, count) {
      const place = position[name] ?? first
      const before = position.rows ?? 0
      const read = before + count
      const done = name === 'page' ? place - first + 1 : Math.ceil(read / pageRows)
      const isShort = read < (totalOf(answer) ?? 0)
      if (isLast(answer, done, read, count)) return { kind: 'end', held: isShort }
      if (count === 0 || (maxPages !== undefined && done >= maxPages)) return { kind: 'end', held: true }
      return { kind: 'page', position: { [name]: name === 'page' ? place + 1 : place + count, rows: read } }
    },
  }
}

type Followed = NonNullable<PagingSettings['cursor']>

function followed({ at, pageRows }: PagerParts, settings: Followed, name: 'cursor' | 'token'): Pager {
  const path = memberPath(settings.next, `${at}/${name}/next`)
  const more = settings.more === undefined ? null : memberPath(settings.more, `${at}/${name}/more`)
  const size = settings.size === undefined ? {} : { [settings.size]: pageRows }
  const keeps = settings.keep ?? false
  return {
    first: {},
    isNumbered: false,
    keeps,
    isSingle: false,
    parameters: ({ cursor }) => (cursor === undefined ? size : { [settings.parameter]: cursor, ...size }),
    total: () => null,
    next(answer, position, count) {
      const found = answer.document.textAt(path)
      const cursor = found === undefined || found === '' ? undefined : found
      const end = {
        kind: 'end',
        held: false,
        position: cursor === undefined ? position : { cursor },
      } as const
      if (cursor === undefined || (more && !truthAt(answer, more)) || (count === 0 && keeps)) return end
      if (cursor === position.cursor) {
        if (count === 0) return end
        throw new AdapterError('source', 'the cursor does not move on', { setting: `${at}/${name}/next` })
      }
      return { kind: 'page', position: { cursor } }
    },
  }
}

function linked({ at, pageRows, secret }: PagerParts, { size }: NonNullable<PagingSettings['link']>): Pager {
  return {
    first: {},
    isNumbered: false,
    keeps: false,
    isSingle: false,
    parameters: () => (size === undefined ? {} : { [size]: pageRows }),
    total: () => null,
    next(answer, position, count) {
      const link = nextLink(answer.link, answer.url, secret, `${at}/link`)
      if (link === null) return { kind: 'end', held: false }
      if (link !== position.link) return { kind: 'page', position: { link } }
      if (count === 0) return { kind: 'end', held: false }
      throw new AdapterError('source', 'the next link leads to the same page', { setting: `${at}/link` })
    },
  }
}

function wholeAt({ document }: Answer, path: MemberPath, setting: string): number {
  const text = document.textAt(path)
  if (text !== undefined && /^\d{1,15}$/.test(text)) return Number(text)
  throw new AdapterError('source', `the answer has no number at ${path.path}`, { setting })
}

function truthAt({ document }: Answer, path: MemberPath): boolean {
  const text = document.textAt(path)
  return text !== undefined && !['', '0', 'false', 'N', 'n', 'no'].includes(text)
}
