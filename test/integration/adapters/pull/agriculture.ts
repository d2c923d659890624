import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { ExpectedFile } from '#core/mapping/check/expected.ts'
import { type Asked, type Platform, startPlatform, type Told } from './platform.ts'

const SAMPLES = 'mappings/zj-agri-certificate/samples/valid/'
export const SIGN_SECRET = 'zj-S1gn-Secret'
const APP_KEY = 'hub-3308'
const PAGE_MAX = 20

export type Certificate = Readonly<Record<string, unknown>>

/** The agriculture platform of a province with its query interface: signed by SM3, in pages, from one time of change to another. */
export interface Agriculture {
  readonly platform: Platform
  /** What an operator sets of the channel. */
  readonly given: {
    readonly settings: object
    readonly secrets: object
    readonly allowAddress: readonly string[]
  }
  /** Certificates that are issued or changed now. */
  change(certificates: readonly Certificate[]): void
  /** Takes certificates away without a word. */
  lose(codes: readonly string[]): void
  /** Answers with an HTML page from now on, or does not any more. */
  garble(on: boolean): void
  stop(): Promise<void>
}

export async function startAgriculture(): Promise<Agriculture> {
  const rows = new Map<string, Certificate>()
  let isGarbled = false
  let clock = Date.UTC(2024, 3, 14, 17)
  const platform = await startPlatform((asked) =>
    isGarbled ? { text: '<html><body>502</body></html>' } : answered([...rows.values()], asked),
  )
  const { origin, port } = platform
  return {
    platform,
    given: {
      settings: {
        url: `${origin}/api/certificate/query`,
        query: { appKey: APP_KEY },
        keys: {
          url: `${origin}/api/certificate/codes`,
          query: { appKey: APP_KEY },
          rows: 'data.list',
          paging: { page: { parameter: 'pageNo', size: 'pageSize', total: 'data.total' } },
          fields: ['certificateCode'],
        },
      },
      secrets: { signSecret: SIGN_SECRET },
      allowAddress: [`127.0.0.1/32:${port}`],
    },
    change(certificates) {
      for (const one of certificates) {
        clock += 7000
        const updateTime = new Date(clock + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')
        rows.set(String(one['certificateCode']), { ...one, updateTime })
      }
    },
    lose(codes) {
      for (const code of codes) rows.delete(code)
    },
    garble(on) {
      isGarbled = on
    },
    stop: () => platform.stop(),
  }
}

function answered(rows: readonly Certificate[], { path, query }: Asked): Told {
  if (query.get('sign') !== signatureOf(query)) return { body: { code: 401, msg: '签名错误' } }
  const from = query.get('startTime') ?? ''
  const to = query.get('endTime') ?? '9'
  const found = rows
    .filter(({ updateTime }) => String(updateTime) >= from && String(updateTime) <= to)
    .sort((a, b) => (String(a['updateTime']) < String(b['updateTime']) ? -1 : 1))
    .map((row) => (path.endsWith('/codes') ? { certificateCode: row['certificateCode'] } : row))
  // Whatever is asked for, no more than so many come.
  const size = Math.min(Number(query.get('pageSize')), PAGE_MAX)
  const page = Number(query.get('pageNo'))
  const list = found.slice((page - 1) * size, page * size)
  return { body: { code: 0, msg: '成功', data: { pageNo: page, pageSize: size, total: found.length, list } } }
}

/** As the interface document has it: sorted, `&key=` behind, SM3, capitals. */
function signatureOf(query: URLSearchParams): string {
  const pairs = [...query].filter(([name, value]) => name !== 'sign' && value !== '')
  const text = pairs
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
  return createHash('sm3').update(`${text}&key=${SIGN_SECRET}`).digest('hex').toUpperCase()
}

/** A sample of the mapping, as a list, with what must come of it. */
export async function sampleOf(
  name: string,
): Promise<{ certificates: Certificate[]; expected: ExpectedFile }> {
  const read = async (file: string): Promise<unknown> =>
    JSON.parse(await readFile(`${SAMPLES}${file}`, 'utf8'))
  const sample = await read(`${name}.json`)
  return {
    certificates: (Array.isArray(sample) ? sample : [sample]) as Certificate[],
    expected: (await read(`${name}.expected.json`)) as ExpectedFile,
  }
}
