import type { PartyPart } from '#core/model/parts.ts'
import type { Holding } from './holdings.ts'

/** A business that a recall concerns, with what it was in the records. */
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

/** Who had the goods: businesses by their names, persons by their number only. */
export function partiesOf(holdings: readonly Holding[]): {
  readonly parties: readonly RecallParty[]
  readonly persons: number
} {
  const roles = new Map<string, Set<PartyPart['role']>>()
  const persons = new Set<string>()
  for (const { came } of holdings)
    for (const { keepers } of came)
      for (const { role, name, key, personal } of keepers) {
        if (!CONCERNED.has(role)) continue
        if (personal) persons.add(key)
        if (name !== null) roles.set(name, (roles.get(name) ?? new Set()).add(role))
      }
  return {
    parties: [...roles]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, of]) => ({ name, roles: [...of].sort() })),
    persons: persons.size,
  }
}
