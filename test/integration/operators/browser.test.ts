import { existsSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { stepOf, totpCode } from '#core/signing/totp.ts'
import { addOperator } from '#flow/operators/enrol.ts'
import { withApi } from '#test/api.ts'
import { PASSWORD, secretOf } from './person.ts'

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
)
/** Where pictures go for who wants to look at them. */
const pictures = process.env['OPERATOR_PICTURES']
const clock = { nowMs: Date.now() }
const api = withApi(undefined, { clock: () => clock.nowMs })
let browser: Browser | undefined
let url = ''

beforeAll(async () => {
  await api.app.listen({ host: '127.0.0.1', port: 0 })
  url = `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}`
  if (CHROMIUM) browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
})
afterAll(async () => await browser?.close())

it.skipIf(!CHROMIUM).each([
  ['zh-CN', 360, '安全管理员', 'wang.fang'],
  ['en', 1280, 'Security administrator', 'mary'],
] as const)(
  'an operator enrols, signs in and leaves in a browser without scripts (%s, %i px)',
  async (locale, width, title, name) => {
    const context = await browser?.newContext({
      locale,
      viewport: { width, height: 800 },
      javaScriptEnabled: false,
    })
    const page = (await context?.newPage()) as Page
    const broken: string[] = []
    page.on('console', (message) => broken.push(message.text()))
    const look = async (what: string): Promise<void> => {
      const box = await page.locator('main').boundingBox()
      expect((box?.x ?? 0) + (box?.width ?? 0), what).toBeLessThanOrEqual(width)
      if (pictures) await page.screenshot({ path: `${pictures}/${what}-${width}.png`, fullPage: true })
    }
    const { code, otpauth } = await addOperator(api.pool, { name, role: 'security', nowMs: clock.nowMs })
    const shown = (): string => totpCode(secretOf(otpauth), stepOf(clock.nowMs))
    await page.goto(`${url}/admin`)
    expect(page.url()).toBe(`${url}/admin/sign-in`)
    await look('sign-in')
    await page.click('a[href="/admin/enrol"]')
    await look('enrol')
    await page.fill('#name', name)
    await page.fill('#code', code)
    await page.click('main form button')
    expect(await page.locator('svg').isVisible()).toBe(true)
    await look('authenticator')
    await page.fill('#password', PASSWORD)
    await page.fill('#repeat', PASSWORD)
    await page.fill('#totp', shown())
    await page.click('main form button')
    expect(await page.locator('.codes li').count()).toBe(10)
    await look('recovery')
    await page.click('a.button')
    clock.nowMs += 30_000
    await page.fill('#name', name)
    await page.fill('#password', 'not this one')
    await page.fill('#code', shown())
    await page.click('main form button')
    expect(await page.locator('.bad').isVisible()).toBe(true)
    await look('wrong')
    await page.fill('#name', name)
    await page.fill('#password', PASSWORD)
    await page.fill('#code', shown())
    await page.click('main form button')
    expect(page.url()).toBe(`${url}/admin`)
    expect(await page.locator('main').textContent()).toContain(title)
    await look('home')
    await page.click('main form button:not(.plain)')
    expect(page.url()).toBe(`${url}/admin/sign-in`)
    await page.goto(`${url}/admin`)
    expect(page.url()).toBe(`${url}/admin/sign-in`)
    // Nothing was loaded from elsewhere, and no policy was broken.
    expect(broken.filter((text) => !text.includes('401 (Unauthorized)'))).toEqual([])
    await context?.close()
  },
)
