import type { FastifyRequest } from 'fastify'
import type { Pool } from 'pg'
import { sealingKey } from '#store/sealing-key.ts'
import { badCursor, POSITION, readCursor, writeCursor } from './cursor.ts'
import { callerOf, sightOfCaller } from './scopes.ts'
import { openText, sealText } from './sealed-text.ts'
import { readSightCursor, writeSightCursor } from './sight-cursor.ts'

/** Places in the change log as the caller of a list keeps them. */
export interface Places {
  /** Throws `invalid_request` for a text that is no place of this list and caller. */
  read(text: string | undefined): bigint
  write(position: bigint): string
}

/** Positions as they are for who sees the whole log, and sealed for who sees a part of it. */
export async function placesOf(pool: Pool, request: FastifyRequest): Promise<Places> {
  const sight = sightOfCaller(request)
  if (sight === null)
    return {
      read: (text) => BigInt(readCursor(text, POSITION)?.[0] ?? 0),
      write: (position) => writeCursor(position),
    }
  const of = boundTo(request)
  const secret = await sealingKey(pool, 'cursors')
  return {
    read: (text) => readSightCursor(secret, of, text),
    write: (position) => writeSightCursor(secret, of, position),
  }
}

/** Places in a list that is ordered by what may be of a person: nothing of it is to stand in an address, which is logged everywhere. */
export interface SealedPlaces {
  /** The parts, each of its form; null where no place is given. Throws `invalid_request` as `Places` does. */
  read(text: string | undefined, ...forms: readonly RegExp[]): string[] | null
  write(...parts: readonly (string | bigint)[]): string
}

/** So many bytes, or a multiple of it, is what is sealed: its length tells nothing of a name. */
const STEP = 64

export async function sealedPlacesOf(pool: Pool, request: FastifyRequest): Promise<SealedPlaces> {
  const of = ['sealed', ...boundTo(request)]
  const secret = await sealingKey(pool, 'cursors')
  return {
    read: (text, ...forms) => {
      if (text === undefined) return null
      const opened = openText(secret, of, text)
      if (opened === null) throw badCursor()
      const parts = JSON.parse(opened) as string[]
      if (parts.length !== forms.length || !forms.every((form, i) => form.test(parts[i] as string)))
        throw badCursor()
      return parts
    },
    write: (...parts) => {
      const text = JSON.stringify(parts.map(String))
      const short = -Buffer.byteLength(text) % STEP
      return sealText(secret, of, text + ' '.repeat(short === 0 ? 0 : STEP + short))
    },
  }
}

/** What a place is of: the list, the caller and what it sees. */
function boundTo(request: FastifyRequest): readonly string[] {
  const { systems, regions } = sightOfCaller(request) ?? { systems: [], regions: [] }
  return [request.routeOptions.url ?? '', callerOf(request).keyId ?? '', ...systems, '', ...regions]
}
