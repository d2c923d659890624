import { beforeAll, expect, it } from 'vitest'
import { logFollower } from '#flow/follow/log-follower.ts'
import { cardsReader } from '#flow/reference/follow-cards.ts'
import { unknownProductsReader } from '#flow/reference/follow-unknown-products.ts'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'
import { follow } from '../reference/setting.ts'

const api = withApi()
const NAMES = ['甲号示例果蔬商行', '乙号示例果蔬商行', '丙号示例果蔬商行']
const LISTS = [
  ['/v1/parties/suggestions', 'suggestions'],
  ['/v1/parties', 'parties'],
  ['/v1/sites', 'sites'],
  ['/v1/products/unknown', 'products'],
  ['/v1/rejections/groups', 'groups'],
] as const

beforeAll(async () => {
  const pairs = NAMES.flatMap((sellerName, n) =>
    [0, 1].map((m) =>
      trade(`SP${n}${m}`, {
        sellerName,
        sellerCode: `330402003${n}10${m}`,
        marketCode: `33040200${n + 4}`,
        goodsCode: '',
        goodsName: `高山示例${n}号`,
      }),
    ),
  )
  const wrong = [trade('SP-A', { tradeTime: '' }), trade('SP-B', { netWeight: 'x' }), trade('')]
  await api.push(TRADES, JSON.stringify([...pairs, ...wrong]))
  await follow(api.pool, logFollower('cards', 500, [cardsReader]))
  await follow(api.pool, logFollower('products', 500, [unknownProductsReader]))
})

const page = async (path: string, after: string | null, key?: string) =>
  await api.call('GET', `${path}?limit=1${after === null ? '' : `&after=${after}`}`, key ? { key } : {})

it.each(LISTS)(
  'a place in %s says nothing of what is listed, and leads through all of it',
  async (path, plural) => {
    const whole = (await api.call('GET', path)).json()[plural]
    expect(whole.length).toBeGreaterThan(1)
    const paged: unknown[] = []
    let after: string | null = null
    for (;;) {
      const answer: { next: string | null } & Record<string, unknown> = (await page(path, after)).json()
      const { next } = answer
      paged.push(...(answer[plural] as unknown[]))
      if (next === null) break
      const bytes = Buffer.from(next, 'base64url')
      // What is sealed is of a few lengths and no text; a name in it would be found.
      expect((bytes.length - 28) % 64).toBe(0)
      for (const name of [...NAMES, '示例', 'jiaxing-wholesale'])
        expect(bytes.includes(Buffer.from(name))).toBe(false)
      expect((await page(path, after)).json().next).not.toBe(next)
      after = next
    }
    expect(paged).toEqual(whole)
  },
)

it('a place is of its list and its caller, and one that was changed is none', async () => {
  const { next } = (await page('/v1/parties/suggestions', null)).json()
  expect((await page('/v1/parties/suggestions', next)).statusCode).toBe(200)
  const changed = `${next.slice(0, -4)}${next.slice(-4) === 'AAAA' ? 'BBBB' : 'AAAA'}`
  const plain = Buffer.from(JSON.stringify(['甲号示例果蔬商行'])).toString('base64url')
  for (const after of [changed, plain, 'x', ''])
    expect([after, (await page('/v1/parties/suggestions', after)).statusCode]).toEqual([after, 400])
  expect((await page('/v1/sites/suggestions', next)).statusCode).toBe(400)
  expect((await page('/v1/parties/suggestions', next, await api.key('read'))).statusCode).toBe(400)
})
