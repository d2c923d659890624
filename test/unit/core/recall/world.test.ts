import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rehearsalOf } from '#test/recall/ledger.ts'
import { expectFound, rootsOf } from '#test/recall/really.ts'
import { reachedOf } from '#test/recall/scene.ts'
import { happening, worldOf } from '#test/recall/world.ts'

test('goods are found once and where they are, from whichever lot, voucher or paper a recall begins, whoever of two systems tells of them, by which codes and in which order', async () => {
  const seen = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(happening, fc.nat(40), fc.infiniteStream(fc.nat()), async (world, pick, order) => {
      const { parcels, records, together, seen: ways } = worldOf(world)
      for (const one of ways) seen.set(one, (seen.get(one) ?? 0) + 1)
      const roots = rootsOf(parcels)
      const { root, of } = roots[pick % roots.length] as (typeof roots)[number]
      const mixed = records
        .map((record) => ({ record, at: order.next().value as number }))
        .sort((a, b) => a.at - b.at)
        .map(({ record }) => record)
      expectFound(await rehearsalOf(mixed, root), reachedOf(parcels, of), together)
    }),
    { numRuns: 500 },
  )
  for (const one of [
    'farm',
    'a voucher of two products',
    'a ledger',
    'a ticket without a lot',
    'an arrival under what the goods first came under',
    'sell under what it came under',
    ...['retail', 'destroy', 'make'].flatMap((does) => [
      `${does} under what it came under`,
      `${does} under what it came under, told whose`,
    ]),
    ...['retail', 'destroy', 'make'].flatMap((does) => [does, `${does} of several`, `${does}, told by two`]),
    ...['both', 'taker', 'giver', 'nobody'].flatMap((named) =>
      ['market', 'county'].flatMap((teller) => [
        `${teller} names ${named} and the voucher`,
        `${teller} names ${named} and the lot`,
        `${teller} names ${named} and the lot alone`,
      ]),
    ),
  ])
    expect(seen.get(one) ?? 0, one).toBeGreaterThan(0)
}, 60_000)
