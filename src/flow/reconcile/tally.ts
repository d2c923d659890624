import type { Pool } from 'pg'
import { addDecimal } from '#core/decimal.ts'
import type { Figures } from '#core/reconcile/bucket.ts'
import type { TheirFigures } from '#core/reconcile/compare.ts'
import { countFindings, countOpenDifferences } from '#store/reconciliation-findings.ts'

export const COUNTS = [
  'buckets',
  'differing',
  'unnamed',
  'missing',
  'outdated',
  'different',
  'surplus',
  'inFlight',
  'refused',
  'calls',
  'records',
] as const
type Name = (typeof COUNTS)[number]

/** What a reconciliation counts, kept from step to step. */
export interface Tally {
  readonly counts: Readonly<Record<string, number | string>>
  add(name: Name, count: number): void
  /** Records and mass of both sides. */
  addSides(own: Iterable<Figures>, theirs: Iterable<TheirFigures>): void
  set(name: string, value: number | string): void
  /** Counts what was found; true where the sides differ. */
  settle(pool: Pool, one: { readonly id: string }): Promise<boolean>
}

export function createTally(before: Readonly<Record<string, number | string>>): Tally {
  const counts: Record<string, number | string> = {
    ...Object.fromEntries(COUNTS.map((name) => [name, 0])),
    mass: '0',
    theirRecords: 0,
    theirMass: '0',
    ...before,
  }
  const sum = (name: string, count: number): void => {
    counts[name] = Number(counts[name] ?? 0) + count
  }
  return {
    counts,
    add: sum,
    addSides(own, theirs) {
      for (const { count, mass } of own) {
        sum('records', count)
        counts['mass'] = addDecimal(String(counts['mass']), mass)
      }
      for (const { count, mass } of theirs) {
        sum('theirRecords', count)
        counts['theirMass'] = addDecimal(String(counts['theirMass']), mass ?? '0')
      }
    },
    set(name, value) {
      counts[name] = value
    },
    async settle(pool, { id }) {
      const found = await countFindings(pool, id)
      Object.assign(counts, found)
      const open = await countOpenDifferences(pool, id)
      counts['differing'] = open.all
      counts['unnamed'] = open.unexplained
      return open.unexplained > 0 || Object.values(found).some((count) => count > 0)
    },
  }
}
