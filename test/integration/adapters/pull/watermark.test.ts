import { describe, expect, it } from 'vitest'
import type { Asked, Told } from './platform.ts'
import { idsOf, type PullOptions, platformOf, pulled, type Row } from './pulling.ts'

const DAY = '2024-04-15'
const at = (minutes: number, day = DAY): string => {
  const pad = (n: number): string => String(n).padStart(2, '0')
  return `${day} ${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}:00`
}
const row = (n: number, minutes: number): Row => ({
  id: `N${String(n).padStart(3, '0')}`,
  changed: at(minutes),
})
const ROWS: readonly Row[] = Array.from({ length: 14 }, (_, i) => row(i + 1, i < 4 ? i : i < 8 ? 4 : i))

interface Source {
  rows: Row[]
  /** Pages that are given, and rows of one. */
  pages?: number
  size?: number
  exclusive?: boolean
  order?: (a: Row, b: Row) => number
}

const changed = ({ changed: when }: Row): string => String(when)
const ascending = (a: Row, b: Row): number =>
  changed(a) < changed(b) ? -1 : changed(a) > changed(b) ? 1 : String(a['id']) < String(b['id']) ? -1 : 1

/** As most platforms answer: from a time on, in its order, by page number, with a total. */
function answered(source: Source, { query }: Asked): Told {
  const since = query.get('since') ?? ''
  const until = query.get('until') ?? '9'
  const rows = source.rows
    .filter(
      (one) => (source.exclusive ? changed(one) > since : changed(one) >= since) && changed(one) <= until,
    )
    .sort(source.order ?? ascending)
  const size = source.size ?? 5
  const page = Number(query.get('page') ?? 1)
  const given = page > (source.pages ?? 1e9) ? [] : rows.slice((page - 1) * size, page * size)
  return { body: { rows: given, total: rows.length } }
}

const WATERMARK = {
  field: 'changed',
  parameter: 'since',
  format: 'yyyy-MM-dd HH:mm:ss',
  safetyLag: 0,
  overlap: 0,
}
const PAGING = { page: { parameter: 'page', total: 'total' } }

const start = async (source: Source, watermark: object = {}, paging: object | null = PAGING) => {
  const platform = await platformOf((asked) => answered(source, asked))
  const settings = {
    url: `${platform.origin}/list`,
    rows: 'rows',
    watermark: { ...WATERMARK, ...watermark },
    ...(paging ? { paging } : {}),
  }
  return { platform, read: (options: PullOptions = {}) => pulled(platform, settings, options) }
}

const distinct = (ids: readonly string[]): string[] => [...new Set(ids)].sort()

describe('a source that is asked from a time on, itself included', () => {
  it('is read whole, and from each state nothing of the rest is missing', async () => {
    const { read } = await start({ rows: [...ROWS] })
    const { ids, error, pages } = await read()
    expect(error).toBeNull()
    expect(distinct(ids)).toEqual(idsOf(ROWS))
    const before = new Set<string>()
    for (const page of pages) {
      for (const { id } of (JSON.parse(String(page.bytes)) as { rows: { id: string }[] }).rows) before.add(id)
      const rest = await read({ state: page.state })
      expect([...new Set([...before, ...rest.ids])].sort()).toEqual(idsOf(ROWS))
    }
  })

  it('gives nothing where nothing is new, although the last row is answered again', async () => {
    const { read } = await start({ rows: [...ROWS] })
    const { state } = await read()
    expect(state?.value).toBe('2024-04-14T16:13:00.000Z')
    expect((await read({ state })).pages).toEqual([])
  })

  it('finds a row that was written with an earlier time, within the overlap', async () => {
    const source = { rows: [...ROWS] }
    const { read } = await start(source, { overlap: 600 })
    const { state } = await read()
    expect((await read({ state })).pages).toEqual([])
    source.rows.push(row(99, 5))
    const late = await read({ state })
    expect(late.ids).toContain('N099')
    expect(late.state?.value).toBe(state?.value)
    expect((await read({ state: late.state })).pages).toEqual([])
  })

  it('finds a row that has the time of the last one', async () => {
    const source = { rows: [...ROWS] }
    const { read } = await start(source)
    const { state } = await read()
    source.rows.push(row(0, 13))
    expect((await read({ state })).ids).toContain('N000')
  })

  it('passes over no row while rows move to the end between two pages', async () => {
    const source = { rows: [...ROWS], size: 4 }
    const platform = await platformOf((asked, number) => {
      const told = answered(source, asked)
      // A row that was given is changed now, and stands at the end from now on.
      if (number < 5) source.rows[number - 1] = { ...source.rows[number - 1], changed: at(30 + number) }
      return told
    })
    const settings = { url: platform.origin, rows: 'rows', watermark: WATERMARK, paging: PAGING }
    const seen: string[] = []
    for (let time = 0, state = null as Awaited<ReturnType<typeof pulled>>['state']; time < 3; time++) {
      const read = await pulled(platform, settings, { state })
      seen.push(...read.ids)
      state = read.state
    }
    expect(distinct(seen)).toEqual(idsOf(ROWS))
  })
})

describe('a source that stops although more exist', () => {
  it.each([
    ['after two pages', { pages: 2, size: 3 }, PAGING],
    ['after two pages, without a total', { pages: 2, size: 5 }, { page: { parameter: 'page' } }],
    ['after six rows, without paging', { size: 6 }, null],
  ])('%s: it is asked again from the last value', async (_, limits, paging) => {
    const { read } = await start({ rows: [...ROWS], ...limits }, {}, paging)
    const { ids, error } = await read({ limits: { pageRows: 6 } })
    expect(error).toBeNull()
    expect(distinct(ids)).toEqual(idsOf(ROWS))
  })

  it.each([
    ['by pages', { pages: 1, size: 3 }, PAGING],
    ['without paging', { size: 3 }, null],
  ])('in the midst of rows with one value, %s: an error, and the state stands', async (_, limits, paging) => {
    const { read, platform } = await start({ rows: [...ROWS], ...limits }, {}, paging)
    const { error, state } = await read({ limits: { pageRows: 3 } })
    expect(error).toMatchObject({ class: 'source', setting: '/settings/paging' })
    expect(state?.value).toBe('2024-04-14T16:04:00.000Z')
    expect(platform.asked.length).toBeLessThan(10)
    expect((await read({ state, limits: { pageRows: 3 } })).state).toEqual(state)
  })
})

describe('what the source does not do as the settings say is an error, before a row is lost', () => {
  it('the newest first', async () => {
    const { read } = await start({ rows: [...ROWS], order: (a, b) => -ascending(a, b) })
    const { error, ids } = await read()
    expect(ids).toEqual([])
    expect(error).toMatchObject({ class: 'source', setting: '/settings/watermark/order' })
  })

  it('a lower bound that it does not heed', async () => {
    const { read } = await start({ rows: [...ROWS] }, { parameter: 'from' })
    expect((await read()).error).toMatchObject({ class: 'source', setting: '/settings/watermark/parameter' })
  })

  it('rows without the field, or in another form', async () => {
    const other = await start({ rows: [...ROWS] }, { field: 'updated' })
    expect((await other.read()).error).toMatchObject({ setting: '/settings/watermark/field' })
    const form = await start({ rows: [...ROWS] }, { format: 'epoch-s' })
    expect((await form.read()).error).toMatchObject({ setting: '/settings/watermark/format' })
  })
})

it('a row without a value is passed on and moves nothing', async () => {
  const platform = await platformOf(({ query }) => ({
    body: { rows: query.has('since') ? [row(2, 1)] : [{ id: 'N001', changed: null }, row(2, 1)] },
  }))
  const settings = { url: platform.origin, rows: 'rows', watermark: WATERMARK }
  const { ids, error } = await pulled(platform, settings)
  expect(error).toBeNull()
  expect(ids).toEqual(['N001', 'N002'])
})

describe('rows in any order', () => {
  const newestFirst = (a: Row, b: Row): number => -ascending(a, b)

  it('the value moves on with the last page only', async () => {
    const { read } = await start({ rows: [...ROWS], order: newestFirst }, { order: 'unordered' })
    const { pages, ids } = await read()
    expect(ids).toEqual(idsOf(ROWS).reverse())
    expect(pages.map(({ state }) => state.value)).toEqual([undefined, undefined, '2024-04-14T16:13:00.000Z'])
    const again = await read({ state: pages[1]!.state })
    expect(distinct([...ids.slice(0, 10), ...again.ids])).toEqual(idsOf(ROWS))
  })

  it('a source that holds a part of them back is asked for half of the time, and then for the other half', async () => {
    const { read } = await start(
      { rows: [...ROWS], order: newestFirst, pages: 1 },
      { order: 'unordered', until: 'until', start: at(0) },
    )
    const { ids, error } = await read()
    expect(error).toBeNull()
    expect(distinct(ids)).toEqual(idsOf(ROWS))
  })

  it('rows that leave the pages while they are read make it read again', async () => {
    const source = { rows: [...ROWS], order: newestFirst }
    const platform = await platformOf((asked, number) => {
      if (number === 2) source.rows.shift()
      return answered(source, asked)
    })
    const watermark = { ...WATERMARK, order: 'unordered' }
    const settings = { url: platform.origin, rows: 'rows', watermark, paging: PAGING }
    const { error, state } = await pulled(platform, settings)
    expect(error).toMatchObject({ class: 'retry' })
    expect(state?.value).toBeUndefined()
  })
})

describe('bounds of time', () => {
  it('a source that answers a bounded time only is asked span by span up to now', async () => {
    const { read, platform } = await start(
      { rows: [...ROWS] },
      { until: 'until', start: at(0), span: 300 * 86_400 },
    )
    const { ids, error, state } = await read()
    expect(error).toBeNull()
    expect(distinct(ids)).toEqual(idsOf(ROWS))
    // The value has gone on over the time in which nothing was.
    expect(Date.parse(state?.value ?? '')).toBeGreaterThan(Date.parse('2025-06-01'))
    for (const { query } of platform.asked) {
      const length = Date.parse(`${query.get('until')}+08:00`) - Date.parse(`${query.get('since')}+08:00`)
      expect(length).toBeLessThanOrEqual(300 * 86_400_000)
    }
  })

  it('what is younger than the safety lag is given, and asked for again', async () => {
    const text = new Date(Date.now() + 8 * 3_600_000 - 5000).toISOString().slice(0, 19).replace('T', ' ')
    const source = { rows: [row(1, 1), { id: 'N002', changed: text }] }
    const { read, platform } = await start(source, { safetyLag: 3600 })
    const { ids, state } = await read()
    expect(distinct(ids)).toEqual(['N001', 'N002'])
    expect(Date.parse(state?.value ?? '')).toBeLessThanOrEqual(Date.now() - 3_600_000)
    const before = platform.asked.length
    expect((await read({ state })).pages).toEqual([])
    const since = platform.asked[before]?.query.get('since') ?? ''
    expect(since > at(1) && since < text).toBe(true)
  })

  it('a state in the future asks a source with an upper bound for nothing', async () => {
    const { read, platform } = await start({ rows: [...ROWS] }, { until: 'until' })
    const { pages, error } = await read({ state: { value: '2099-01-01T00:00:00.000Z' } })
    expect([pages, error, platform.asked.length]).toEqual([[], null, 0])
  })

  it('a bound that excludes its value is asked one unit less', async () => {
    const source = { rows: ROWS.slice(0, 6), exclusive: true, size: 3 }
    const { read, platform } = await start(source, { bound: 'exclusive' })
    const { ids } = await read()
    expect(distinct(ids)).toEqual(idsOf(ROWS.slice(0, 6)))
    expect(platform.asked[1]?.query.get('since')).toBe(`${DAY} 00:01:59`)
  })
})

it('numbers of nineteen digits are a watermark, exactly', async () => {
  const big = 9_007_199_254_740_993_000n
  const rows = Array.from({ length: 8 }, (_, i) => `{"id":"N00${i + 1}","seq":${big + BigInt(i)}}`)
  const platform = await platformOf(({ query }) => {
    const since = BigInt(query.get('since') ?? 0)
    const given = rows.filter((_, i) => big + BigInt(i) >= since).slice(0, 3)
    return { text: `{"rows":[${given.join(',')}]}` }
  })
  const watermark = { field: 'seq', parameter: 'since', format: 'number' }
  const { ids, state, error } = await pulled(platform, { url: platform.origin, rows: 'rows', watermark })
  expect(error).toBeNull()
  expect(distinct(ids).length).toBe(8)
  expect(state?.value).toBe(String(big + 7n))
})

it('parameters are written in the format of the source', async () => {
  const platform = await platformOf(() => ({ body: { rows: [] } }))
  const value = '2024-04-15T01:02:03.456Z'
  const asked = async (format: string): Promise<string | null | undefined> => {
    const watermark = { ...WATERMARK, format: 'iso', parameterFormat: format }
    await pulled(platform, { url: platform.origin, rows: 'rows', watermark }, { state: { value } })
    return platform.asked.at(-1)?.query.get('since')
  }
  expect(await asked('iso')).toBe('2024-04-15T09:02:03.456+08:00')
  expect(await asked('iso-utc')).toBe('2024-04-15T01:02:03.456Z')
  expect(await asked('epoch-s')).toBe('1713142923')
  expect(await asked('epoch-ms')).toBe('1713142923456')
  expect(await asked('yyyyMMddHHmmssSSS')).toBe('20240415090203456')
  expect(await asked("yyyy年M月d日 'T' HH:mm")).toBe('2024年4月15日 T 09:02')
})

describe('pages that are turned', () => {
  const newestFirst = (a: Row, b: Row): number => -ascending(a, b)

  it.each([
    ['in any order', { order: newestFirst }, { order: 'unordered' }],
    ['of one value', { rows: ROWS.slice(0, 12).map((one) => ({ ...one, changed: at(1) })) }, {}],
  ])(
    '%s are turned on after a short break, and from the first one after a long one',
    async (_, more, given) => {
      const source: Source = { rows: [...ROWS], ...more }
      const { read, platform } = await start(source, given)
      const { pages, ids } = await read()
      expect(distinct(ids)).toEqual(idsOf(source.rows))
      const [first, second] = pages
      const before = platform.asked.length
      const rest = await read({ state: second!.state })
      expect(platform.asked[before]?.query.get('page')).toBe('3')
      const known = (JSON.parse(String(first!.bytes)) as { rows: Row[] }).rows
      expect(distinct([...idsOf(known), ...ids.slice(5, 10), ...rest.ids])).toEqual(idsOf(source.rows))
      const stale = { ...second!.state, open: { ...second!.state.open!, atMs: Date.now() - 3_600_000 } }
      const again = platform.asked.length
      await read({ state: stale })
      expect(platform.asked[again]?.query.get('page')).toBe('1')
    },
  )
})
