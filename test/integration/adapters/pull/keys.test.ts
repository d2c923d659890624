import { describe, expect, it } from 'vitest'
import { pull } from '#adapters/pull/pull.ts'
import type { Platform, Told } from './platform.ts'
import { partsOf, platformOf } from './pulling.ts'

const PAGING = { page: { parameter: 'page', total: 'total' } }

async function start(answer: (page: number) => Told, keys: object | null = {}) {
  const platform = await platformOf(({ query }) => answer(Number(query.get('page') ?? 1)))
  const { origin } = platform
  const given = { url: `${origin}/keys`, rows: 'rows', paging: PAGING, fields: ['code', 'stall.no'], ...keys }
  return { platform, settings: { url: origin, ...(keys ? { keys: given } : {}) } }
}

async function keysOf({ platform, settings }: { platform: Platform; settings: object }) {
  const { parts, close } = partsOf(platform, settings)
  const found: object[] = []
  let error: unknown = null
  try {
    for await (const piece of pull.keys(parts)) found.push(...piece)
  } catch (caught) {
    error = caught
  } finally {
    close()
  }
  return { found, error }
}

const row = (n: number): object => ({ code: `C${n}`, stall: { no: n }, name: '张三' })

describe('the list of keys', () => {
  it('is read page by page, of the fields of the key alone, numbers exactly', async () => {
    const source = await start((page) => ({
      text:
        page === 1
          ? '{"total":3,"rows":[{"code":12345678901234567890,"stall":{"no":1.50}},{"code":"C2","stall":{"no":2},"name":"x"}]}'
          : JSON.stringify({ total: 3, rows: [row(3)] }),
    }))
    expect(await keysOf(source)).toEqual({
      error: null,
      found: [
        { code: '12345678901234567890', 'stall.no': '1.50' },
        { code: 'C2', 'stall.no': '2' },
        { code: 'C3', 'stall.no': '3' },
      ],
    })
  })

  it.each<[string, (page: number) => Told, string]>([
    [
      'has a row without a part of the key',
      () => ({ body: { total: 2, rows: [row(1), { code: 'C2' }] } }),
      '/settings/keys/fields',
    ],
    [
      'ends before the rows that it says it has',
      (page) => ({ body: { total: 5, rows: page === 1 ? [row(1)] : [] } }),
      '/settings/keys/paging',
    ],
    ['is another one', () => ({ body: { total: 0, list: [] } }), '/settings/keys/rows'],
  ])('that %s is an error: what is missing in it would be taken for deleted', async (_, answer, setting) => {
    const { error } = await keysOf(await start(answer))
    expect(error).toMatchObject({ class: 'source', setting })
  })

  it('that is not set is asked of nobody', async () => {
    const source = await start(() => ({ body: {} }), null)
    expect((await keysOf(source)).error).toMatchObject({ class: 'config', setting: '/settings/keys' })
    expect(source.platform.asked).toEqual([])
  })
})

describe('the counts', () => {
  const counted = async (settings: object, answer: Told = { body: { n: 7 } }) => {
    const platform = await platformOf(() => answer)
    const counts = { url: `${platform.origin}/n`, from: 'from', to: 'to', count: 'n', ...settings }
    const { parts, close } = partsOf(platform, { url: platform.origin, counts })
    const fromMs = Date.UTC(2024, 3, 15, 1, 20)
    const found = await pull
      .counts(parts, { fromMs, toMs: fromMs + 3_600_000 })
      .catch((error: unknown) => error)
      .finally(close)
    return { found, asked: platform.asked.map(({ query }) => `${query.get('from')} ${query.get('to')}`) }
  }

  it('are asked for by whole hours, in the format of the source', async () => {
    const { found, asked } = await counted({ format: 'yyyy-MM-dd HH:mm:ss' })
    expect(found).toEqual([
      { hourMs: Date.UTC(2024, 3, 15, 1), count: 7 },
      { hourMs: Date.UTC(2024, 3, 15, 2), count: 7 },
    ])
    expect(asked[0]).toBe('2024-04-15 09:00:00 2024-04-15 10:00:00')
  })

  it('of a source that counts the end in are asked one unit less', async () => {
    const { asked } = await counted({ format: 'yyyy-MM-dd HH:mm:ss', end: 'inclusive' })
    expect(asked[0]).toBe('2024-04-15 09:00:00 2024-04-15 09:59:59')
  })

  it('that are no numbers are an error', async () => {
    const { found } = await counted({ format: 'iso' }, { body: { n: 'many' } })
    expect(found).toMatchObject({ class: 'source', setting: '/settings/counts/count' })
  })
})
