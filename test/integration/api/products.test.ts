import { describe, expect, it } from 'vitest'
import { holdAliases } from '#core/products/aliases.ts'
import { logFollower } from '#flow/follow/log-follower.ts'
import { unknownProductsReader } from '#flow/reference/follow-unknown-products.ts'
import { refreshAliases } from '#flow/reference/product-aliases.ts'
import { runReplay } from '#flow/replay/run.ts'
import { createLiveRegistry } from '#flow/systems/live.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'
import { follow } from '../reference/setting.ts'

const api = withApi()
const unknown = (billNo: string, goodsName: string) => trade(billNo, { goodsCode: '', goodsName })
const push = async (...trades: object[]) => {
  const answer = await api.push(TRADES, JSON.stringify(trades))
  expect(answer.statusCode).toBe(200)
  return answer.json()
}
interface Listed {
  readonly name: string
  readonly count: number
  readonly alias: string | null
}
const page = async (query = ''): Promise<{ products: Listed[]; next: string | null }> => {
  await follow(api.pool, logFollower('products', 500, [unknownProductsReader]))
  return (await api.call('GET', `/v1/products/unknown${query}`)).json()
}
const listed = async (name: string) => (await page()).products.filter((product) => product.name === name)
const decide = (body: object) => api.call('POST', '/v1/products/aliases', { body })
const productOf = async (billNo: string) =>
  (await api.call('GET', `/v1/records/urn:cnft:sale:jiaxing-wholesale:trade:${billNo}`)).json()

describe('GET /v1/products/unknown', () => {
  it('counts the records that write a name that nothing knows, with proposals', async () => {
    await push(
      unknown('a1', '高山红妃'),
      unknown('a2', '高山红妃'),
      unknown('a3', '小高山土豆条'),
      trade('a4'),
    )
    expect(await listed('小高山土豆条')).toMatchObject([
      { count: 1, proposals: [{ name: '马铃薯', class: 'vegetable', code: '01211' }] },
    ])
    expect(await listed('高山红妃')).toMatchObject([
      {
        code: '',
        ownCode: '',
        systems: ['jiaxing-wholesale'],
        count: 2,
        records: ['urn:cnft:sale:jiaxing-wholesale:trade:a2'],
        alias: null,
      },
    ])
    expect(await listed('番茄')).toEqual([])
    expect((await page('?system=shaoxing-slaughter')).products).toEqual([])
  })

  it('pages, each product once', async () => {
    await push(unknown('b1', '甲示例'), unknown('b2', '乙示例'))
    const names: string[] = []
    let after = ''
    do {
      const one = await page(`?limit=1${after}`)
      names.push(...one.products.map(({ name }) => name))
      after = one.next === null ? '' : `&after=${one.next}`
    } while (after !== '')
    expect(names).toEqual((await page()).products.map(({ name }) => name))
    expect(names).toEqual([...new Set(names)])
    expect(names).toEqual(expect.arrayContaining(['甲示例', '乙示例']))
  })

  it('forgets a record that was corrected or made void', async () => {
    await push(unknown('c1', '丙示例'), unknown('c2', '丙示例'))
    expect(await listed('丙示例')).toMatchObject([{ count: 2 }])
    await push(trade('c1'))
    expect(await listed('丙示例')).toMatchObject([
      { count: 1, records: ['urn:cnft:sale:jiaxing-wholesale:trade:c2'] },
    ])
    await push(trade('cv', { status: '2', refBillNo: 'c2' }))
    expect(await listed('丙示例')).toEqual([])
  })
})

describe('POST /v1/products/aliases', () => {
  it('says how many records wait, and the next message knows the name, also one that was pushed before', async () => {
    await push(unknown('d1', '丁示例'), unknown('d2', '丁示例'))
    await listed('丁示例')
    const answer = await decide({ name: ' 丁 示例', class: 'fruit', reason: 'asked the market' })
    expect(answer.statusCode).toBe(201)
    expect(answer.json()).toMatchObject({
      system: null,
      scheme: 'name',
      value: '丁示例',
      class: 'fruit',
      code: null,
      waiting: 2,
      key: null,
    })
    expect(await listed('丁示例')).toMatchObject([{ alias: answer.json().id }])
    await push(unknown('d3', '丁示例'))
    expect(await productOf('d3')).toMatchObject({ product: { class: 'fruit', name: '丁示例' }, flags: [] })
    // The same bill again among others, as a replay maps it anew: a new version, and one record less that waits.
    const again = await push(unknown('d1', '丁示例'), trade('d4'))
    expect(again.results[0].result).toBe('updated')
    expect(await listed('丁示例')).toMatchObject([{ count: 1 }])
  })

  it('a replay by the flag takes the decision to the records that were stored before it', async () => {
    await push(unknown('f1', '己示例'), trade('f2'))
    const scope = { system: 'jiaxing-wholesale', record: 'trade', flag: 'W_PRODUCT_UNKNOWN' }
    await decide({ name: '己示例', class: 'fruit' })
    const asked = await api.call('POST', '/v1/replays', { body: { mode: 'apply', scope } })
    expect(asked.statusCode).toBe(202)
    const productAliases = holdAliases()
    await refreshAliases(api.pool, productAliases)
    const options = { productAliases }
    const registry = createLiveRegistry({
      pool: api.pool,
      seed: await loadRegistry('mappings', options),
      options,
    })
    await runReplay({ pool: api.pool, registry, onCommitted: () => {} }, asked.json().id)
    expect((await api.call('GET', `/v1/replays/${asked.json().id}`)).json()).toMatchObject({ state: 'done' })
    expect(await productOf('f1')).toMatchObject({ version: 2, product: { class: 'fruit' }, flags: [] })
    expect(await productOf('f2')).toMatchObject({ version: 1 })
  })

  it('of one system comes before that of all, and both end', async () => {
    const all = (await decide({ name: '戊示例', class: 'fruit' })).json()
    const own = (await decide({ name: '戊示例', system: 'jiaxing-wholesale', code: '01233401' })).json()
    await push(unknown('e1', '戊示例'))
    expect((await productOf('e1')).product).toMatchObject({ class: 'vegetable', code: '01233401' })
    const first = (await api.call('GET', '/v1/products/aliases?limit=1')).json()
    const second = (await api.call('GET', `/v1/products/aliases?limit=1&after=${first.next}`)).json()
    expect([first.aliases[0].id, second.aliases[0].id]).toEqual([own.id, all.id])
    for (const { id } of [own, all]) {
      expect((await api.call('DELETE', `/v1/products/aliases/${id}`)).statusCode).toBe(204)
      expect((await api.call('DELETE', `/v1/products/aliases/${id}`)).statusCode).toBe(404)
    }
    await push(unknown('e2', '戊示例'))
    expect((await productOf('e2')).flags).toEqual(['W_PRODUCT_UNKNOWN'])
  })

  it('reaches another process by its next look at the store', async () => {
    const held = holdAliases()
    await decide({ scheme: 'local.jiaxing-wholesale', value: '0007', class: 'pork' })
    await refreshAliases(api.pool, held)
    expect(held.find('jiaxing-wholesale', 'local.jiaxing-wholesale', '0007')).toMatchObject({ class: 'pork' })
    const { revision } = held
    await refreshAliases(api.pool, held)
    expect(held.revision).toBe(revision)
  })

  it('is 409 where the name is decided already', async () => {
    expect((await decide({ name: '高山红妃', class: 'fruit' })).statusCode).toBe(201)
    const again = await decide({ name: '高山红妃', class: 'pork' })
    expect(again.statusCode).toBe(409)
    expect(again.json()).toMatchObject({ code: 'conflict' })
  })

  it.each([
    [{ class: 'fruit' }, '/name'],
    [{ name: 'a', scheme: 'local.x', value: '1', class: 'fruit' }, '/name'],
    [{ scheme: 'local.x', class: 'fruit' }, '/name'],
    [{ name: 'a' }, '/class'],
    [{ name: 'a', code: '99999' }, '/code'],
    [{ name: 'a', code: '01211', class: 'pork' }, '/class'],
    [{ name: 'a', class: 'fruit', system: 'nobody' }, '/system'],
    [{ name: 'a\0', class: 'fruit' }, '/name'],
    [{ scheme: 'No Scheme', value: '1', class: 'fruit' }, '/scheme'],
  ])('%o is 400', async (body, path) => {
    const answer = await decide(body)
    expect(answer.statusCode).toBe(400)
    expect(answer.json().issues.map((issue: { path: string }) => issue.path)).toContain(path)
  })
})
