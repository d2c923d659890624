import type { Body } from '#core/model/body.ts'
import type { LogReader } from '#flow/follow/noted-page.ts'
import { type HoldVersion, noteLinks, notePlaces, type ToldPlace } from '#store/recall-notices.ts'

/**
 * Puts down, right behind each version of a hold, who is to be told of it: the links that it goes over, and the places that it names, which a
 * person tells where no link is their own. What a delivery noted before is left as it is.
 */
export const noticesReader: LogReader = {
  name: 'notices',
  begin() {
    const holds: HoldVersion[] = []
    const places: ToldPlace[] = []
    return {
      note({ change: { recordId, version, kind }, said, before }) {
        if (kind !== 'hold') return
        holds.push({ recordId, version })
        const told = placesTold(said)
        for (const place of told) places.push({ recordId, version, ...place, isLeft: false })
        // Who was to stop goods and is named no more must hear that this is over.
        if (before === null || before.holdKind === 'release') return
        const named = new Set(told.map(({ receiver }) => receiver))
        for (const place of placesTold(before))
          if (!named.has(place.receiver)) places.push({ recordId, version, ...place, isLeft: true })
      },
      async write(client) {
        await noteLinks(client, holds)
        await notePlaces(client, places)
      },
    }
  },
}

/** Markets and other places by their codes, else by their names; a stall together with its market. */
function placesTold({ sites = [] }: Pick<Body, 'sites'>): { receiver: string; name: string }[] {
  const market = sites.find(({ role }) => role === 'market')
  const told = sites.map(({ role, name, ids }) => {
    const code = ids[0]?.value ?? name ?? ''
    const within = role === 'stall' ? (market?.ids[0]?.value ?? market?.name ?? '') : ''
    return {
      receiver: `place:${within === '' ? code : `${within}#${code}`}`,
      name: [role === 'stall' ? market?.name : undefined, name ?? code].filter(Boolean).join(' '),
    }
  })
  return [
    ...new Map(
      told.filter(({ receiver }) => receiver !== 'place:').map((one) => [one.receiver, one]),
    ).values(),
  ]
}
