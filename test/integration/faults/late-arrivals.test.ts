import { expect, it } from 'vitest'
import { withPlainIntake } from '#test/intake.ts'

const context = withPlainIntake()

it('an older correction that arrives after a void without an order of its own does not bring the record back', async () => {
  await context.push([{ no: 'late-1', kg: '2', order: '2024-04-02' }])
  await context.push([{ no: 'late-1', status: 'void-kept' }])
  const receipt = await context.push([{ no: 'late-1', kg: '1', order: '2024-04-01' }])
  expect(receipt).toMatchObject({ unchanged: 1, accepted: 0 })
  expect(receipt.results[0]?.issues?.[0]).toMatchObject({ code: 'W_LATE' })
  expect(await context.versions('late-1')).toEqual(['active@1', 'void@2'])
})

it('a newer correction after the void does', async () => {
  await context.push([{ no: 'late-2', kg: '2', order: '2024-04-02' }])
  await context.push([{ no: 'late-2', status: 'void-kept' }])
  await context.push([{ no: 'late-2', kg: '3', order: '2024-04-03' }])
  expect(await context.versions('late-2')).toEqual(['active@1', 'void@2', 'active@3'])
})

it('an older version after a correction without an order is kept out too', async () => {
  await context.push([{ no: 'late-3', kg: '2', order: '2024-04-02' }])
  await context.push([{ no: 'late-3', kg: '3' }])
  expect(await context.push([{ no: 'late-3', kg: '1', order: '2024-04-01' }])).toMatchObject({ unchanged: 1 })
  expect(await context.versions('late-3')).toEqual(['active@1', 'active@2'])
})

it('a bill, its void and the bill again in one message end as they would in three', async () => {
  const bill = { no: 'late-4', kg: '1' }
  await context.push([bill, { no: 'late-4', status: 'void-kept' }, bill])
  expect(await context.versions('late-4')).toEqual(['active@1', 'void@2'])
})
