import Type, { type Static } from 'typebox'
import Value from 'typebox/value'
import { AdapterError } from '#adapters/adapter.ts'

/** Marks of rows that are kept of the last values: more only means that some rows are taken on again and found unchanged. */
export const SEEN_MAX = 200

const closed = { additionalProperties: false } as const

const Position = Type.Object(
  {
    page: Type.Optional(Type.Integer({ minimum: 0 })),
    offset: Type.Optional(Type.Integer({ minimum: 0 })),
    cursor: Type.Optional(Type.String({ maxLength: 8000 })),
    /** Path and query below the origin of the settings, without secrets. */
    link: Type.Optional(Type.String({ maxLength: 8000, pattern: '^/' })),
    /** Rows that the pages before it had. */
    rows: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  closed,
)

const Value40 = Type.String({ maxLength: 40, pattern: '^(-?\\d+|\\d{4}-\\d{2}-\\d{2}T[\\d:.]+Z)$' })

/** A query whose pages are being turned: its bounds, and the page that comes next. */
const Open = Type.Object(
  {
    from: Type.Optional(Value40),
    end: Type.Optional(Value40),
    id: Type.Optional(Type.String({ maxLength: 200 })),
    position: Position,
    /** Greatest value so far. */
    top: Type.Optional(Value40),
    total: Type.Optional(Type.Integer({ minimum: 0 })),
    /** When the page before it was read. */
    atMs: Type.Integer(),
  },
  closed,
)

/**
 * How far a source has been read. With a watermark: its value (a time in ISO 8601, UTC, or a whole number), the marks of the rows at it, which
 * are digests, and the query that is open, where several pages have one value or no order. Without: the page that comes next; nothing
 * means the beginning.
 */
export const PagingState = Type.Object(
  {
    value: Type.Optional(Value40),
    /** Number of the last row at the value, where the source is asked for those behind it. */
    id: Type.Optional(Type.String({ maxLength: 200 })),
    seen: Type.Optional(Type.Array(Type.String({ maxLength: 16 }), { maxItems: SEEN_MAX })),
    position: Type.Optional(Position),
    open: Type.Optional(Open),
  },
  closed,
)
export type PagingState = Static<typeof PagingState>
export type Position = Static<typeof Position>
export type OpenQuery = Static<typeof Open>

/**
 * The state if it is of this adapter's form; nothing of it is guessed.
 * @throws AdapterError config
 */
export function checkedState(state: unknown): PagingState {
  if (state === null) return {}
  if (Value.Check(PagingState, state)) return state
  throw badState()
}

export const badState = (): AdapterError =>
  new AdapterError('config', 'the state is not of the form that this adapter writes; reset the channel', {
    setting: '/state',
  })
