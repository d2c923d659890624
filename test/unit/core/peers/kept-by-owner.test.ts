import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Body } from '#core/model/body.ts'
import type { CanonicalRecord } from '#core/model/record.ts'
import { DEFAULT_SEES, sharedRecord } from '#core/model/sharing.ts'
import { keptByOwner } from '#core/peers/kept-by-owner.ts'

const kg = fc.integer({ min: 1, max: 9 }).map((n) => ({ value: `${n}`, unit: 'KGM', raw: `${n}公斤` }))
const name = fc.constantFrom('李某某', '示例蔬菜有限公司', '示例合作社')
const ids = fc.array(
  fc.record({ scheme: fc.constant('local.farm'), value: fc.constantFrom('1', '13900000000') }),
  { maxLength: 1 },
)
const party = fc.record(
  { role: fc.constantFrom('seller', 'buyer', 'owner'), name, ids },
  { requiredKeys: ['role', 'ids'] },
)
const body = fc.record(
  {
    flags: fc.constant([]),
    quantity: kg,
    amount: fc.record({ value: fc.constantFrom('10', '20'), currency: fc.constant('CNY') }),
    vehicle: fc.constantFrom('浙A12345', '浙B12345'),
    parties: fc.uniqueArray(party, { selector: ({ role }) => role, maxLength: 3 }),
    region: fc.record({ code: fc.constantFrom('330105', '330402'), year: fc.constant(2026) }),
  },
  { requiredKeys: ['flags'] },
) as fc.Arbitrary<object> as fc.Arbitrary<Body>

const shown = (of: Body): Body => {
  const { kind: _, ...seen } = sharedRecord({ ...of, kind: 'sale' } as CanonicalRecord, DEFAULT_SEES) ?? {}
  return seen as Body
}

const byRole = ({ parties, ...rest }: Body) => ({
  ...rest,
  parties: parties && new Map(parties.map((one) => [one.role, one])),
})

test('a claim that says what the link shows of the record changes nothing, and one that says all takes nothing away from it', () => {
  fc.assert(
    fc.property(body, body, (known, said) => {
      const again = keptByOwner('sale', known, shown(known))
      expect(byRole(again)).toEqual(byRole(known))
      const { parties = [], ...rest } = said
      const kept = keptByOwner('sale', known, said)
      expect(kept).toMatchObject(rest)
      // Parties of roles of which it says nothing may stand behind its own.
      expect((kept.parties ?? []).slice(0, parties.length)).toMatchObject(parties)
    }),
  )
})

test('what a link shows of an accepted claim is what the claim said over it, but for parties of whom nothing was shown', () => {
  fc.assert(
    fc.property(body, body, (known, said) => {
      const claimed = shown(said)
      const { parties = [], ...rest } = shown(keptByOwner('sale', known, claimed))
      const { parties: saidParties = [], ...saidRest } = claimed
      expect(rest).toEqual(saidRest)
      const roles = new Set(saidParties.map(({ role }) => role))
      expect(parties.filter(({ role }) => roles.has(role)).map(({ role }) => role)).toEqual(
        saidParties.map(({ role }) => role),
      )
    }),
  )
})
