import { expect, it } from 'vitest'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

const api = withApi()

interface Page {
  readonly changes: readonly {
    readonly event: string
    readonly id: string
    readonly version: number
    readonly kind: string
  }[]
  readonly next: string
}

/** Reads the feed with waiting until told to stop, then until a page is empty. */
async function follow(query: string, stopped: () => boolean): Promise<string[]> {
  const seen: string[] = []
  let after = ''
  for (;;) {
    const last = stopped()
    const answer = await api.call('GET', `/v1/changes?limit=37&wait=1&${query}${after && `&after=${after}`}`)
    expect(answer.statusCode).toBe(200)
    const page = answer.json<Page>()
    for (const { id, version } of page.changes) seen.push(`${id}@${version}`)
    after = encodeURIComponent(page.next)
    if (page.changes.length === 0 && last) return seen
  }
}

it('readers that page and wait while 8 senders write see every version once, each by its filter, versions in order', async () => {
  let done = false
  const stopped = () => done
  const readers = Promise.all([
    follow('', stopped),
    follow('region=3304', stopped),
    follow('region=3301', stopped),
    follow('kind=payment', stopped),
  ])
  const sender = async (s: number): Promise<void> => {
    for (let n = 0; n < 25; n++) {
      const bills = Array.from({ length: 1 + (n % 4) }, (_, i) =>
        trade(`F${s}-${n % 20}-${i}`, {
          price: `${n + 1}.00`,
          marketCode: s % 2 ? '330402003' : '330105012',
        }),
      )
      expect((await api.push(TRADES, JSON.stringify(bills))).statusCode).toBe(200)
    }
  }
  await Promise.all(Array.from({ length: 8 }, (_, s) => sender(s)))
  done = true
  const [all, jiaxing, hangzhou, payments] = await readers
  const { rows } = await api.pool.query<{ at: string; kind: string; region: string }>(
    `select record_id || '@' || version as at, kind, region from record_versions order by position`,
  )
  const of = (fits: (row: (typeof rows)[number]) => boolean) => rows.filter(fits).map(({ at }) => at)
  expect(all).toEqual(of(() => true))
  expect(jiaxing).toEqual(of(({ region }) => region.startsWith('3304')))
  expect(hangzhou).toEqual(of(({ region }) => region.startsWith('3301')))
  expect(payments).toEqual(of(({ kind }) => kind === 'payment'))
  expect(jiaxing.length).toBeGreaterThan(100)
  expect(hangzhou.length).toBeGreaterThan(100)
})
