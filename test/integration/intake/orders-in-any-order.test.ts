import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createIntake } from '#flow/intake/create-intake.ts'
import { createPool } from '#store/database.ts'
import { order, withOrders } from '#test/orders.ts'

const own = withOrders()
const runs = { numRuns: 25 } as const
const LINES = ['1', '2', '3', '4'] as const

/** One version of an order: its lines, of which some cannot be taken. */
const version = fc.record({
  lines: fc.subarray([...LINES]),
  wrong: fc.subarray([...LINES]),
  kg: fc.constantFrom('100', '90'),
})
type Version = typeof version extends fc.Arbitrary<infer V> ? V : never

const told = (no: string, { lines, wrong, kg }: Version, rev: number): object =>
  order(
    no,
    lines.map((line) => ({ line, kg, ...(wrong.includes(line) ? { goods: '' } : {}) })),
    { rev },
  )

/** The newest version decides of each line that it could tell, and of each that it leaves out; of one that was rejected in it an older one may still count. */
async function expectNewest(no: string, versions: readonly Version[]): Promise<void> {
  const { lines, wrong } = versions.at(-1) as Version
  const counting = await own.lines(no)
  const isOpen = (line: string): boolean =>
    lines.some((one) => one === line) && wrong.some((one) => one === line)
  expect(counting.filter((line) => !isOpen(line))).toEqual(lines.filter((line) => !isOpen(line)))
}

let next = 0
const pushing = (at: number): typeof own.push => {
  const intake = others[at]?.intake
  return async (...orders) => {
    if (!intake) return await own.push(...orders)
    return await intake.push({
      system: 'stall',
      record: 'order',
      bytes: Buffer.from(JSON.stringify(orders)),
      contentType: 'application/json',
      keyId: null,
    })
  }
}
let others: { pool: ReturnType<typeof createPool>; intake: ReturnType<typeof createIntake> }[] = []

beforeAll(async () => {
  others = [0, 1].map(() => {
    const pool = createPool({ url: own.url() })
    const { registry } = own.hub
    const clock = (): number => own.hub.nowMs++
    return { pool, intake: createIntake({ pool, registry, clock, onCommitted: () => {} }) }
  })
})
afterAll(async () => {
  for (const { pool, intake } of others) {
    await intake.close()
    await pool.end()
  }
})

describe('versions of an order that name which is newer', () => {
  beforeAll(() => own.take({ version: 1, order: 'base.rev' }))

  const versions = fc.array(version, { minLength: 1, maxLength: 5 })

  it('come to the lines of the newest, in whatever order they come, together or apart, and however often', async () => {
    const steps = fc.array(
      fc.record({ which: fc.array(fc.nat(4), { minLength: 1, maxLength: 3 }), large: fc.boolean() }),
      { maxLength: 4 },
    )
    await fc.assert(
      fc.asyncProperty(versions, steps, fc.boolean(), async (all, first, twice) => {
        const no = `P${next++}`
        const orders = all.map((one, rev) => told(no, one, rev))
        for (const { which, large } of first) {
          const some = which.map((at) => orders[at % orders.length] as object)
          if (large) await own.pushLarge(some)
          else await own.push(...some)
        }
        for (const one of orders) await own.push(one)
        if (twice) await own.push(...orders.toReversed())
        await expectNewest(no, all)
      }),
      runs,
    )
  })

  it('come to the same through two processes at once', async () => {
    await fc.assert(
      fc.asyncProperty(versions, fc.infiniteStream(fc.nat(1)), async (all, processes) => {
        const no = `Q${next++}`
        const turns = all.map((one, rev) => [told(no, one, rev), processes.next().value as number] as const)
        await Promise.all(turns.map(([one, at]) => pushing(at)(one)))
        await expectNewest(no, all)
      }),
      runs,
    )
  })
})

describe('versions of an order without that', () => {
  beforeAll(() => own.take({ version: 2 }))

  it('come to the lines of the last that is no resend, one after the other, small and large', async () => {
    const step = fc.record({ which: fc.nat(3), large: fc.boolean() })
    const some = fc.array(fc.subarray([...LINES]), { minLength: 4, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(some, fc.array(step, { minLength: 1, maxLength: 8 }), async (all, steps) => {
        const no = `S${next++}`
        const sent = all.map((some, n) => order(no, some, { n }))
        const seen: number[] = []
        for (const { which, large } of steps) {
          if (large) await own.pushLarge([sent[which] as object])
          else await own.push(sent[which] as object)
          if (!seen.includes(which)) seen.push(which)
        }
        expect(await own.lines(no)).toEqual(all[seen.at(-1) as number])
      }),
      runs,
    )
  })

  it('come to the lines of one of those that came at once through two processes', async () => {
    for (let i = 0; i < 20; i++) {
      const no = `R${i}`
      await own.push(order(no, ['0']))
      await Promise.all([
        pushing(0)(order(no, ['1', '2'])),
        pushing(1)(order(no, ['2', '3'])),
        pushing(0)(order(no, ['1', '4'])),
      ])
      expect([
        ['1', '2'],
        ['2', '3'],
        ['1', '4'],
      ]).toContainEqual(await own.lines(no))
    }
  })
})
