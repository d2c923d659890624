import type { PartyPart } from '#core/model/parts.ts'
import type { Holding } from './holdings.ts'

/** A business that a recall concerns, with what it was in the records; covered where the name may be a person's. */
export interface RecallParty {
  readonly name: string
  readonly roles: readonly PartyPart['role'][]
}

const CONCERNED: ReadonlySet<PartyPart['role']> = new Set<PartyPart['role']>([
  'producer',
  'issuer',
  'shipper',
  'owner',
  'seller',
  'supplier',
  'buyer',
  'consignee',
  'operator',
])

/** Who had the goods: businesses by their names, who may be a person by a covered one, persons by their number only. */
export function partiesOf(holdings: readonly Holding[]): {
  readonly parties: readonly RecallParty[]
  readonly persons: number
} {
  // Covered names of several may be the same.
  const parties = new Map<string, { readonly name: string; readonly roles: Set<PartyPart['role']> }>()
  const persons = new Set<string>()
  for (const { came } of holdings)
    for (const { keepers } of came)
      for (const { role, name, key, personal } of keepers) {
        if (!CONCERNED.has(role)) continue
        if (personal) persons.add(key)
        if (name === null) continue
        const party = parties.get(key) ?? { name, roles: new Set() }
        party.roles.add(role)
        parties.set(key, party)
      }
  return {
    parties: [...parties]
      .sort(([x, a], [y, b]) => (a.name < b.name || (a.name === b.name && x < y) ? -1 : 1))
      .map(([, { name, roles }]) => ({ name, roles: [...roles].sort() })),
    persons: persons.size,
  }
}
