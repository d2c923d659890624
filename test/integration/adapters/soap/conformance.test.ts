import type { ServerResponse } from 'node:http'
import { pipeline, Readable } from 'node:stream'
import type { Adapter } from '#adapters/adapter.ts'
import type { PagingState } from '#adapters/paging/state.ts'
import { soap } from '#adapters/soap/soap.ts'
import {
  type At,
  type Bench,
  ENORMOUS_BYTES,
  type Misbehaviour,
  RETRY_AFTER_S,
  type SourceRow,
} from '#test/adapters/bench.ts'
import { adapterConformance } from '#test/adapters/suite.ts'
import { startSource, textElements } from './soap-source.ts'

const PASSWORD = 'bench-Pa55word-of-soap'
const secrets = { password: PASSWORD }
const ROW = `<xs:element name="row" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>${textElements('id', 'holder', 'phone', 'updated')}</xs:sequence></xs:complexType></xs:element>`
const WISH = {
  request: textElements('since', 'after', 'page', 'size'),
  response: `${textElements('total')}${ROW}`,
}

interface Source {
  rows: SourceRow[]
  as: Misbehaviour
  cap: number
}

/** Rows behind (time, number), in their order: the way in which nothing comes twice. */
function query({ rows, cap }: Source, asked: Readonly<Record<string, unknown>>): object {
  const since = Number(asked['since'] ?? 0)
  const after = asked['after']
  const size = Math.min(Number(asked['size'] ?? 50), cap)
  const found = [...rows]
    .sort((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1))
    .filter(({ atMs, id }) => atMs > since || (atMs === since && (after === undefined || id > String(after))))
  const from = (Number(asked['page'] ?? 1) - 1) * size
  const page = found.slice(from, from + size).map(({ atMs, ...row }) => ({ ...row, updated: String(atMs) }))
  return { total: String(found.length), row: page }
}

/** What a source does that is not well, before anything of SOAP is looked at. */
function misbehave({ as }: Source, response: ServerResponse): boolean {
  if (as === 'busy') response.writeHead(429).end()
  else if (as === 'unavailable') response.writeHead(503, { 'retry-after': String(RETRY_AFTER_S) }).end()
  else if (as === 'garbage')
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>login</html>')
  else if (as === 'enormous') pipeline(Readable.from(pieces()), response.writeHead(200), () => {})
  else return false
  return true
}

function* pieces(): Generator<Buffer> {
  const piece = Buffer.alloc(65_536, ' ')
  for (let sent = 0; sent < ENORMOUS_BYTES; sent += piece.length) yield piece
}

const settingsAt = ({ host, port }: At) => ({
  wsdl: `http://${host}:${port}/service?wsdl`,
  url: `http://${host}:${port}/service`,
  operation: 'queryRecords',
  row: 'row',
  paging: { page: { parameter: 'page', size: 'size', total: 'total' } },
  watermark: {
    field: 'updated',
    parameter: 'since',
    format: 'epoch-ms',
    id: 'id',
    idParameter: 'after',
    overlap: 0,
    safetyLag: 0,
  },
  auth: { usernameToken: { username: 'hub' } },
  keys: {
    operation: 'queryRecords',
    row: 'row',
    paging: { page: { parameter: 'page', size: 'size', total: 'total' } },
    fields: ['id'],
  },
})

const bench: Bench = {
  adapter: soap as Adapter as Adapter<never, never>,
  address: ['/settings/wsdl', '/settings/url'],
  async start(rows) {
    const source: Source = { rows: [...rows], as: 'well', cap: Number.POSITIVE_INFINITY }
    const service = await startSource(
      WISH,
      (asked) => query(source, asked),
      (_, response) => misbehave(source, response),
    )
    service.server.authenticate = (security) => security?.UsernameToken?.Password?.$value === PASSWORD
    return {
      endpoint: { host: '127.0.0.1', port: service.port },
      good: (at) => ({ settings: settingsAt(at), secrets }),
      bad(at) {
        const good = settingsAt(at)
        const { watermark } = good
        const { url: _, ...noUrl } = good
        return [
          {
            what: 'another password',
            settings: good,
            secrets: { password: 'another-Pa55word' },
            blames: ['/secrets/password'],
          },
          { what: 'no password', settings: good, secrets: {}, blames: ['/secrets/password'] },
          {
            what: 'a file',
            settings: { ...good, wsdl: 'file:///etc/passwd' },
            secrets,
            blames: ['/settings/wsdl'],
          },
          {
            what: 'a page that is no WSDL',
            settings: { ...good, wsdl: `${good.url}/nothing` },
            secrets,
            blames: ['/settings/wsdl'],
          },
          {
            what: 'the address of the WSDL, which is of another port',
            settings: noUrl,
            secrets,
            blames: ['/settings/url'],
          },
          {
            what: 'another operation',
            settings: { ...good, operation: 'queryRecord' },
            secrets,
            blames: ['/settings/operation'],
          },
          { what: 'another row', settings: { ...good, row: 'rows' }, secrets, blames: ['/settings/row'] },
          {
            what: 'a text that is not there',
            settings: { ...good, result: 'return' },
            secrets,
            blames: ['/settings/result'],
          },
          {
            what: 'another field',
            settings: { ...good, watermark: { ...watermark, field: 'changed' } },
            secrets,
            blames: ['/settings/watermark/field'],
          },
          {
            what: 'another total',
            settings: { ...good, paging: { page: { ...good.paging.page, total: 'count' } } },
            secrets,
            blames: ['/settings/paging/page/total'],
          },
          {
            what: 'a success that never is',
            settings: { ...good, success: { path: 'code', ok: ['0'] } },
            secrets,
            blames: ['/settings/success/path'],
          },
          {
            what: 'keys of another operation',
            settings: { ...good, keys: { ...good.keys, operation: 'queryKeys' } },
            secrets,
            blames: ['/settings/keys/operation'],
          },
          {
            what: 'keys without their field',
            settings: { ...good, keys: { ...good.keys, fields: ['id', 'number'] } },
            secrets,
            blames: ['/settings/keys/fields'],
          },
          {
            what: 'parameters that the description does not have',
            settings: {
              ...good,
              parameters: { area: '330000' },
              watermark: { ...watermark, parameter: 'from' },
            },
            secrets,
            blames: ['/settings/parameters/area', '/settings/watermark/parameter'],
          },
          {
            what: 'neither an address nor a namespace',
            settings: { ...noUrl, wsdl: undefined },
            secrets,
            blames: ['/settings/url', '/settings/namespace'],
          },
        ]
      },
      idsOf: (bytes) =>
        [
          ...Buffer.from(bytes)
            .toString()
            .matchAll(/<id>([^<]+)<\/id>/g),
        ].map(([, id]) => id as string),
      add: async (more) => void source.rows.push(...more),
      async misbehave(what) {
        source.as = what
      },
      async capRows(most) {
        source.cap = most
      },
      future: (state) => ({ ...(state as PagingState), value: '2099-01-01T00:00:00.000Z' }),
      async remove(ids) {
        source.rows = source.rows.filter(({ id }) => !ids.includes(id))
      },
      idOfKey: ({ id = '' }) => id,
      fingerprint: async () => JSON.stringify(source.rows),
      stop: () => service.stop(),
    }
  },
  skips: {
    counts: 'operations that count by the hour are not among those that existing services have',
  },
}

adapterConformance(bench)
