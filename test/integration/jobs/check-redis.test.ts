import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkRedis } from '#jobs/check-redis.ts'
import { StartRefusal } from '#store/refusal.ts'
import { hasRedis, startRedis, type TestRedis } from './redis.ts'

const required = process.env['HUB_TEST_REQUIRE_SERVICES'] === '1'

async function refusalOf(url: string): Promise<StartRefusal> {
  const error = await checkRedis(url).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(StartRefusal)
  return error as StartRefusal
}

test('a Redis that is not there is refused with its address, and without its password', async () => {
  const refusal = await refusalOf('redis://hub:s3cretPassw0rd@127.0.0.1:1')
  expect(refusal.code).toBe('redis-unreachable')
  expect(refusal.reason.en).toBe('The Redis at 127.0.0.1:1 cannot be reached (ECONNREFUSED).')
  expect(JSON.stringify([refusal.message, refusal.reason, refusal.fix, refusal.stack])).not.toContain(
    's3cret',
  )
})

describe.runIf(hasRedis || required)('with a Redis of its own', () => {
  let redis: TestRedis
  beforeAll(async () => {
    redis = await startRedis('--requirepass', 'r1ght')
  })
  afterAll(async () => await redis.kill())
  const withPassword = (password: string): string => redis.url.replace('//', `//:${password}@`)

  test('noeviction is accepted', async () => {
    await expect(checkRedis(withPassword('r1ght'))).resolves.toBeUndefined()
  })

  test.each(['wr0ng', ''])('the password "%s" is refused as such and not printed', async (password) => {
    const refusal = await refusalOf(password ? withPassword(password) : redis.url)
    expect(refusal.code).toBe('redis-password')
    expect(refusal.message).not.toContain('wr0ng')
  })

  test.each([
    'allkeys-lru',
    'allkeys-lfu',
    'allkeys-random',
    'volatile-lru',
    'volatile-lfu',
    'volatile-random',
    'volatile-ttl',
  ])('the policy %s is refused with the command that mends it', async (policy) => {
    const admin = new Redis(withPassword('r1ght'))
    await admin.config('SET', 'maxmemory-policy', policy)
    const refusal = await refusalOf(withPassword('r1ght'))
    await admin.config('SET', 'maxmemory-policy', 'noeviction')
    admin.disconnect()
    expect(refusal.code).toBe('redis-policy')
    expect(refusal.reason.zh).toContain(policy)
    expect(refusal.fix.en).toContain('CONFIG SET maxmemory-policy noeviction')
  })
})

if (!(hasRedis || required)) test.skip('not run: install redis-server to test with Redis', () => {})
