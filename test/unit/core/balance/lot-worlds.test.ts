import fc from 'fast-check'
import { expect, test } from 'vitest'
import { balanceOf } from '#test/worlds/ledger.ts'
import { apart, manners, shuffled, tellers, together, verdictOf, world } from '#test/worlds/lots.ts'

test('what came in of a lot, went out and is left is what happened, whoever of those who were there tells it and in any order', () => {
  const seen = new Set<string>()
  fc.assert(
    fc.property(
      apart.begins,
      apart.steps,
      tellers,
      manners,
      fc.infiniteStream(fc.nat()),
      (begins, steps, systemsAt, mannerOf, order) => {
        const { lots, records } = world(begins, steps, systemsAt, mannerOf)
        const mixed = shuffled(records, order)
        for (const { value, came, went, isLeftUntold } of lots) {
          if (isLeftUntold) continue
          const found = balanceOf(value, mixed)
          expect([value, found.verdict, Number(found.in), Number(found.out), Number(found.left)]).toEqual([
            ...[value, verdictOf(came, went), came, went, came - went],
          ])
          seen.add(found.verdict)
        }
      },
    ),
    { numRuns: 800 },
  )
  expect([...seen].sort()).toEqual(['even', 'over', 'stock'])
}, 60_000)

test('of lots that share quantities nothing is said that did not happen, whatever share of each was whose, whoever tells it and in any order', () => {
  const seen = new Map<string, number>()
  fc.assert(
    fc.property(
      together.begins,
      together.steps,
      tellers,
      manners,
      fc.infiniteStream(fc.nat()),
      (begins, steps, systemsAt, mannerOf, order) => {
        const { lots, records } = world(begins, steps, systemsAt, mannerOf)
        const mixed = shuffled(records, order)
        for (const { value, came, went, beside } of lots) {
          if ([...beside].some((one) => one.isLeftUntold)) continue
          // Of lots of which one gave more than it had nobody knows what the others gave.
          if (beside.size > 1 && [...beside].some((one) => one.went > one.came)) continue
          const found = balanceOf(value, mixed)
          const kind = `${beside.size > 1 ? 'shared' : 'alone'} ${found.verdict}`
          seen.set(kind, (seen.get(kind) ?? 0) + 1)
          const told = [value, came, went, found] as const
          if (beside.size === 1) {
            expect([found.verdict, Number(found.in), Number(found.out)], value).toEqual([
              verdictOf(came, went),
              came,
              went,
            ])
            continue
          }
          expect(Number(found.in), `in ${JSON.stringify(told)}`).toBeLessThanOrEqual(came)
          expect(Number(found.inMost ?? found.in), `inMost ${JSON.stringify(told)}`).toBeGreaterThanOrEqual(
            came,
          )
          expect(Number(found.out), `out ${JSON.stringify(told)}`).toBeLessThanOrEqual(went)
          expect(
            Number(found.outMost ?? found.out),
            `outMost ${JSON.stringify(told)}`,
          ).toBeGreaterThanOrEqual(went)
          expect(found.verdict, JSON.stringify(told)).not.toBe('over')
          if (found.left !== null) expect(Number(found.left)).toBe(came - went)
          if (found.verdict === 'stock') expect(came - went).toBeGreaterThan(0)
        }
      },
    ),
    { numRuns: 200 },
  )
  for (const verdict of ['even', 'stock', 'unknown'])
    expect(seen.get(`shared ${verdict}`) ?? 0, verdict).toBeGreaterThan(10)
  expect(seen.get('alone over') ?? 0).toBeGreaterThan(10)
}, 60_000)
