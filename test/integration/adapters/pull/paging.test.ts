import { describe, expect, it } from 'vitest'
import type { Asked, Told } from './platform.ts'
import { idsOf, numbered, type PullOptions, platformOf, pulled } from './pulling.ts'

const ROWS = numbered(12)
const whole = (text: string | null, otherwise: number): number => (text === null ? otherwise : Number(text))

const byPage =
  (first: number, more: (page: number, rows: unknown[]) => object = () => ({})) =>
  ({ query }: Asked): Told => {
    const size = whole(query.get('size'), 5)
    const page = whole(query.get('page'), first)
    const rows = ROWS.slice((page - first) * size, (page - first + 1) * size)
    return { body: { rows, ...more(page, rows) } }
  }

const byOffset = ({ query }: Asked): Told => {
  const from = whole(query.get('from'), 0)
  return { body: { rows: ROWS.slice(from, from + 4), total: ROWS.length } }
}

const byCursor = (cursor: string | null): Told => {
  const from = cursor === null ? 0 : Number(cursor.slice(1))
  const next = from + 5 < ROWS.length ? `c${from + 5}` : null
  return { body: { rows: ROWS.slice(from, from + 5), next } }
}

const byLink = ({ query, headers }: Asked): Told => {
  const from = whole(query.get('from'), 0)
  const next = `<http://${headers.host}/list?from=${from + 5}&key=${query.get('key')}>; rel="prev next"`
  const rest: Record<string, string> = from + 5 < ROWS.length ? { link: `</other>; rel=last, ${next}` } : {}
  return { body: { rows: ROWS.slice(from, from + 5) }, headers: rest }
}

const WAYS: Readonly<
  Record<string, { answer: (asked: Asked) => Told; settings: object; options?: PullOptions }>
> = {
  'pages from 1': {
    answer: byPage(1),
    settings: { paging: { page: { parameter: 'page', size: 'size' } } },
  },
  'pages from 0 with the number of pages': {
    answer: byPage(0, () => ({ pages: 3 })),
    settings: { paging: { page: { parameter: 'page', first: 0, size: 'size', pages: 'pages' } } },
  },
  'pages that say whether more follow': {
    answer: byPage(1, (page) => ({ more: page < 3 })),
    settings: { paging: { page: { parameter: 'page', more: 'more' } } },
  },
  'an offset with a total': {
    answer: byOffset,
    settings: { paging: { offset: { parameter: 'from', total: 'total' } } },
  },
  'a cursor': {
    answer: ({ query }) => byCursor(query.get('cursor')),
    settings: { paging: { cursor: { parameter: 'cursor', next: 'next' } } },
  },
  'a token in the body': {
    answer: ({ body }) => byCursor((JSON.parse(body) as { page?: { scroll?: string } }).page?.scroll ?? null),
    settings: {
      method: 'POST',
      body: { format: 'json' },
      paging: { token: { parameter: 'page.scroll', next: 'next' } },
    },
  },
  'the Link header': {
    answer: byLink,
    settings: { paging: { link: {} }, auth: { query: { parameter: 'key' } } },
    options: { secrets: { token: 'a-secret-of-12' } },
  },
}

describe.each(Object.entries(WAYS))('by %s', (_, { answer, settings, options = {} }) => {
  const start = async () => {
    const platform = await platformOf(answer)
    return { platform, given: { url: `${platform.origin}/list`, rows: 'rows', ...settings } }
  }

  it('all rows are read, each once, and reading ends', async () => {
    const { platform, given } = await start()
    const { ids, error, state } = await pulled(platform, given, options)
    expect(error).toBeNull()
    expect(ids).toEqual(idsOf(ROWS))
    expect(state, 'the next reading begins anew').toEqual({})
  })

  it('from the state of each page exactly the rest follows', async () => {
    const { platform, given } = await start()
    const { pages } = await pulled(platform, given, options)
    let before = 0
    for (const { state, rows = 0 } of pages.slice(0, -1)) {
      before += rows
      if (Object.keys(state).length === 0) continue
      const rest = await pulled(platform, given, { ...options, state })
      expect(rest.ids).toEqual(idsOf(ROWS).slice(before))
    }
    expect(before).toBeGreaterThan(0)
  })
})

it('keeps no secret of the query in a state, although the source repeats it in its links', async () => {
  const platform = await platformOf(byLink)
  const settings = {
    url: `${platform.origin}/list`,
    rows: 'rows',
    paging: { link: {} },
    auth: { query: { parameter: 'key' } },
  }
  const { pages } = await pulled(platform, settings, { secrets: { token: 'a-secret-of-12' } })
  expect(JSON.stringify(pages.map(({ state, name }) => ({ state, name })))).not.toContain('a-secret')
  expect(platform.asked.map(({ query }) => query.get('key'))).toEqual(Array(3).fill('a-secret-of-12'))
})

it('does not follow a link to another origin', async () => {
  const platform = await platformOf(() => ({
    body: { rows: ROWS.slice(0, 2) },
    headers: { link: '<http://127.0.0.1:1/list>; rel=next' },
  }))
  const { error } = await pulled(platform, { url: platform.origin, rows: 'rows', paging: { link: {} } })
  expect(error).toMatchObject({ class: 'source', setting: '/settings/paging/link' })
})

describe('what would never end is an error of the source', () => {
  it.each<[string, object, (asked: Asked) => Told]>([
    [
      'a cursor that does not move on',
      { cursor: { parameter: 'cursor', next: 'next' } },
      ({ query }) => ({ body: { rows: [{ id: query.get('cursor') ?? 'a' }], next: 'same' } }),
    ],
    [
      'cursors in a circle',
      { cursor: { parameter: 'cursor', next: 'next' } },
      ({ query }) => {
        const at = whole(query.get('cursor'), 0)
        return { body: { rows: [{ id: `${at}-${Math.random()}` }], next: String((at + 1) % 7) } }
      },
    ],
    [
      'the last page again for every page behind it',
      { page: { parameter: 'page' } },
      ({ query }) => ({ body: { rows: [{ id: `p${Math.min(whole(query.get('page'), 1), 3)}` }] } }),
    ],
  ])('%s', async (_, paging, answer) => {
    const platform = await platformOf(answer)
    const { error } = await pulled(platform, { url: platform.origin, rows: 'rows', paging })
    expect(error).toMatchObject({ name: 'AdapterError', class: 'source' })
    expect(platform.asked.length).toBeLessThan(40)
  })
})

it('a source that says that more rows exist and does not give them is an error, and the state stands', async () => {
  const platform = await platformOf(({ query }) => ({
    body: { rows: query.get('page') === '1' ? ROWS.slice(0, 5) : [], total: 12 },
  }))
  const settings = {
    url: platform.origin,
    rows: 'rows',
    paging: { page: { parameter: 'page', total: 'total' } },
  }
  const { error, state, ids } = await pulled(platform, settings)
  expect(ids.length).toBe(5)
  expect(error).toMatchObject({ class: 'source', setting: '/settings/paging' })
  const again = await pulled(platform, settings, { state })
  expect(again.ids).toEqual([])
  expect(again.error).toMatchObject({ class: 'source' })
  expect(again.state).toEqual(state)
})

it('a source that gives fewer rows than it is asked for is read to its end', async () => {
  const platform = await platformOf(({ query }) => {
    const page = whole(query.get('page'), 1)
    return { body: { rows: ROWS.slice((page - 1) * 2, page * 2) } }
  })
  const settings = { url: platform.origin, rows: 'rows', paging: { page: { parameter: 'page', size: 'n' } } }
  const { ids } = await pulled(platform, settings, { limits: { pageRows: 100 } })
  expect(ids).toEqual(idsOf(ROWS))
  expect(platform.asked[0]?.query.get('n')).toBe('100')
})

describe('a feed whose cursor is kept', () => {
  const start = async () => {
    const rows = [...ROWS]
    const platform = await platformOf(({ query }) => {
      const from = whole(query.get('after'), 0)
      const page = rows.slice(from, from + 5)
      return { body: { rows: page, next: from + page.length } }
    })
    const settings = {
      url: platform.origin,
      rows: 'rows',
      paging: { cursor: { parameter: 'after', next: 'next', keep: true } },
    }
    return { rows, platform, settings }
  }

  it('goes on from where it was read, and gives nothing where nothing is new', async () => {
    const { rows, platform, settings } = await start()
    const all = await pulled(platform, settings)
    expect(all.ids).toEqual(idsOf(ROWS))
    const idle = await pulled(platform, settings, { state: all.state })
    expect(idle.pages).toEqual([])
    rows.push({ id: 'new' })
    const more = await pulled(platform, settings, { state: all.state })
    expect(more.ids).toEqual(['new'])
  })

  it('a cursor further than the feed gives nothing and stands still', async () => {
    const { platform, settings } = await start()
    const { pages } = await pulled(platform, settings, { state: { position: { cursor: '9999' } } })
    expect(pages).toEqual([])
  })
})

it('a cursor of nineteen digits loses none of them', async () => {
  const cursor = '1234567890123456789'
  const platform = await platformOf(({ query }) =>
    query.get('cursor') === cursor
      ? { body: { rows: [{ id: 'b' }] } }
      : { text: `{"rows":[{"id":"a"}],"next":${cursor}}` },
  )
  const settings = {
    url: platform.origin,
    rows: 'rows',
    paging: { cursor: { parameter: 'cursor', next: 'next' } },
  }
  expect((await pulled(platform, settings)).ids).toEqual(['a', 'b'])
})
