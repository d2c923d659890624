import { COLUMNS_OF_GOODS } from './columns-of-goods.ts'
import { COLUMNS_OF_HUB } from './columns-of-hub.ts'

/**
 * What a column holds. `none`: identifiers, times, counts and states; `business`: goods, trades and settings; `personal`: what is, or may be,
 * of a person; `sealed`: a secret that only the hub opens; `digest`: what cannot be turned back.
 */
export const TAGS = ['none', 'business', 'personal', 'sealed', 'digest'] as const
export type Tag = (typeof TAGS)[number]

/** Columns of each table by their tags, divided by blanks. */
export type ColumnTags = Readonly<Record<string, { readonly [T in Tag]?: string }>>

export interface TaggedColumn {
  readonly table: string
  readonly column: string
  readonly tag: Tag
}

const TABLES: ColumnTags = { ...COLUMNS_OF_GOODS, ...COLUMNS_OF_HUB }

/** The inventory: every column of every table with what it holds. A test compares it with the database. */
export const taggedColumns = (): TaggedColumn[] =>
  Object.entries(TABLES).flatMap(([table, tags]) =>
    TAGS.flatMap((tag) => (tags[tag]?.split(' ') ?? []).map((column) => ({ table, column, tag }))),
  )
