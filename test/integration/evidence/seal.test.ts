import { beforeAll, expect, it } from 'vitest'
import { sealBatch } from '#flow/evidence/seal.ts'
import { verifyLog } from '#flow/evidence/verify.ts'
import { withPlainIntake } from '#test/intake.ts'

const hub = withPlainIntake()
beforeAll(async () => {
  await hub.push([{ no: 'A1' }, { no: 'A2', kg: '2' }, { kg: 'x' }])
  await hub.push([{ no: 'A2', kg: '3' }])
  expect(await sealBatch(hub.pool)).toBe('sealed')
})

it('seals what was committed, and finds it as it was', async () => {
  expect(await sealBatch(hub.pool)).toBe('nothing')
  const verified = await verifyLog(hub.pool)
  expect(verified.findings).toEqual([])
  expect(verified.heads).toBe(1)
})

it('takes entries in the order of their numbers, however many wait, and leaves none out', async () => {
  await hub.pool.query(
    `insert into audit_log (kind, who, action, subject) select 'access', 'reader', 'getRecord', 'record ' || i from generate_series(1, 5100) i`,
  )
  for (let i = 0; i < 3; i++) expect(await sealBatch(hub.pool)).toBe('sealed')
  expect(await sealBatch(hub.pool)).toBe('nothing')
  const { rows } = await hub.pool.query(
    'select (select sum(entries) from audit_heads)::int as sealed, (select count(*) from audit_log)::int as entries',
  )
  expect(rows[0].sealed).toBe(rows[0].entries)
  expect((await verifyLog(hub.pool)).findings).toEqual([])
})

it('seals many versions page by page, rests between pages, and finds every one as it was', async () => {
  await hub.push(Array.from({ length: 230 }, (_, i) => ({ no: `P${i}` })))
  let rests = 0
  const rest = async (began: number) => {
    expect(began).toBeLessThanOrEqual(performance.now())
    rests++
  }
  expect(await sealBatch(hub.pool, { rest })).toBe('sealed')
  // Four whole pages of fifty; the fifth is the last.
  expect(rests).toBe(4)
  const { rows } = await hub.pool.query(
    'select (select sum(changes) from audit_heads)::int as sealed, (select count(*) from record_versions)::int as versions',
  )
  expect(rows[0].sealed).toBe(rows[0].versions)
  expect((await verifyLog(hub.pool)).findings).toEqual([])
})
