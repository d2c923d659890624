import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { ServerSettings } from '#cli/embedded/server.ts'
import { supervise } from '#cli/embedded/supervise.ts'

it('who reads that PostgreSQL could not be started again reads where its reason stands and what to look at', async () => {
  const data = await mkdtemp(join(tmpdir(), 'supervise-'))
  onTestFinished(() => rm(data, { recursive: true }))
  const missing = join(data, 'no-such-program')
  const settings: ServerSettings = {
    binaries: { postgres: missing, initdb: missing } as unknown as ServerSettings['binaries'],
    data,
    account: undefined,
    clusterName: 'none',
    port: 1,
    socketFolder: undefined,
    logFile: join(data, 'postgres.log'),
    maxConnections: 50,
  }
  const lines: { facts: object; message: string }[] = []
  const write = (facts: object, message: string) => void lines.push({ facts, message })
  const first = { pid: 0, ended: Promise.resolve(), stop: async () => {} }
  const kept = supervise(first, settings, { info: write, warn: write, error: write })
  await expect.poll(() => lines.length, { timeout: 10_000 }).toBeGreaterThan(2)
  await kept.stop()
  const again = lines.filter(({ message }) => message.startsWith('PostgreSQL could not be started again'))
  expect(again[0]).toMatchObject({
    facts: { logFile: settings.logFile, waitMs: 100 },
    message: expect.stringMatching(/logFile.*disk.*tried again/),
  })
})
