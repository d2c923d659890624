import { parseRecordId } from '#core/model/identity.ts'
import { OWN_SYSTEM } from '#core/model/own-system.ts'

/** The case of a hold that a hub ordered itself, behind the hub in the key of the record; null for an order of another system. */
export const caseOfHold = ({
  id,
  system,
}: {
  readonly id: string
  readonly system: string
}): string | null => (system === OWN_SYSTEM ? (parseRecordId(id)?.key[1] ?? null) : null)
