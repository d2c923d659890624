import type { Pool } from 'pg'
import { readHubId } from '#store/hub-identity.ts'

/**
 * Values of `aud` that name this hub: its identifier, and its public address where there is one. Never the Host of a request: whoever got hold of
 * an assertion for another hub could name it there.
 */
export async function audiencesOf(pool: Pool, publicUrl: string | undefined): Promise<string[]> {
  const own = `urn:trace-hub:${await readHubId(pool)}`
  return publicUrl === undefined ? [own] : [own, `${publicUrl}/oauth/token`, publicUrl]
}
