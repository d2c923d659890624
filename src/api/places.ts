import type { FastifyRequest } from 'fastify'
import type { Pool } from 'pg'
import { sealingKey } from '#store/sealing-key.ts'
import { POSITION, readCursor, writeCursor } from './cursor.ts'
import { callerOf, sightOfCaller } from './scopes.ts'
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
  const { keyId } = callerOf(request)
  const of = [request.routeOptions.url ?? '', keyId ?? '', ...sight.systems, '', ...sight.regions]
  const secret = await sealingKey(pool, 'cursors')
  return {
    read: (text) => readSightCursor(secret, of, text),
    write: (position) => writeSightCursor(secret, of, position),
  }
}
