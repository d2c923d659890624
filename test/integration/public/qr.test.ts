import { inflateSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import jsQR from 'jsqr'
import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { CABBAGE_VOID, PORK, VEGETABLES } from '#test/trace/day-of-april-15.ts'
import { PAK_CHOI_HELD } from '#test/trace/public-scenes.ts'
import { storeRecords } from '#test/trace/store-records.ts'
import { PUBLIC_URL, publicApp } from './app.ts'

const database = withDatabase()
let pool: Pool
let app: FastifyInstance
beforeAll(async () => {
  pool = createPool({ url: database.url, max: 4 })
  await storeRecords(pool, [...PORK, ...VEGETABLES, CABBAGE_VOID, ...PAK_CHOI_HELD])
  app = await publicApp(pool, [])
})
afterAll(async () => {
  await app.close()
  await pool.end()
})

/** Its types speak of a module with a default, its file is the function. */
const readQr = jsQR as unknown as (typeof jsQR)['default']

interface Picture {
  readonly width: number
  readonly isDark: (x: number, y: number) => boolean
}

/** Reads a PNG of one bit a pixel without filters, as another program would. */
function readPng(png: Buffer): Picture {
  expect(png.subarray(1, 4).toString('latin1')).toBe('PNG')
  const width = png.readUInt32BE(16)
  const at = png.indexOf('IDAT') + 4
  const rows = inflateSync(png.subarray(at, at + png.readUInt32BE(at - 8)))
  const stride = 1 + Math.ceil(width / 8)
  return { width, isDark: (x, y) => ((rows[y * stride + 1 + (x >> 3)] ?? 0) & (0x80 >> (x & 7))) === 0 }
}

/** Draws the one path of the SVG, four pixels a module. */
function readSvg(svg: string): Picture {
  const side = Number(/viewBox="0 0 (\d+) /.exec(svg)?.[1])
  const dark = new Set<string>()
  for (const [, x, y, length] of svg.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g))
    for (let i = 0; i < Number(length); i++) dark.add(`${Number(x) + i} ${y}`)
  return { width: side * 4, isDark: (x, y) => dark.has(`${x >> 2} ${y >> 2}`) }
}

function decode({ width, isDark }: Picture): string | undefined {
  const pixels = new Uint8ClampedArray(width * width * 4).fill(255)
  for (let y = 0; y < width; y++)
    for (let x = 0; x < width; x++)
      if (isDark(x, y)) pixels.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 3)
  return readQr(pixels, width, width)?.data
}

const CODES = [
  '33060300100120000157',
  'HGZ20240415-7K3M',
  'JX20240415-T01',
  '批次 01/番茄?#',
  'X'.repeat(200),
]

describe('another program reads the address of the page from', () => {
  test.each(CODES)('the PNG and the SVG of %s', async (code) => {
    const address = `${PUBLIC_URL}/t/${encodeURIComponent(code)}`
    const path = `/t/${encodeURIComponent(code)}/qr`
    const png = await app.inject(`${path}.png?size=600`)
    expect(png.headers['content-type']).toBe('image/png')
    expect(decode(readPng(png.rawPayload))).toBe(address)
    const svg = await app.inject(`${path}.svg`)
    expect(svg.headers['content-type']).toContain('image/svg+xml')
    expect(decode(readSvg(svg.body))).toBe(address)
  })

  test('a code with a stain on it that hides a tenth', async () => {
    const { isDark, width } = readPng(
      (await app.inject('/t/33060300100120000157/qr.png?size=660')).rawPayload,
    )
    const stained = {
      width,
      isDark: (x: number, y: number) => (x > 330 && x < 450 && y > 300 && y < 420) || isDark(x, y),
    }
    expect(decode(stained)).toBe(`${PUBLIC_URL}/t/33060300100120000157`)
  })
})

test.each([64, 320, 1000, 2048])(
  'a picture of %i pixels is as large as that, with a quiet zone of four modules',
  async (size) => {
    const { width, isDark } = readPng((await app.inject(`/t/AB/qr.png?size=${size}`)).rawPayload)
    expect(width).toBe(size)
    const dark = Array.from({ length: width }, (_, x) => x).filter((x) => isDark(x, width >> 1))
    const finder = Array.from({ length: width }, (_, y) => y).filter((y) => isDark(dark[0] ?? 0, y))
    const module = (finder.length > 0 ? finder.filter((y) => y < width / 2).length : 7) / 7
    expect(dark[0] ?? 0).toBeGreaterThanOrEqual(Math.floor(module) * 4)
  },
)

test('a wider margin moves the code inwards', async () => {
  const first = async (query: string) => {
    const { isDark, width } = readPng((await app.inject(`/t/AB/qr.png?size=800&${query}`)).rawPayload)
    return Array.from({ length: width }, (_, x) => x).findIndex(
      (x) => isDark(x, Math.floor(width * 0.4)) || isDark(x, Math.floor(width * 0.35)),
    )
  }
  expect(await first('margin=12')).toBeGreaterThan(await first('margin=4'))
})

test.each(['size=63', 'size=2049', 'margin=3', 'margin=21', 'size=big', 'other=1'])(
  '%s is refused',
  async (query) => {
    const { statusCode, headers } = await app.inject(`/t/AB/qr.png?${query}`)
    expect(statusCode).toBe(400)
    expect(headers['content-type']).toContain('application/problem+json')
  },
)

test('the address is the one that is set, whatever host the request names; without one there is no code', async () => {
  const png = await app.inject({
    url: '/t/AB/qr.png',
    headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example' },
  })
  expect(decode(readPng(png.rawPayload))).toBe(`${PUBLIC_URL}/t/AB`)
  const without = await publicApp(pool, [], { publicUrl: undefined })
  const refused = await without.inject('/t/AB/qr.svg')
  expect(refused.statusCode).toBe(404)
  expect(refused.json()).toMatchObject({ code: 'no_public_url' })
  const labels = await without.inject('/t/33060300100120000157/labels')
  expect([labels.statusCode, labels.json().code]).toEqual([404, 'no_public_url'])
  expect((await without.inject('/t/33060300100120000157')).body).not.toContain('/labels')
  await without.close()
})

test('a sheet has as many labels as asked for; there is none for goods that are held', async () => {
  const sheet = await app.inject('/t/33060300100120000157/labels?count=30')
  expect(sheet.statusCode).toBe(200)
  expect(sheet.body.match(/qr\.svg/g)).toHaveLength(30)
  expect(sheet.headers['content-security-policy']).toContain("img-src 'self'")
  const held = await app.inject('/t/JXSG2024041500031/labels')
  expect(held.statusCode).toBe(409)
  expect(held.body).toContain('已停止销售')
  expect(held.body).not.toContain('qr.svg')
  const pages = await Promise.all(
    ['33060300100120000157', 'JXSG2024041500031'].map((code) => app.inject(`/t/${code}`)),
  )
  expect(pages.map(({ body }) => body.includes('/labels'))).toEqual([true, false])
})
