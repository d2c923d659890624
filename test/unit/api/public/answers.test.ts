import { expect, it } from 'vitest'
import { createAnswers, HEAD_AGE_MS, type PublicSource } from '#api/public/answers.ts'
import { createGate } from '#api/public/gate.ts'
import type { PublicAnswer } from '#flow/trace/public.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const candidates = (code: string): PublicAnswer => ({
  found: { is: 'candidates', candidates: { code, candidates: [] } },
  codes: [code],
  records: [],
})

function source(over: Partial<PublicSource> = {}) {
  const state = {
    head: 10n,
    touched: false,
    nowMs: Date.parse('2024-04-15T10:00:00+08:00'),
    asked: 0,
    checked: 0,
  }
  const from: PublicSource = {
    ask: async ({ code }) => {
      state.asked++
      await pause(5)
      return candidates(code)
    },
    head: async () => state.head,
    isTouched: async () => {
      state.checked++
      return state.touched
    },
    clock: () => state.nowMs,
    ...over,
  }
  return { state, from }
}

it('a code that a hundred ask for at once is computed once, and not again while nothing changes', async () => {
  const { state, from } = source()
  const answers = createAnswers(from)
  await Promise.all(Array.from({ length: 100 }, () => answers.find('A', undefined)))
  await answers.find('A', undefined)
  expect(state.asked).toBe(1)
})

it('other changes are looked at and keep the answer; one that it rests on makes it anew', async () => {
  const { state, from } = source()
  const answers = createAnswers(from)
  await answers.find('A', undefined)
  state.head = 11n
  await pause(HEAD_AGE_MS + 20)
  await answers.find('A', undefined)
  await answers.find('A', undefined)
  expect([state.asked, state.checked]).toEqual([1, 1])
  state.head = 12n
  state.touched = true
  await pause(HEAD_AGE_MS + 20)
  await answers.find('A', undefined)
  expect(state.asked).toBe(2)
})

it('what is committed while an answer is made counts as newer than it', async () => {
  const { state, from } = source({
    ask: async ({ code }) => {
      state.asked++
      state.head++
      return candidates(code)
    },
  })
  state.touched = true
  const answers = createAnswers(from)
  await answers.find('A', undefined)
  await pause(HEAD_AGE_MS + 20)
  await answers.find('A', undefined)
  expect(state.asked).toBe(2)
})

it('an answer is of its day, and no older than half a minute', async () => {
  const { state, from } = source()
  const answers = createAnswers(from)
  await answers.find('A', undefined)
  state.nowMs += 29_000
  await answers.find('A', undefined)
  expect(state.asked).toBe(1)
  state.nowMs += 2000
  await answers.find('A', undefined)
  expect(state.asked).toBe(2)
  state.nowMs = Date.parse('2024-04-15T23:59:59+08:00')
  await answers.find('B', undefined)
  state.nowMs += 2000
  expect((await answers.find('B', undefined)).on).toBe('2024-04-16')
})

it('a choice has an answer of its own', async () => {
  const { state, from } = source()
  const answers = createAnswers(from)
  await answers.find('A', undefined)
  await answers.find('A', '0123456789')
  expect(state.asked).toBe(2)
})

it('nothing is kept of a failure, and while the database is away there is no old answer', async () => {
  const { state, from } = source()
  let isAway = false
  const answers = createAnswers({
    ...from,
    head: async () => (isAway ? Promise.reject(new Error('away')) : state.head),
  })
  await answers.find('A', undefined)
  isAway = true
  await pause(HEAD_AGE_MS + 20)
  await expect(answers.find('A', undefined)).rejects.toThrow('away')
  await expect(answers.find('B', undefined)).rejects.toThrow('away')
  isAway = false
  await answers.find('A', undefined)
  expect(state.asked).toBe(1)
})

it('a search through unknown codes drives out no page, and memory is bounded', async () => {
  const { state, from } = source({
    ask: async ({ code }) => {
      state.asked++
      return code.startsWith('K') ? candidates(code) : { found: null, codes: [code], records: [] }
    },
  })
  const answers = createAnswers(from, createGate({ atOnce: 4, waiting: 10_000, waitMs: 10_000 }))
  await answers.find('K', undefined)
  for (let i = 0; i < 6000; i++) await answers.find(`U${i}`, undefined)
  expect(answers.size).toBe(5001)
  const before = state.asked
  await answers.find('K', undefined)
  expect(state.asked).toBe(before)
})
