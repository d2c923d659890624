import type { Pool } from 'pg'
import { onward } from '#core/peers/road.ts'
import type { BackwardMapping } from '#flow/delivery/ports.ts'
import { readHubId } from '#store/hub-identity.ts'
import { readRoads, versionKey } from '#store/peer-versions.ts'

/**
 * What goes over a link to another hub: canonical records, each with its road. A version that has passed that hub, or is of it, does not
 * concern it, so that nothing goes round.
 */
export const peerRoads = (pool: Pool, to: string): BackwardMapping => ({
  async prepare(changes) {
    const here = await readHubId(pool)
    const roads = await readRoads(pool, changes)
    return {
      one(change) {
        const came = roads.get(versionKey(change.recordId, change.version)) ?? null
        const road = onward(came, here, to)
        return { ok: true, text: road && change.text, ...(road ? { road } : {}) }
      },
      messages: () => [],
    }
  },
})
