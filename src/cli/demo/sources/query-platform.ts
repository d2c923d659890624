import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { DemoSource } from './source.ts'

type Certificate = Readonly<Record<string, unknown>>

const PAGE_MAX = 20

/** The query interface of an agriculture department: requests signed by SM3, pages of at most twenty certificates. */
export async function queryPlatform(mappings: string): Promise<DemoSource> {
  const system = 'zj-agri-certificate'
  const signSecret = randomBytes(16).toString('hex')
  const file = join(mappings, system, 'samples/valid/fifty.json')
  const certificates = (JSON.parse(await readFile(file, 'utf8')) as Certificate[]).map((one, i) => ({
    ...one,
    updateTime: `2024-04-15 01:${String(i % 60).padStart(2, '0')}:00`,
  }))
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://localhost')
    response.setHeader('content-type', 'application/json; charset=utf-8')
    response.end(JSON.stringify(answerTo(searchParams, certificates, signSecret)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    system,
    channel: 'query',
    adapter: 'pull',
    about: {
      zh: '查询接口，SM3 签名，每页至多 20 张；页界上的一张会再来一次，计为未变',
      en: 'a query interface, signed by SM3, at most 20 a page; the one at each seam comes again, and is unchanged',
    },
    given: {
      settings: {
        url: `http://127.0.0.1:${port}/api/certificate/query`,
        query: { appKey: 'demo' },
        keys: {
          url: `http://127.0.0.1:${port}/api/certificate/query`,
          query: { appKey: 'demo' },
          rows: 'data.list',
          paging: { page: { parameter: 'pageNo', size: 'pageSize', total: 'data.total' } },
          fields: ['certificateCode'],
        },
      },
      secrets: { signSecret },
      allowAddress: [`127.0.0.1/32:${port}`],
    },
    rows: certificates.length,
    async stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

function answerTo(
  query: URLSearchParams,
  all: readonly (Certificate & { readonly updateTime: string })[],
  secret: string,
): object {
  if (query.get('sign') !== signatureOf(query, secret)) return { code: 401, msg: '签名错误' }
  const from = query.get('startTime') ?? ''
  const to = query.get('endTime') ?? '9'
  const found = all.filter(({ updateTime }) => updateTime >= from && updateTime <= to)
  const size = Math.min(Number(query.get('pageSize')), PAGE_MAX)
  const pageNo = Number(query.get('pageNo'))
  const list = found.slice((pageNo - 1) * size, pageNo * size)
  return { code: 0, msg: '成功', data: { pageNo, pageSize: size, total: found.length, list } }
}

/** Parameters in the order of their names, then `&key=` and the secret, by SM3, in capitals. */
function signatureOf(query: URLSearchParams, secret: string): string {
  const text = [...query]
    .filter(([name, value]) => name !== 'sign' && value !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
  return createHash('sm3').update(`${text}&key=${secret}`).digest('hex').toUpperCase()
}
