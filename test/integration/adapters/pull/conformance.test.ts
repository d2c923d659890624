import { pipeline, Readable } from 'node:stream'
import type { Adapter } from '#adapters/adapter.ts'
import type { PagingState } from '#adapters/paging/state.ts'
import { pull } from '#adapters/pull/pull.ts'
import {
  type At,
  type Bench,
  ENORMOUS_BYTES,
  type Misbehaviour,
  RETRY_AFTER_S,
  type SourceRow,
} from '#test/adapters/bench.ts'
import { adapterConformance } from '#test/adapters/suite.ts'
import { type Asked, startPlatform, type Told } from './platform.ts'

const TOKEN = 'bench-T0ken-of-pull'
const secrets = { token: TOKEN }

interface Source {
  rows: SourceRow[]
  as: Misbehaviour
  cap: number
}

/** Rows behind (time, number), in their order: the way in which nothing comes twice. */
function answerOf(source: Source, { path, query, headers }: Asked): Told {
  if (source.as === 'busy') return { status: 429 }
  if (source.as === 'unavailable') return { status: 503, headers: { 'retry-after': String(RETRY_AFTER_S) } }
  if (source.as === 'garbage') return { text: '<html><body>login</body></html>' }
  if (source.as === 'enormous')
    return { pour: (response) => pipeline(Readable.from(pieces()), response, () => {}) }
  if (headers['x-token'] !== TOKEN) return { status: 401 }
  if (path === '/hours') return { body: { code: 0, data: { count: countOf(source.rows, query) } } }
  if (path !== '/certificates') return { status: 404 }
  const since = Number(query.get('since') ?? 0)
  const after = query.get('after')
  const size = Math.min(Number(query.get('size') ?? 50), source.cap)
  const rows = [...source.rows]
    .sort((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1))
    .filter(({ atMs, id }) => atMs > since || (atMs === since && (after === null || id > after)))
  const from = (Number(query.get('page') ?? 1) - 1) * size
  const page = rows.slice(from, from + size).map(({ atMs, ...row }) => ({ ...row, updated: atMs }))
  return { body: { code: 0, data: { total: rows.length, rows: page } } }
}

function countOf(rows: readonly SourceRow[], query: URLSearchParams): number {
  const from = Number(query.get('from'))
  const to = Number(query.get('to'))
  return rows.filter(({ atMs }) => atMs >= from && atMs < to).length
}

function* pieces(): Generator<Buffer> {
  const piece = Buffer.alloc(65_536, ' ')
  for (let sent = 0; sent < ENORMOUS_BYTES; sent += piece.length) yield piece
}

const settingsAt = ({ host, port }: At) => ({
  url: `http://${host}:${port}/certificates`,
  rows: 'data.rows',
  paging: { page: { parameter: 'page', size: 'size', total: 'data.total' } },
  watermark: {
    field: 'updated',
    parameter: 'since',
    format: 'epoch-ms',
    id: 'id',
    idParameter: 'after',
    overlap: 0,
    safetyLag: 0,
  },
  success: { path: 'code', ok: ['0'] },
  keys: {
    url: `http://${host}:${port}/certificates`,
    rows: 'data.rows',
    paging: { page: { parameter: 'page', size: 'size', total: 'data.total' } },
    fields: ['id'],
  },
  counts: {
    url: `http://${host}:${port}/hours`,
    from: 'from',
    to: 'to',
    format: 'epoch-ms',
    count: 'data.count',
  },
  auth: { header: { name: 'X-Token' } },
})

const bench: Bench = {
  adapter: pull as Adapter as Adapter<never, never>,
  address: ['/settings/url'],
  async start(rows) {
    const source: Source = { rows: [...rows], as: 'well', cap: Number.POSITIVE_INFINITY }
    const platform = await startPlatform((asked) => answerOf(source, asked))
    return {
      endpoint: { host: '127.0.0.1', port: platform.port },
      good: (at) => ({ settings: settingsAt(at), secrets }),
      bad(at) {
        const good = settingsAt(at)
        const watermark = good.watermark
        return [
          {
            what: 'another token',
            settings: good,
            secrets: { token: 'another-T0ken' },
            blames: ['/secrets/token'],
          },
          { what: 'no token', settings: good, secrets: {}, blames: ['/secrets/token'] },
          {
            what: 'another path',
            settings: { ...good, url: `${good.url}/x` },
            secrets,
            blames: ['/settings/url'],
          },
          {
            what: 'a file',
            settings: { ...good, url: 'file:///etc/passwd' },
            secrets,
            blames: ['/settings/url'],
          },
          {
            what: 'another list',
            settings: { ...good, rows: 'data.list' },
            secrets,
            blames: ['/settings/rows'],
          },
          {
            what: 'another field',
            settings: { ...good, watermark: { ...watermark, field: 'changed' } },
            secrets,
            blames: ['/settings/watermark/field'],
          },
          {
            what: 'a parameter that the source does not know',
            settings: { ...good, watermark: { ...watermark, parameter: 'from' } },
            secrets,
            blames: ['/settings/watermark/parameter'],
          },
          {
            what: 'another total',
            settings: { ...good, paging: { page: { ...good.paging.page, total: 'data.count' } } },
            secrets,
            blames: ['/settings/paging/page/total'],
          },
          {
            what: 'another field of the key',
            settings: { ...good, keys: { ...good.keys, fields: ['number'] } },
            secrets,
            blames: ['/settings/keys/fields'],
          },
          {
            what: 'another count, and another address of keys',
            settings: {
              ...good,
              counts: { ...good.counts, count: 'count' },
              keys: { ...good.keys, url: `${good.url}/keys` },
            },
            secrets,
            blames: ['/settings/counts/count', '/settings/keys/url'],
          },
          {
            what: 'a success that never is',
            settings: { ...good, success: { path: 'status', ok: ['ok'] } },
            secrets,
            blames: ['/settings/success/path'],
          },
          {
            what: 'a format that is none, a start of another form, and no token',
            settings: { ...good, watermark: { ...watermark, start: 'yesterday' } },
            secrets: {},
            blames: ['/secrets/token', '/settings/watermark/start'],
          },
        ]
      },
      idsOf: (bytes) =>
        (JSON.parse(Buffer.from(bytes).toString()) as { data: { rows: { id: string }[] } }).data.rows.map(
          ({ id }) => id,
        ),
      add: async (more) => void source.rows.push(...more),
      async remove(ids) {
        source.rows = source.rows.filter(({ id }) => !ids.includes(id))
      },
      async misbehave(what) {
        source.as = what
      },
      async capRows(rows) {
        source.cap = rows
      },
      future: (state) => ({ ...(state as PagingState), value: '2099-01-01T00:00:00.000Z' }),
      idOfKey: ({ id = '' }) => id,
      fingerprint: async () => JSON.stringify(source.rows),
      stop: () => platform.stop(),
    }
  },
}

adapterConformance(bench)
