import { randomUUID } from 'node:crypto'
import { afterEach, expect, test, vi } from 'vitest'
import { createLargeWork } from '#cli/large-work.ts'
import { withDatabase } from '#test/database.ts'

const database = withDatabase()
afterEach(() => {
  vi.restoreAllMocks()
})

/** V8 keeps the pages of a heap that ended for 8 s; the thread ends 5 s after its last message. */
const GIVEN_BACK_MS = 13_000
const LONG_AFTER_MS = 20_000

test('others know of work on large messages from its begin until the memory of its thread is given back, and no longer', async () => {
  const large = createLargeWork({
    databaseUrl: database.url,
    mappings: 'mappings',
    dataKeys: { key: undefined, suite: 'aes-256-gcm' },
    onCommitted: () => {},
    log: { warn: () => {} },
  })
  try {
    expect(large.isWorking()).toBe(false)
    const first = large.run(randomUUID())
    const second = large.run(randomUUID())
    expect(large.isWorking()).toBe(true)
    expect(await Promise.all([first, second])).toEqual(['idle', 'idle'])
    const ended = performance.now()
    const now = vi.spyOn(performance, 'now')
    now.mockReturnValue(ended + GIVEN_BACK_MS)
    expect(large.isWorking()).toBe(true)
    now.mockReturnValue(ended + LONG_AFTER_MS)
    expect(large.isWorking()).toBe(false)
    const third = large.run(randomUUID())
    expect(large.isWorking()).toBe(true)
    await third
    expect(large.isWorking()).toBe(true)
    now.mockReturnValue(ended + 2 * LONG_AFTER_MS)
    expect(large.isWorking()).toBe(false)
  } finally {
    await large.close()
  }
})
