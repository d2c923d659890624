import { writeFileSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { test } from 'vitest'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { CABBAGE_VOID, PORK, VEGETABLES } from '../trace/day-of-april-15.ts'
import { storeRecords } from '../trace/store-records.ts'
import { publicApp } from './app.ts'
const database = withDatabase()
test('shot', async () => {
  const pool = createPool({ url: database.url })
  await storeRecords(pool, [...PORK, ...VEGETABLES, CABBAGE_VOID])
  const app = await publicApp(pool, ['shaoxing-slaughter'])
  const base = await app.listen({ port: 0, host: '127.0.0.1' })
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, javaScriptEnabled: false, locale: 'zh-CN' })
  const p = await context.newPage()
  for (const [n, u] of [['pork', '/t/33060300100120000157'], ['cabbage', '/t/JXSG2024041500035'], ['en', '/t/33060300100120000157?lang=en'], ['none', '/t/NIRGENDS']] as const) {
    await p.goto(base + u)
    writeFileSync(`/tmp/shots/${n}.png`, await p.screenshot({ fullPage: true }))
  }
  await browser.close()
  await app.close()
  await pool.end()
})
