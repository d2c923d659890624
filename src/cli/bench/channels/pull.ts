import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import got from 'got'
import type { OpenSource } from './source.ts'

const PAGE_ROWS = 500

/** Trades by page number over HTTP. The pages are made before, so that the source costs as little as it can. */
export const openPull: OpenSource = async (make, rows) => {
  const pages: Buffer[] = []
  for (let from = 0; from < rows; from += PAGE_ROWS)
    pages.push(Buffer.from(JSON.stringify(Array.from({ length: Math.min(PAGE_ROWS, rows - from) }, make))))
  const server = createServer((request, response) => {
    const page = Number(new URL(request.url ?? '', 'http://source').searchParams.get('page'))
    response.setHeader('content-type', 'application/json').end(pages[page - 1] ?? '[]')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/trades`
  return {
    adapter: 'pull',
    title: 'HTTP, by page',
    bareTitle: 'got, the same pages',
    record: 'trade',
    rows,
    settings: { url, paging: { page: { parameter: 'page', size: 'size' } } },
    allowAddress: [`127.0.0.1/32:${port}`],
    async bare() {
      let count = 0
      for (let page = 1; ; page++) {
        const some = await got(url, { searchParams: { page, size: PAGE_ROWS } }).json<unknown[]>()
        count += some.length
        if (some.length < PAGE_ROWS) return count
      }
    },
    close: async () => void server.close(),
  }
}
