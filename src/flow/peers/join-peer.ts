import type { Pool } from 'pg'
import { HubError } from '#core/errors.ts'
import type { Peer } from '#core/peers/peer.ts'
import { newKey } from '#flow/keys.ts'
import { readHubId } from '#store/hub-identity.ts'
import { createSystem, patchSystem, readSystem, type Words } from '#store/systems.ts'

/** Path to which a peer posts its changes. */
export const changesPath = (system: string): string => `/v1/peers/${system}/changes`

/**
 * Registers another hub as a peer, or says anew what it may bring, and makes a key for it. The settings that its system has beside `peer`
 * stay. Throws `invalid_request` where it would be this hub itself, or a system that is another hub already.
 */
export async function joinPeer(
  pool: Pool,
  { system, hub, carries, title }: Peer & { readonly title?: Words | undefined },
): Promise<{ readonly peer: Peer; readonly path: string; readonly key: string }> {
  if (hub === (await readHubId(pool)))
    throw new HubError('invalid_request', {
      issues: [{ path: '/hub', code: 'E_SCHEMA', reason: 'it is the identifier of this hub itself' }],
    })
  const peer = { hub, carries }
  const found = await readSystem(pool, system)
  const before = (found?.settings['peer'] as { hub?: unknown } | undefined)?.hub
  if (before !== undefined && before !== hub)
    throw new HubError('conflict', { detail: `the system ${system} is the hub ${String(before)}` })
  if (found) await patchSystem(pool, system, { settings: { ...found.settings, peer } })
  else
    await createSystem(pool, {
      id: system,
      title: title ?? { zh: `平台 ${hub}`, en: `Hub ${hub}` },
      settings: { peer },
    })
  const { key } = await newKey(pool, { name: `hub ${hub}`, scopes: [`push:${system}`] })
  return { peer: { system, ...peer }, path: changesPath(system), key }
}
