import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type Report, reconcileCommand, reportText } from '#cli/reconcile.ts'

type Answer = readonly [status: number, body: string]

let server: Server
let answers: Answer[]
let asked: string[]
let said: string[]

beforeEach(async () => {
  answers = []
  asked = []
  said = []
  vi.stubEnv('HUB_LANG', 'en')
  for (const name of ['log', 'error'] as const)
    vi.spyOn(console, name).mockImplementation((line: string) => void said.push(line))
  server = createServer((request: IncomingMessage, response) => {
    asked.push(`${request.method} ${request.url}`)
    const [status, body] = answers.shift() ?? [200, JSON.stringify(DONE)]
    response.writeHead(status).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise<void>((resolve) => server.close(() => resolve()))
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  process.exitCode = undefined
})

const DONE: Report = {
  id: 'r1',
  from: '2026-07-01T00',
  to: '2026-07-02T00',
  state: 'done',
  outcome: 'equal',
  problem: null,
  detail: null,
  advice: null,
  counts: { records: 3, theirRecords: 3 },
  buckets: [],
  keys: [],
  next: null,
}
const run = (): Promise<void> => {
  const { port } = server.address() as AddressInfo
  return reconcileCommand(['--hub', `http://127.0.0.1:${port}`, '--key', 'k', '--link', 'l'])
}

it('a hub that is busy, or behind a proxy while it starts anew, is asked again until the end', async () => {
  const problem = (status: number): Answer => [status, JSON.stringify({ status, title: 'Later' })]
  answers = [
    [202, '{"id":"r1"}'],
    [200, JSON.stringify({ ...DONE, state: 'running' })],
    problem(503),
    [502, '<html>Bad gateway</html>'],
    problem(429),
  ]
  await run()
  expect(said).toEqual([expect.stringContaining('2026-07-01T00 – 2026-07-02T00: equal')])
  expect(asked).toHaveLength(6)
  expect(new Set(asked.slice(1))).toEqual(new Set(['GET /v1/reconciliations/r1?limit=50']))
  expect(process.exitCode).toBeUndefined()
})

it('a reconciliation that is refused, or somebody else at the address, ends it with one sentence', async () => {
  answers = [[404, JSON.stringify({ status: 404, title: 'Not found', detail: 'link l' })]]
  await run()
  expect(said).toEqual(['Not found. link l'])
  answers = [[200, '<html>Hello</html>']]
  await run()
  expect(said[1]).toMatch(/^what answers at http:\/\/127.0.0.1:\d+ is no hub \(HTTP 200\)$/)
  expect(process.exitCode).toBe(1)
})

it('a report that does not show all records says how many more there are, and where', () => {
  const keys = [{ id: 'a', state: 'missing', ownVersion: 1, theirVersion: null }]
  const report: Report = {
    ...DONE,
    outcome: 'different',
    counts: { missing: 70, outdated: 2, surplus: 1 },
    keys,
    next: 'c1',
  }
  expect(reportText(report, false)).toMatch(/\n72 more: GET \/v1\/reconciliations\/r1\?after=c1$/)
  expect(reportText(report, true)).toMatch(/\n另有 72 条：/)
  expect(reportText({ ...report, next: null }, false)).not.toContain('more')
})
