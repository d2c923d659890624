import { isDeepStrictEqual } from 'node:util'
import { Value } from 'typebox/value'
import { expect } from 'vitest'
import { AdapterError, type State } from '#adapters/adapter.ts'
import type { Bench, SourceRow } from './bench.ts'
import { LIMITS } from './parts.ts'
import type { AnyAdapter } from './trial.ts'

/** What a bench has to give for a check, or a reason in `skips`. */
export function needed<T>(value: T | undefined, what: string): T {
  if (value === undefined)
    throw new Error(`The bench gives no ${what}: give it, or skip the check with a reason.`)
  return value
}

/** Fails unless an error is one that an adapter may throw. */
export function expectFailure(
  error: unknown,
  classes: readonly AdapterError['class'][],
): asserts error is AdapterError {
  expect(error, 'an AdapterError is expected').toBeInstanceOf(AdapterError)
  const { class: what, message } = error as AdapterError
  expect(classes, `${what}: ${message}`).toContain(what)
  expect(message.length).toBeGreaterThan(0)
}

/** A state as it is after it was stored. @throws where it would not be the same, or does not fit the form that the adapter gives */
export function storedState(adapter: AnyAdapter, state: State): State {
  const text = JSON.stringify(state)
  const stored = JSON.parse(text) as State
  expect(isDeepStrictEqual(stored, state), `a state that JSON changes: ${text}`).toBe(true)
  expect(Value.Check(adapter.state, stored), `a state of another form than the adapter says: ${text}`).toBe(
    true,
  )
  expect(text.length, 'a state has to be small').toBeLessThanOrEqual(64 * 1024)
  return stored
}

export const idsOfRows = (rows: readonly SourceRow[]): string[] => rows.map(({ id }) => id).sort()
export const sorted = (ids: readonly string[]): string[] => [...ids].sort()
export const limitsOf = (bench: Bench) => ({ ...LIMITS, ...bench.limits })
