import { partyIn, TAKERS } from '#core/documents/mentioned-paper.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import type { PartyPart } from '#core/model/parts.ts'
import { joiner } from '#core/recall/joiner.ts'
import { normaliseCode } from '#core/text.ts'
import { codedPlace } from './goods-site.ts'

type Role = PartyPart['role']
type Told = Pick<TracedRecord, 'kind' | 'body'>

/** Who had goods that he sold, used, destroyed or sent back. */
export const HOLDERS: readonly Role[] = ['seller', 'shipper', 'owner', 'operator', 'producer']
/** Who got goods of the one that had them. */
export const RECEIVERS: readonly Role[] = ['buyer', 'consignee']

/** By what a party of a record is told apart from those of others; null where nothing is told of it. */
export type PartyKey = (record: Told, party: PartyPart | undefined) => string | null

/**
 * Who of the parties of records is one, for comparing alone. By a code of theirs that is not a system's own, else by the name, as most systems write a name where only some write a code. Two codes of one
 * scheme are two parties, whatever they are called. A name that several bear means the one who is known at the place of the record, as the other side of a trade the one that is left.
 */
export function partyKeys(records: Iterable<Told>): PartyKey {
  const all = [...records]
  const bearers = bearersIn(all.flatMap(({ body }) => body.parties ?? []))
  const here = new Map<string, Set<string>>()
  for (const record of all) {
    const party = partyHere(record)
    const key = party && codesOf(party).length > 0 ? bearers.known(party) : null
    const place = placeOf(record, party)
    if (key !== null && place !== null) here.set(place, (here.get(place) ?? new Set()).add(key))
  }
  const keyHere = (record: Told, party: PartyPart): string | null => {
    const [one, other] = here.get(placeOf(record, party) ?? '') ?? []
    return other === undefined ? (one ?? null) : null
  }
  return (record, party) => {
    if (party === undefined) return null
    const key = bearers.known(party)
    if (key !== null || party.name === undefined) return key ?? party.ids[0]?.value ?? null
    const own = partyHere(record)
    const found =
      own === party
        ? keyHere(record, party)
        : bearers.besides(party, own && (bearers.known(own) ?? keyHere(record, own)))
    return found ?? nameOf(party)
  }
}

const codesOf = ({ ids }: PartyPart): string[] =>
  ids.filter(({ scheme }) => !scheme.startsWith('local.')).map(({ scheme, value }) => `${scheme}:${value}`)
const nameOf = ({ name }: PartyPart): string | null =>
  name === undefined ? null : `name:${normaliseCode(name)}`

/** Who had the goods where the record is of. */
const partyHere = ({ kind, body }: Told): PartyPart | undefined =>
  partyIn(body, kind === 'entry' ? TAKERS : HOLDERS)

/** A name at a place; null where one of them is not told. */
function placeOf({ body }: Told, party: PartyPart | undefined): string | null {
  const place = codedPlace(body).slice(0, 2)
  const name = party && nameOf(party)
  return place.length === 0 || !name ? null : JSON.stringify([...place, name])
}

/** The parties by their codes, and which of them bear each name. */
function bearersIn(parties: readonly PartyPart[]) {
  const joined = joiner(parties.flatMap(codesOf))
  for (const party of parties) {
    const [first, ...more] = codesOf(party)
    for (const code of more) joined.join(first as string, code)
  }
  const schemes = new Map<string, Set<string>>()
  const named = new Map<string, Set<string>>()
  for (const party of parties)
    for (const code of codesOf(party)) {
      const [top, name] = [joined.find(code), nameOf(party)]
      schemes.set(top, (schemes.get(top) ?? new Set()).add(code.slice(0, code.indexOf(':'))))
      if (name !== null) named.set(name, (named.get(name) ?? new Set()).add(top))
    }
  for (const [, tops] of [...named].sort(([a], [b]) => (a < b ? -1 : 1))) joinByName(tops, joined, schemes)
  const topsOf = (party: PartyPart): string[] => [
    ...new Set([...(named.get(nameOf(party) ?? '') ?? [])].map(joined.find)),
  ]
  return {
    /** Who it is; null where several bear the name, or nothing but a system's own number is told. */
    known(party: PartyPart): string | null {
      const [code] = codesOf(party)
      if (code !== undefined) return joined.find(code)
      const [one, other] = topsOf(party)
      return other === undefined ? (one ?? nameOf(party)) : null
    },
    /** The only one of that name who is not another one; null where there are more. */
    besides(party: PartyPart, other: string | null | undefined): string | null {
      const [one, more] = topsOf(party).filter((top) => top !== other)
      return more === undefined ? (one ?? null) : null
    },
  }
}

/** All of one name are one, unless two of them have codes of one scheme. */
function joinByName(
  tops: ReadonlySet<string>,
  joined: ReturnType<typeof joiner>,
  schemes: Map<string, Set<string>>,
): void {
  const all = [...new Set([...tops].map(joined.find))].sort()
  const told = all.map((top) => schemes.get(top) ?? new Set<string>())
  if (new Set(told.flatMap((own) => [...own])).size < told.reduce((sum, { size }) => sum + size, 0)) return
  const [first = '', ...more] = all
  for (const top of more) joined.join(first, top)
  schemes.set(joined.find(first), new Set(told.flatMap((own) => [...own])))
}
