import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HubError } from '#core/errors.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import type { Intake } from '#flow/intake/intake.ts'
import { createPool } from '#store/database.ts'
import { type Fault, failingPool } from '#test/failing-pool.ts'
import { base, detail, entryId, partsRegistry, withPartsIntake } from '#test/parts.ts'

const hub = withPartsIntake()
const clock = () => hub.nowMs++

const pushTo = (intake: Intake, rows: string) =>
  intake.push({
    system: 'parts',
    record: 'entry',
    bytes: Buffer.from(`<data>${rows}</data>`),
    contentType: 'application/xml',
    keyId: null,
  })

/** Everything that must hold of a detail whose base has come, whatever happened on the way. */
async function expectJoined(batch: string): Promise<void> {
  expect(await hub.versions(entryId(batch)), batch).toHaveLength(1)
  const { rows } = await hub.pool.query(
    `select (select string_agg(distinct state, ',') from parked_details where key = $1) as details,
            (select bool_and(joined) from parked_bases where key = $1) as base,
            (select count(*)::int from rejections where state = 'open' and source like $2) as open`,
    [`T,${batch}`, `%"batch":"${batch}"%`],
  )
  expect(rows, batch).toEqual([{ details: 'joined', base: true, open: 0 }])
}

describe('a base and its detail at the same moment', () => {
  let others: { pool: ReturnType<typeof createPool>; intake: Intake }[] = []
  beforeAll(() => {
    others = [0, 1].map(() => {
      const pool = createPool({ url: hub.url })
      return { pool, intake: createIntake({ pool, registry: partsRegistry, clock, onCommitted: () => {} }) }
    })
  })
  afterAll(async () => {
    for (const { pool, intake } of others) {
      await intake.close()
      await pool.end()
    }
  })

  it('through two processes always meet, once', async () => {
    const [one, two] = others.map(({ intake }) => intake) as [Intake, Intake]
    const orders = new Set<string>()
    for (let i = 0; i < 40; i++) {
      const batch = `R${i}`
      const late = i % 2 === 0 ? one : two
      const [ofDetail, ofBase] = await Promise.all([
        pushTo(late, detail(batch)),
        pushTo(late === one ? two : one, base(batch)),
      ])
      const word = ofDetail.results[0]?.result
      orders.add(word ?? '')
      const again = await hub.again(ofDetail)
      if (word === 'rejected') {
        expect(ofBase.completed).toMatchObject([{ receipt: ofDetail.receipt, index: 0, result: 'created' }])
        expect(again.results[0]?.mended).toMatchObject({ receipt: ofBase.receipt, result: 'created' })
      } else {
        expect(word).toBe('created')
        expect(ofBase.completed).toBeUndefined()
        expect(again.results[0]?.mended).toBeUndefined()
      }
      await expectJoined(batch)
    }
    expect([...orders].filter((word) => word !== 'created' && word !== 'rejected')).toEqual([])
  })

  it('in crowds: eight messages of many parts in any order end with every detail joined', async () => {
    const batches = Array.from({ length: 60 }, (_, i) => `W${i}`)
    const shuffled = (rows: string[]): string[] =>
      rows
        .map((row) => [Math.random(), row] as const)
        .sort(([a], [b]) => a - b)
        .map(([, row]) => row)
    const rows = shuffled([...batches.map((batch) => base(batch)), ...batches.map((batch) => detail(batch))])
    const messages = Array.from({ length: 8 }, (_, m) => rows.filter((_row, i) => i % 8 === m).join(''))
    const receipts = await Promise.all(
      messages.map((message, m) => pushTo((others[m % 2] as (typeof others)[number]).intake, message)),
    )
    for (const batch of batches) expect(await hub.versions(entryId(batch)), batch).toHaveLength(1)
    const mended = receipts.flatMap(({ completed = [] }) => completed).length
    const rejected = receipts.reduce((sum, receipt) => sum + receipt.rejected, 0)
    expect(mended).toBe(rejected)
    const { rows: open } = await hub.pool.query(`select from rejections where state = 'open'`)
    expect(open).toHaveLength(0)
  })
})

describe.each<Fault>(['cut before', 'cut after', 'serialization failure'])('%s', (fault) => {
  it('whichever query of the completing message fails, all of it happened or nothing did', async () => {
    let reached = true
    let queries = 0
    for (let nth = 1; reached; nth++) {
      expect(nth).toBeLessThan(40)
      const batch = `${fault.replaceAll(' ', '')}${nth}`
      const waiting = await hub.push(detail(batch))
      const broken = failingPool(hub.pool, nth, fault)
      const intake = createIntake({
        pool: broken.pool,
        registry: partsRegistry,
        clock,
        onCommitted: () => {},
      })
      const first = await pushTo(intake, base(batch)).catch((error: unknown) => error)
      await intake.close()
      reached = broken.failed()
      queries = nth
      if (first instanceof Error) {
        expect(first, `query ${nth}`).toBeInstanceOf(HubError)
        const versions = (await hub.versions(entryId(batch))).length
        const { mended } = (await hub.again(waiting)).results[0] ?? {}
        // What the sender was not told may have been done, but then all of it.
        expect(mended === undefined, `query ${nth}`).toBe(versions === 0)
      }
      const again = await hub.push(base(batch))
      await expectJoined(batch)
      const { mended } = (await hub.again(waiting)).results[0] ?? {}
      expect(mended).toMatchObject({ result: 'created', records: [{ version: 1 }] })
      const { rows } = await hub.pool.query('select completed from messages where id = $1', [mended?.receipt])
      expect(rows[0]?.completed).toContain(waiting.receipt)
      if (!(first instanceof Error)) expect(again.completed).toBeUndefined()
    }
    expect(queries).toBeGreaterThan(8)
  })
})
