import { marketKey } from '#core/lineage/match-keys.ts'
import type { Body } from '#core/model/body.ts'
import { regionOfNodes } from '#core/model/event-region.ts'
import type { Region } from '#core/model/values.ts'
import { isSaidByName, placeOf } from '#core/supervision/market.ts'
import { type CalledMarket, readMarketsCalled } from '#store/supervision.ts'

/** Codes of all markets: numbers of other kinds may be those of one system. */
const NODE_CODE = /^[0-9]{9}$/

/** Reads what else the market of each of the records is called, for `matchFacts`. */
export type MarketsReader = (
  client: Parameters<typeof readMarketsCalled>[0],
  bodies: readonly Pick<Body, 'sites' | 'region'>[],
) => Promise<readonly (readonly string[])[]>

/**
 * A reader that asks for each market once: the code that records give beside its name and beside no other code, and the names that they give beside that code. The counters of supervision learn them, and let the
 * cases be made anew that they concern.
 */
export function marketsOnce(): MarketsReader {
  const known = new Map<string, readonly string[]>()
  return async (client, bodies) => {
    const called = bodies.map((body) => {
      const market = calledMarket(body)
      return market && { market, key: JSON.stringify([market.code, market.name]) }
    })
    const fresh = new Map(
      called.flatMap((one) => (one && !known.has(one.key) ? [[one.key, one.market] as const] : [])),
    )
    const keys = [...fresh.keys()]
    const read = fresh.size === 0 ? [] : await readMarketsCalled(client, [...fresh.values()])
    for (const [i, one] of read.entries()) known.set(keys[i] as string, keysOf(one))
    return called.map((one) => (one && known.get(one.key)) ?? [])
  }
}

/** The same, as it is known now. */
export const marketsMeant: MarketsReader = (client, bodies) => marketsOnce()(client, bodies)

/** Knows no other names. */
export const asWritten: MarketsReader = async (_client, bodies) => bodies.map(() => [])

const keysOf = ({
  code,
  names,
}: {
  readonly code: string | null
  readonly names: readonly string[]
}): string[] =>
  code === null || !NODE_CODE.test(code)
    ? []
    : [marketKey({ code }), ...names.map((name) => marketKey({ name }))]

/** How a record calls its market; null where it tells of none, or by no code that all know. */
function calledMarket(body: Pick<Body, 'sites' | 'region'>): CalledMarket | null {
  if (!body.sites?.some(({ role }) => role === 'market')) return null
  const { said, name } = placeOf(body)
  const code = isSaidByName(said) ? '' : said
  return said === '' || (code !== '' && !NODE_CODE.test(code)) ? null : { code, name }
}

/** The region of each of the records that tell none: that with which the code of their market begins, where they name it alone and others give its code. */
export async function regionsMeant(
  client: Parameters<typeof readMarketsCalled>[0],
  bodies: readonly Pick<Body, 'sites' | 'region' | 'occurredAt'>[],
): Promise<readonly (Region | undefined)[]> {
  const called = bodies.map((body) => (body.region ? null : calledMarket(body)))
  const asked = called.filter((one) => one !== null)
  const read = (asked.length === 0 ? [] : await readMarketsCalled(client, asked)).values()
  return called.map((one, n) => {
    const code = one && read.next().value?.code
    const year = Number(bodies[n]?.occurredAt?.at.slice(0, 4))
    return code ? regionOfNodes([{ ids: [{ scheme: 'cn.mofcom.node9', value: code }] }], year) : undefined
  })
}

/** A record with the region that it means. */
export async function withRegionMeant(
  client: Parameters<typeof readMarketsCalled>[0],
  body: Body,
): Promise<Body> {
  const [region] = await regionsMeant(client, [body])
  return region ? { ...body, region } : body
}
