import Type, { type TSchema } from 'typebox'
import { ref } from './ref.ts'

/** Query parameters of every list. */
export const pageQuery = {
  after: Type.Optional(
    Type.String({ maxLength: 4000, description: '`next` of the page before · 上一页的 next' }),
  ),
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1000, default: 100, description: 'Most of one page · 每页最多条数' }),
  ),
}

export interface PageQuery {
  readonly after?: string
  readonly limit?: number
}

export const LIMIT = 100

/** A query of these parameters and no others. */
export const query = <T extends Record<string, TSchema>>(parameters: T) =>
  Type.Object(parameters, { additionalProperties: false })

/** Schema of a list: `{<plural>: […], next}`. */
export const listOf = (plural: string, component: string) =>
  Type.Object({
    [plural]: Type.Array(Type.Unsafe<unknown>(ref(component))),
    next: Type.Union([Type.String(), Type.Null()], { description: 'Cursor of the next page · 下一页游标' }),
  })

/** One page of rows that were read with one more than the limit: whether there is more is then known. */
export function pageOf<T>(
  rows: readonly T[],
  limit: number,
  cursor: (last: T) => string,
): { rows: T[]; next: string | null } {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { rows: page, next: rows.length > limit && last !== undefined ? cursor(last) : null }
}
