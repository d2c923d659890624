import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openapiDocument } from '#cli/openapi-document.ts'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'
import { residentBytes } from '#test/memory.ts'

/** Calls; a million by `FUZZ_CASES=1000000`. */
const CASES = Number(process.env['FUZZ_CASES'] ?? 10_000)
const isMeasured = process.env['FUZZ_CASES'] !== undefined
/** Longest time of a call, in milliseconds. On a machine that has other things to do one may be late once, and not twice. */
const CALL_MS = 2000
/** Most that the process may grow, as the machine sees it; at first it loads what it needs. */
const GROWS_BYTES = 100 * 1024 * 1024
const FIRST_CALLS = 1000

const api = withApi()
beforeAll(async () => {
  await api.push(TRADES, JSON.stringify([trade('A1'), trade('')]))
})

interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string }[]
  readonly requestBody?: object
}
const { paths } = (await openapiDocument()) as { paths: Record<string, Record<string, Operation>> }
const routes = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    method: method.toUpperCase(),
    path,
    hasBody: operation.requestBody !== undefined,
    names: (operation.parameters ?? []).filter((one) => one.in === 'query').map((one) => one.name),
  })),
)

const awkward = fc.constantFrom(
  '',
  '0',
  '-1',
  '1',
  '1e9',
  '9'.repeat(30),
  '-Infinity',
  'NaN',
  'true',
  'null',
  '\0',
  '\u202e',
  "'; drop table keys; --",
  '../../etc/passwd',
  '%00',
  '[]',
  '{}',
  '__proto__',
  'sale',
  'jiaxing-wholesale',
  'trade',
  'A1',
  '330400',
  '2024-04-15',
  '0000-00-00',
  '2024-04-15T03:42:10+08:00',
  'both',
  'active',
  'WyIxIl0',
  'WyIxIiwiYSJd',
  '0b6a1c8e-37d2-4c41-9d2e-5f3a5c0198f2',
  '019826d2-3a5c-7c41-9d2e-5f0b6a1c8e37',
  'ffffffff-ffff-7fff-bfff-ffffffffffff',
  'urn:cnft:sale:jiaxing-wholesale:trade:A1',
  '番茄',
  'a'.repeat(3000),
)
const text = fc.oneof(
  { weight: 3, arbitrary: awkward },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
)
const members = [
  'name',
  'id',
  'scopes',
  'url',
  'allowAddress',
  'filter',
  'mapping',
  'system',
  'title',
  'settings',
  'sample',
  'expiresAt',
  'key',
  'kind',
  'billNo',
]
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.constantFrom(null, true, 0, -1.5, 1e21),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc.dictionary(fc.constantFrom(...members), tie('value'), { maxKeys: 5 }),
})).value
const body = fc.oneof(
  json.map((value) => JSON.stringify(value)),
  text,
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
)

const unhandled: unknown[] = []
const note = (reason: unknown): void => void unhandled.push(reason)
beforeAll(() => void process.on('unhandledRejection', note))
afterAll(() => void process.off('unhandledRejection', note))

it(
  'no input gives a 5xx, and every failure is a problem',
  async () => {
    let calls = 0
    let settled = 0
    let highest = 0
    let slowest = { ms: 0, call: '' }
    const begun = process.cpuUsage()
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...routes),
        fc.array(text, { minLength: 2, maxLength: 2 }),
        fc.array(fc.tuple(fc.nat(), text), { maxLength: 3 }),
        body,
        async (route, params, query, payload) => {
          let used = 0
          const path = route.path.replaceAll(/\{\w+\}/g, () =>
            encodeURIComponent((params[used++] ?? 'x').toWellFormed() || 'x'),
          )
          // A wait would only make the test long.
          const names = route.names.filter((name) => name !== 'wait')
          const asked = query.map(
            ([at, value]) =>
              `${names[at % (names.length + 1)] ?? 'other'}=${encodeURIComponent(value.toWellFormed())}`,
          )
          const call = () =>
            api.call(route.method, `${path}?${asked.join('&')}`, route.hasBody ? { body: payload } : {})
          const started = performance.now()
          const answer = await call()
          const ms = performance.now() - started
          if (ms > slowest.ms) slowest = { ms, call: `${route.method} ${route.path}` }
          if (ms > CALL_MS) {
            const again = performance.now()
            await call()
            expect(performance.now() - again, `${route.method} ${path}?${asked.join('&')}`).toBeLessThan(
              CALL_MS,
            )
          }
          if (++calls === FIRST_CALLS) settled = residentBytes()
          else if (calls % 1000 === 0) highest = Math.max(highest, residentBytes())
          expect(
            answer.statusCode,
            `${route.method} ${path}?${asked.join('&')} ${answer.body.slice(0, 300)}`,
          ).toBeLessThan(500)
          if (answer.statusCode >= 400 && !route.path.startsWith('/t/')) {
            expect(answer.json()).toMatchObject({
              status: answer.statusCode,
              code: expect.any(String),
              fix: expect.any(String),
            })
          }
        },
      ),
      { numRuns: CASES },
    )
    if (isMeasured) {
      const { user, system } = process.cpuUsage(begun)
      const grown = ((highest - settled) / 1024 / 1024).toFixed(0)
      console.log(
        `${calls} calls, ${((user + system) / 1e6).toFixed(0)} s of processor time, the slowest ${slowest.ms.toFixed(0)} ms (${slowest.call}); memory at most ${grown} MB more`,
      )
    }
    expect(unhandled).toEqual([])
    if (calls > FIRST_CALLS) expect(highest - settled).toBeLessThan(GROWS_BYTES)
  },
  Math.max(120_000, CASES * 20),
)
