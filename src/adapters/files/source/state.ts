import { createHash } from 'node:crypto'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { AdapterError } from '#adapters/adapter.ts'
import type { PackageState } from '#adapters/files/package/sequence.ts'

/** A file as it was seen: 72 bits of the digest of its name, size and time. */
const MARK = '^[A-Za-z0-9_-]{12}$'

export const FilesStateSchema = Type.Object(
  {
    /** When a file that is not read yet was first seen as it is, in milliseconds of the hub's clock. */
    looks: Type.Record(Type.String({ pattern: MARK }), Type.Integer({ minimum: 0 })),
    /** Files that are read, as far as they still stand there. */
    taken: Type.Array(Type.String({ pattern: MARK })),
    /** The archive that is being read, and how many of its members are done. */
    within: Type.Optional(
      Type.Object(
        { mark: Type.String({ pattern: MARK }), members: Type.Integer({ minimum: 1 }) },
        { additionalProperties: false },
      ),
    ),
    /** The last package: its number, the digest of its manifest, and how many of its files are done. */
    packages: Type.Optional(
      Type.Object(
        {
          sequence: Type.Integer({ minimum: 1 }),
          sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
          done: Type.Integer({ minimum: 1 }),
          files: Type.Integer({ minimum: 1 }),
        },
        { additionalProperties: false },
      ),
    ),
    /** Fingerprint that was trusted because it was the first. */
    hostKey: Type.Optional(Type.String({ pattern: '^SHA256:[A-Za-z0-9+/]{43}$' })),
    /** How many files fitted no pattern when it was told last. */
    unfit: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  { additionalProperties: false },
)
export type FilesState = Static<typeof FilesStateSchema> & { readonly [name: string]: unknown }

/** Files of a folder that are remembered. */
export const TAKEN_MAX = 20_000

/** @throws AdapterError where it is of another form */
export function readState(state: unknown): FilesState {
  if (state === null) return { looks: {}, taken: [] }
  if (Value.Check(FilesStateSchema, state)) return state as FilesState
  throw new AdapterError('config', 'a state of another form', { setting: '/state' })
}

export interface Marked {
  readonly name: string
  readonly size: number
  readonly mtimeMs: number | null
}

export const markOf = ({ name, size, mtimeMs }: Marked): string =>
  createHash('sha256')
    .update(`${name}\0${size}\0${mtimeMs ?? ''}`)
    .digest('base64url')
    .slice(0, 12)

/** The state once a file is read whole. */
export function withTaken(state: FilesState, mark: string): FilesState {
  const { [mark]: _, ...looks } = state.looks
  const { within: _within, ...rest } = state
  return { ...rest, looks, taken: [...state.taken, mark] }
}

/** The state once some members of an archive are read. */
export const withMembers = (state: FilesState, mark: string, members: number): FilesState => ({
  ...state,
  within: { mark, members },
})

/** The state once some files of a package are read. */
export const withPackage = (state: FilesState, packages: PackageState): FilesState => ({ ...state, packages })
