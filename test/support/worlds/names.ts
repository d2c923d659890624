import fc from 'fast-check'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import type { PartyPart } from '#core/model/parts.ts'
import { PLACES } from './ledger.ts'

const SHARED = '兴旺示例蔬菜行'

/** What those at the places of a world are called: a name that others bear too, or two names, and always a code if any name is left out or is not their own; or their name alone. */
export const naming = fc.array(fc.constantFrom('shared', 'two names', 'own name'), {
  minLength: PLACES.length,
  maxLength: PLACES.length,
})

/** The parties of records as systems may call them. */
export function called(
  records: readonly TracedRecord[],
  namings: readonly string[],
  order: Iterator<number>,
): TracedRecord[] {
  const renamed = ({ role, name }: PartyPart): PartyPart => {
    const who = Number(name?.[0])
    const n = (order.next().value as number) % 3
    const ids = [{ scheme: 'cn.mofcom.operator13', value: `${PLACES[who]}000${who}` }]
    if (namings[who] === 'own name') return { role, name: name as string, ids: n === 0 ? ids : [] }
    if (n === 0) return { role, ids }
    return {
      role,
      ids,
      name: namings[who] === 'shared' ? SHARED : n === 1 ? `${name}分部` : (name as string),
    }
  }
  return records.map((record) => {
    const { parties } = record.body
    return parties ? { ...record, body: { ...record.body, parties: parties.map(renamed) } } : record
  })
}
