import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { AdapterError } from '#adapters/adapter.ts'

const Text = Type.String({ maxLength: 4000 })

/** How far a table was read. */
export const ReadState = Type.Object(
  {
    /** Of the cursor column, as the database writes it. */
    value: Type.Optional(Text),
    /** Of the key columns of the last row, without that of the cursor. */
    key: Type.Optional(Type.Array(Text, { maxItems: 8 })),
    /** A reading came to its end here; the next one begins with the overlap, or anew where there is no cursor. */
    done: Type.Boolean(),
    /** SHA-256 of the rows that the next reading meets first if nothing has changed by then. */
    seen: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
  },
  { additionalProperties: false },
)
export type ReadState = Static<typeof ReadState>

const compiled = Compile(ReadState)

/** @throws AdapterError `config` `/state` */
export function readState(state: unknown, form: { hasValue: boolean; cells: number }): ReadState | null {
  if (state === null) return null
  if (!compiled.Check(state)) throw badState('is of another form')
  const { value, key } = state as ReadState
  if (key !== undefined && key.length !== form.cells - (form.hasValue ? 1 : 0))
    throw badState('is of another key')
  if (form.hasValue ? (value === undefined) !== (key === undefined) : value !== undefined)
    throw badState('is of another cursor')
  return state as ReadState
}

export const badState = (what: string): AdapterError =>
  new AdapterError('config', `the state ${what}: reset the channel`, { setting: '/state' })
