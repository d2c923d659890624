import type { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { operatorCommand } from '#cli/operator.ts'
import { WrongUsage } from '#cli/wrong-usage.ts'
import { readEnrolment } from '#flow/operators/enrol.ts'
import { createPool } from '#store/database.ts'
import { insertSession } from '#store/operator-sessions.ts'
import { withDatabase } from '#test/database.ts'

const database = withDatabase()
let pool: Pool
beforeAll(() => {
  pool = createPool({ url: database.url, max: 2 })
})
afterAll(() => pool.end())
beforeEach(() => {
  vi.stubEnv('HUB_LANG', 'en')
  vi.stubEnv('DATABASE_URL', database.url)
  vi.stubEnv('HUB_PUBLIC_URL', 'https://hub.example.cn')
})
afterEach(() => {
  vi.unstubAllEnvs()
  process.exitCode = undefined
})

/** What a command says, on standard output and on standard error. */
async function hub(...argv: string[]): Promise<{ out: string; error: string }> {
  const said = { out: '', error: '' }
  const log = vi.spyOn(console, 'log').mockImplementation((line) => {
    said.out += line
  })
  const error = vi.spyOn(console, 'error').mockImplementation((line) => {
    said.error += line
  })
  try {
    await operatorCommand(argv)
  } finally {
    log.mockRestore()
    error.mockRestore()
  }
  return said
}

const enrols = async (text: string): Promise<boolean> => {
  const { name, code } = JSON.parse(text)
  return (await readEnrolment(pool, { name, code, nowMs: Date.now() })) !== null
}

it('adds the first operator with a code that is shown once, and lets nobody have two roles', async () => {
  const { out, error } = await hub('add', '--name', 'zhang.wei', '--role', 'security')
  expect(JSON.parse(out)).toMatchObject({ name: 'zhang.wei', page: 'https://hub.example.cn/admin/enrol' })
  expect(error).toContain('it is shown only now')
  expect(await enrols(out)).toBe(true)
  const again = await hub('add', '--name', 'Zhang.Wei', '--role', 'audit')
  expect(again.error).toContain('is taken')
  expect(process.exitCode).toBe(1)
  const list = (await hub('list')).out
  expect(JSON.parse(list)).toMatchObject([{ name: 'zhang.wei', role: 'security', isEnrolled: false }])
  expect(list).not.toContain(JSON.parse(out).code)
})

it('lets an operator enrol anew by another code, ends sessions, and disables', async () => {
  const first = (await hub('add', '--name', 'li.na', '--role', 'system')).out
  const second = (await hub('renew', '--name', 'li.na')).out
  expect([await enrols(first), await enrols(second)]).toEqual([false, true])
  const sessions = async (): Promise<number> => {
    const { rows } = await pool.query('select count(*)::int as n from operator_sessions')
    return rows[0].n
  }
  await insertSession(pool, {
    digest: Buffer.alloc(32, 1),
    operator: JSON.parse(first).id,
    password: null,
    nowMs: Date.now(),
  })
  expect(await sessions()).toBe(1)
  await hub('sign-out', '--name', 'li.na')
  expect(await sessions()).toBe(0)
  await hub('disable', '--name', 'li.na')
  expect(await enrols(second)).toBe(false)
  expect((await hub('renew', '--name', 'li.na')).error).not.toBe('')
  expect((await hub('renew', '--name', 'nobody')).error).toContain('nobody')
})

it.each([
  ['add'],
  ['add', '--name', 'x'],
  ['add', '--name', 'x', '--role', 'admin'],
  ['walk', '--name', 'li.na'],
  ['list', 'x'],
  ['add', '--nam', 'x'],
])('shows its usage for %s %s %s %s', async (...argv) => {
  await expect(hub(...argv)).rejects.toThrow(WrongUsage)
})

it('says of whom there is not that there is none, and ends nothing', async () => {
  for (const word of ['renew', 'disable', 'sign-out']) {
    expect((await hub(word, '--name', 'nobody')).error).toBe('there is no operator nobody')
    expect(process.exitCode).toBe(1)
  }
})
