import type { Pool } from 'pg'
import { HubError } from '#core/errors.ts'
import { type Peer, peerOf } from '#core/peers/peer.ts'
import { readSystem } from '#store/systems.ts'

/** The peer that is registered under a system. Throws `not_found` where the system is none. */
export async function peerNamed(pool: Pool, system: string): Promise<Peer> {
  const found = await readSystem(pool, system)
  const peer = found && peerOf(system, found.settings)
  if (!peer)
    throw new HubError('not_found', {
      detail: `the system ${system} is no peer: its settings need {"peer": {"hub": "<identifier of the hub>"}}`,
    })
  return peer
}
