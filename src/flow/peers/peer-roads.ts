import type { Pool } from 'pg'
import type { SharingClass } from '#core/model/sharing.ts'
import { onward } from '#core/peers/road.ts'
import { sharedText } from '#flow/delivery/backward-mapping.ts'
import type { BackwardMapping } from '#flow/delivery/ports.ts'
import { readHubId } from '#store/hub-identity.ts'
import { readRoads, versionKey } from '#store/peer-versions.ts'

/**
 * What goes over a link to another hub: canonical records, as far as the link may see them, each with its road. A version that has passed that hub, or is of it, does not
 * concern it, so that nothing goes round.
 */
export const peerRoads = (pool: Pool, to: string, sees: readonly SharingClass[]): BackwardMapping => ({
  async prepare(changes) {
    const here = await readHubId(pool)
    const roads = await readRoads(pool, changes)
    return {
      one(change) {
        const came = roads.get(versionKey(change.recordId, change.version)) ?? null
        const road = onward(came, here, to)
        return { ok: true, text: road && sharedText(change, sees), ...(road ? { road } : {}) }
      },
      writesMessages: false,
      messages: () => [],
    }
  },
})
