import { expect, it } from 'vitest'
import { seldom } from '#cli/seldom.ts'

it('what comes twenty times a second is told at once, then once a minute with how often it came, and other reasons beside it', () => {
  const said: { reason: string; times: number }[] = []
  let nowMs = 0
  const tell = seldom((one) => said.push(one), { everyMs: 60_000, clock: () => nowMs })
  for (; nowMs <= 120_000; nowMs += 50) {
    tell('away')
    if (nowMs === 1000) tell('refused')
  }
  expect(said).toEqual([
    { reason: 'away', times: 1 },
    { reason: 'refused', times: 1 },
    { reason: 'away', times: 1200 },
    { reason: 'away', times: 1200 },
  ])
  for (let i = 0; i < 1000; i++) tell(`reason ${i}`)
  expect(said).toHaveLength(1004)
})
