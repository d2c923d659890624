import { expect, test } from 'vitest'
import { SPINACH, withMarket } from './market.ts'

const { api, entry, laboratory, send, here, cards } = withMarket()

const own = () => here().split(':')[1] as string
/** A market of another county, whose code begins with the code of that: one for each test. */
const other = () => `330106${own().slice(6)}`
const there = () => `cn.mofcom.node9:${other()}`
const voucher = () => ({ type: 'sales_voucher', number: `XS${own()}` })

/** A wholesale of the lot to the other market, whose region the record does not tell. */
const sale = (more: object = {}) => {
  const { sites, lots, ...rest } = entry(1, 'A-1', SPINACH)
  const destination = { role: 'destination', ids: [{ scheme: 'cn.mofcom.node9', value: other() }], ...more }
  return {
    ...{ ...rest, kind: 'sale', saleKind: 'wholesale', key: [`${own()}-s`] },
    lots: lots.map((lot) => ({ ...lot, role: 'source' })),
    documents: [{ ...voucher(), role: 'voucher' }],
    sites: [...sites, destination],
  }
}
/** What came there under the voucher. */
const arrival = (region = '330106') => ({
  ...entry(2, 'Z-9', SPINACH),
  ...{ key: [`${own()}-a`], region: { code: region, year: 2026 } },
  documents: [{ ...voucher(), role: 'upstream' }],
  sites: [{ role: 'market', ids: [{ scheme: 'cn.mofcom.node9', value: other() }] }],
})
/** Of each version of the hold at a place what the log has as its region. */
const regionsAt = async (place: string) => {
  const { rows } = await api.pool.query(
    `select v.region, v.body from record_versions v join case_holds h using (record_id) where h.place = $1 order by v.version`,
    [place],
  )
  return rows.map(({ region, body }) => [region, JSON.parse(body).region?.code ?? null])
}
const lotRegions = async () => {
  const [one] = await cards()
  const { lots } = (await api.call('GET', `/v1/cases/${one?.id}`)).json()
  return lots.map(({ region, places }: { region: string | null; places: { region: string | null }[] }) => [
    region,
    places.map((place) => place.region),
  ])
}

test.each(['sale', 'arrival'])(
  'the hold at a place to which goods were sold has the region that their arrival tells, where the %s came first',
  async (first) => {
    const moves = first === 'sale' ? [sale(), arrival('330108')] : [arrival('330108'), sale()]
    await send(entry(1, 'A-1', SPINACH), ...moves, laboratory('l1', 1, 'fail'))
    expect((await regionsAt(there())).at(-1)).toEqual(['330108', '330108'])
  },
)

test('a place of which nobody tells the region has the one that its code begins with, and the one that is told, once it is', async () => {
  await send(entry(1, 'A-1', SPINACH), sale(), laboratory('l1', 1, 'fail'))
  expect(await regionsAt(there())).toEqual([['330106', '330106']])
  await send(arrival('330108'))
  expect((await regionsAt(there())).at(-1)).toEqual(['330108', '330108'])
})

test('a place under its name alone has the region that another lot of the case tells of it', async () => {
  const name = '大关示例农贸市场'
  const { documents: _, ...unpapered } = arrival()
  const unnamed = { ...unpapered, sites: [{ role: 'market', name, ids: [] }] }
  const byPaper = { ...unnamed, documents: arrival().documents }
  await send(entry(1, 'A-1', SPINACH), sale({ ids: [], name }), laboratory('l1', 1, 'fail'))
  expect(await regionsAt(`name::${name}`)).toEqual([[null, null]])
  await send(byPaper)
  expect((await regionsAt(`name::${name}`)).at(-1)).toEqual(['330106', '330106'])
})

test('the lots of a case tell the regions of the places at which they are held', async () => {
  await send(entry(1, 'A-1', SPINACH), sale(), laboratory('l1', 1, 'fail'))
  expect(await lotRegions()).toEqual([['330105', ['330105', '330106']], expect.anything()])
})

test.each(['another arrival', 'a sale', 'its test'])(
  'the region of a place whose code tells none is what %s there tells',
  async (teller) => {
    const sites = [{ role: 'market', ids: [{ scheme: 'local.plain-market', value: `M${own()}` }] }]
    const { region: _, ...unplaced } = { ...entry(1, 'A-1', SPINACH), sites }
    const tellers: Readonly<Record<string, object>> = {
      'another arrival': { ...entry(1, 'A-1', SPINACH), sites, key: [`${own()}-z`] },
      'a sale': {
        ...{ ...entry(1, 'A-1', SPINACH), sites, kind: 'sale', saleKind: 'wholesale', key: [`${own()}-w`] },
        lots: entry(1, 'A-1', SPINACH).lots.map((lot) => ({ ...lot, role: 'source' })),
      },
    }
    const { region, ...failed } = { ...laboratory('l1', 1, 'fail'), sites }
    const told = tellers[teller]
    await send(unplaced, ...(told ? [told, failed] : [{ ...failed, region }]))
    expect((await regionsAt(`local.plain-market:M${own()}`)).at(-1)).toEqual(['330105', '330105'])
  },
)
