import { expect, test } from 'vitest'
import { type CaseFacts, type Happening, isRefused } from '#core/cases/happening.ts'
import { step } from '#core/cases/machine.ts'
import type { CaseState } from '#core/cases/states.ts'

const TOLD = Date.parse('2024-04-15T06:31:22+08:00')
const HOUR = 3_600_000
const NOW = TOLD + 100 * HOUR
const opened = (state: CaseState, more: Partial<CaseFacts> = {}): CaseFacts => ({
  ...{ state, narrow: state === 'suspect', openedBy: 'test', disposed: '0' },
  ...{ sinceMs: TOLD - HOUR, stateAtMs: TOLD, toldAtMs: TOLD },
  ...{ confirmedAtMs: state === 'confirmed' ? TOLD : null, labToldAtMs: null, objectedTo: null },
  ...more,
})
const objection = (hours: number): Happening => ({
  ...{ event: 'objection', by: 'official', atMs: TOLD + hours * HOUR, nowMs: NOW },
})
const stateAfter = (facts: CaseFacts, happening: Happening): string => {
  const outcome = step(facts, happening)
  return isRefused(outcome) ? outcome.refusals.map(({ code }) => code).join() : outcome.move.state
}

test('who is told of a failed test anew may object from then on, who is told what was told already no longer', () => {
  const told = (facts: CaseFacts, event: Happening['event'], bringsNew: boolean): CaseFacts => {
    const outcome = step(facts, { event, atMs: TOLD + 5 * HOUR, nowMs: NOW, by: 'records', bringsNew })
    if (isRefused(outcome)) throw new Error(JSON.stringify(outcome))
    return { ...facts, ...outcome.move }
  }
  const late = objection(9)
  for (const [state, event] of [
    ['held', 'failed'],
    ['held', 'doubted'],
    ['suspect', 'doubted'],
  ] as const) {
    expect(stateAfter(told(opened(state), event, false), late)).toBe('too_late')
    expect(stateAfter(told(opened(state), event, true), late)).toBe('objected')
    // The first party objected in time, and says so after the second was told.
    expect(stateAfter(told(opened(state), event, true), objection(1))).toBe('objected')
  }
  const found = opened('confirmed', { labToldAtMs: TOLD - 40 * 24 * HOUR })
  expect(stateAfter(told(found, 'lab_failed', false), late)).toBe('too_late')
  expect(stateAfter(told(found, 'lab_failed', true), late)).toBe('objected')
  expect(told({ ...found, disposed: '5' }, 'lab_failed', true).labToldAtMs).toBe(found.labToldAtMs)
})
