import { existsSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import type { Pool } from 'pg'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { CABBAGE_VOID, PORK, VEGETABLES } from '#test/trace/day-of-april-15.ts'
import { AMBIGUOUS, LONG_NAMES, PAK_CHOI_HELD } from '#test/trace/public-scenes.ts'
import { storeRecords } from '#test/trace/store-records.ts'
import { publicApp } from './app.ts'

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
)
const isRequired = process.env['HUB_TEST_REQUIRE_SERVICES'] === '1'
const PAGES = [
  '/t/33060300100120000157',
  '/t/JXSG2024041500035',
  '/t/33060300100120000157?lang=en',
  '/t/NIRGENDS-1',
  '/t/JXSG2024041500031',
  '/t/20240415-01',
  `/t/V-${'8'.repeat(60)}`,
]

test.runIf(isRequired)('Chromium is installed where every service is required', () => {
  expect(CHROMIUM).toBeDefined()
})

describe.skipIf(!CHROMIUM)('in a browser of 360 pixels with scripts off', () => {
  const database = withDatabase()
  let pool: Pool
  let app: FastifyInstance
  let base: string
  let browser: Browser
  let page: Page
  const asked: string[] = []
  const complaints: string[] = []
  beforeAll(async () => {
    pool = createPool({ url: database.url, max: 4 })
    await storeRecords(pool, [
      ...PORK,
      ...VEGETABLES,
      CABBAGE_VOID,
      ...PAK_CHOI_HELD,
      ...AMBIGUOUS,
      ...LONG_NAMES,
    ])
    app = await publicApp(pool, ['shaoxing-slaughter', 'one', 'two'], { language: 'zh' })
    base = await app.listen({ port: 0, host: '127.0.0.1' })
    browser = await chromium.launch({ executablePath: CHROMIUM as string, args: ['--no-sandbox'] })
    const context = await browser.newContext({
      viewport: { width: 360, height: 740 },
      javaScriptEnabled: false,
      locale: 'zh-CN',
    })
    page = await context.newPage()
    page.on('request', (request) => asked.push(request.url()))
    page.on('console', (message) => complaints.push(message.text()))
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
    await pool?.end()
  })

  test('a page asks for nothing but itself, and the browser has nothing against its policy', async () => {
    for (const path of PAGES) {
      asked.length = 0
      complaints.length = 0
      await page.goto(base + path)
      expect(asked.filter((url) => !url.endsWith('/favicon.ico'))).toEqual([base + path])
      expect(complaints.filter((text) => !text.includes('404'))).toEqual([])
    }
  })

  test('nothing stands out beyond the screen, and the style is in force', async () => {
    for (const path of PAGES) {
      await page.goto(base + path)
      for (const part of await page.locator('body *').all()) {
        const box = await part.boundingBox()
        if (box) expect(box.x + box.width, await part.innerText()).toBeLessThanOrEqual(360)
      }
      const header = await page.locator('header').boundingBox()
      expect(header).toMatchObject({ x: 0, width: 360 })
    }
  })

  test('a choice between goods of one code leads to the goods', async () => {
    await page.goto(`${base}/t/20240415-01`)
    await page.getByRole('link', { name: '草鱼' }).click()
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('草鱼')
    expect(await page.getByRole('alert').innerText()).toContain('已被召回')
  })

  test('each page has a language, one main heading, and links that can be touched', async () => {
    for (const path of PAGES) {
      await page.goto(base + path)
      expect(await page.locator('html').getAttribute('lang')).toMatch(/^(zh-CN|en)$/)
      expect(await page.locator('h1').count()).toBe(1)
      for (const link of await page.locator('main a').all())
        expect((await link.boundingBox())?.height).toBeGreaterThanOrEqual(44)
    }
  })

  test('a sheet of labels is printed three in a row, 24 on a page of A4, each with its picture', async () => {
    await page.goto(`${base}/t/33060300100120000157/labels`)
    for (const picture of await page.locator('.labels img').all())
      expect(
        await picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
      ).toBe(320)
    await page.emulateMedia({ media: 'print' })
    await page.setViewportSize({ width: 718, height: 1047 })
    const boxes = await Promise.all(
      (await page.locator('.labels li').all()).map((label) => label.boundingBox()),
    )
    expect(new Set(boxes.map((box) => Math.round(box?.x ?? -1))).size).toBe(3)
    expect(
      Math.max(...boxes.map((box) => (box ? box.y + box.height : Number.POSITIVE_INFINITY))),
    ).toBeLessThanOrEqual(1047)
    await page.emulateMedia({ media: null })
    await page.setViewportSize({ width: 360, height: 740 })
  })

  test('the link to the other language works', async () => {
    await page.goto(`${base}/t/JXSG2024041500035`)
    await page.getByRole('link', { name: 'English' }).click()
    expect(await page.getByRole('alert').innerText()).toContain('A paper on this path is void')
  })
})
