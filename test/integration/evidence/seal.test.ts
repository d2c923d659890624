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
