import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { ERRORS } from '#core/errors.ts'
import { withApi } from '#test/api.ts'

const api = withApi()
const get = (url: string, headers: Record<string, string> = {}) =>
  api.call('GET', url, { key: null, headers })

it('/openapi.json is the committed document', async () => {
  const committed = await readFile(new URL('../../../openapi/hub.json', import.meta.url), 'utf8')
  expect((await get('/openapi.json')).json()).toEqual(JSON.parse(committed))
})

it('/ leads a browser to /docs, and is nothing for a program', async () => {
  const browser = await get('/', { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' })
  expect([browser.statusCode, browser.headers.location]).toEqual([302, '/docs'])
  for (const headers of [{}, { accept: '*/*' }, { accept: 'application/json' }]) {
    const program = await get('/', headers)
    expect(program.statusCode).toBe(404)
    expect(program.headers['content-type']).toMatch(/^application\/problem\+json/)
    expect(program.json()).toMatchObject({ code: 'not_found', detail: 'GET /' })
  }
})

it('/docs loads nothing from outside, and may not', async () => {
  const page = await get('/docs')
  expect(page.statusCode).toBe(200)
  expect(page.headers['content-type']).toMatch(/^text\/html/)
  const policy = String(page.headers['content-security-policy'])
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("connect-src 'self'")
  expect(policy).not.toMatch(/https?:|\*|unsafe-eval|script-src[^;]*unsafe-inline/)
  const loaded = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address = '']) => address)
  expect(loaded).toEqual(['data:,', '/openapi.json', '/docs/scalar.js', '/docs/start.js'])
  for (const path of ['/docs/scalar.js', '/docs/start.js']) {
    const script = await get(path)
    expect(script.statusCode).toBe(200)
    expect(script.headers['content-type']).toMatch(/javascript/)
  }
  const start = (await get('/docs/start.js')).body
  expect(start).toContain('"withDefaultFonts":false')
  expect(start).toContain('"telemetry":false')
  expect(start).toContain('"proxyUrl":""')
})

it('the script of the reader comes compressed to who takes it so', async () => {
  const [zipped, plain] = [
    await get('/docs/scalar.js', { 'accept-encoding': 'gzip' }),
    await get('/docs/scalar.js'),
  ]
  expect(zipped.headers['content-encoding']).toBe('gzip')
  expect(plain.headers['content-encoding']).toBeUndefined()
  expect(plain.rawPayload.length).toBeGreaterThan(zipped.rawPayload.length * 2)
})

it('/docs/errors has the place that each problem points to, in both languages', async () => {
  for (const language of ['zh', 'en'] as const) {
    const page = (await get('/docs/errors', { 'accept-language': language })).body
    for (const [code, { title }] of Object.entries(ERRORS)) {
      expect(page).toContain(`id="${code}"`)
      expect(page).toContain(title[language])
    }
  }
})
