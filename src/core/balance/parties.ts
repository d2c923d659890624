import { digestOf, partyIn, TAKERS } from '#core/documents/mentioned-paper.ts'
import { joiner } from '#core/joiner.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import type { PartyPart } from '#core/model/parts.ts'
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
  const bearers = bearersIn(all.flatMap(({ body }) => (body.parties ?? []).map(calledOf)))
  const here = new Map<string, Set<string>>()
  for (const record of all) {
    const party = partyHere(record)
    const called = calledOf(party)
    const key = called.codes.length > 0 ? bearers.known(called) : null
    const place = placeOf(record, party)
    if (key !== null && place !== null) here.set(place, (here.get(place) ?? new Set()).add(key))
  }
  const keyHere = (record: Told, party: PartyPart): string | null => {
    const [one, other] = here.get(placeOf(record, party) ?? '') ?? []
    return other === undefined ? (one ?? null) : null
  }
  return (record, party) => {
    if (party === undefined) return null
    const called = calledOf(party)
    const key = bearers.known(called)
    if (key !== null || party.name === undefined) return key ?? party.ids[0]?.value ?? null
    const own = partyHere(record)
    const found =
      own === party
        ? keyHere(record, party)
        : bearers.besides(called, own ? (bearers.known(calledOf(own)) ?? keyHere(record, own)) : null)
    return found ?? called.name
  }
}

/** What a party is called: its codes with their schemes, but for a system's own numbers, and its name. */
export interface Called {
  readonly codes: readonly string[]
  readonly name: string | null
}

const NAME = 'name:'
const calledOf = (party: PartyPart | undefined): Called => ({
  codes: (party?.ids ?? [])
    .filter(({ scheme }) => !scheme.startsWith('local.'))
    .map(({ scheme, value }) => `${scheme}:${value}`),
  name: party?.name === undefined ? null : `${NAME}${normaliseCode(party.name)}`,
})

/** What who had the goods of a record is called, as digests: codes with their schemes and the name; a system's own number where nothing else is told. Null where nothing is. */
export function traderOf(record: Told): string[] | null {
  const party = partyHere(record)
  if (party === undefined) return null
  const { codes, name } = calledOf(party)
  const [own] = party.ids
  const all = [...codes, ...(name === null ? [] : [name])]
  const told = all.length > 0 || own === undefined ? all : [`${own.scheme}:${own.value}`]
  return told.map((one) => {
    const at = one.indexOf(':') + 1
    return `${one.slice(0, at)}${digestOf(one.slice(at))}`
  })
}

/** The same, as a party is called. */
export const calledBy = (trader: readonly string[]): Called => ({
  codes: trader.filter((one) => !one.startsWith(NAME)),
  name: trader.find((one) => one.startsWith(NAME)) ?? null,
})

/** Who had the goods where the record is of. */
const partyHere = ({ kind, body }: Told): PartyPart | undefined =>
  partyIn(body, kind === 'entry' ? TAKERS : HOLDERS)

/** A name at a place; null where one of them is not told. */
function placeOf({ body }: Told, party: PartyPart | undefined): string | null {
  const place = codedPlace(body).slice(0, 2)
  const { name } = calledOf(party)
  return place.length === 0 || name === null ? null : JSON.stringify([...place, name])
}

/** The parties by their codes, and which of them bear each name. */
export function bearersIn(parties: readonly Called[]) {
  const joined = joiner(parties.flatMap(({ codes }) => codes))
  for (const { codes } of parties) {
    const [first, ...more] = codes
    for (const code of more) joined.join(first as string, code)
  }
  const schemes = new Map<string, Set<string>>()
  const named = new Map<string, Set<string>>()
  for (const { codes, name } of parties)
    for (const code of codes) {
      const top = joined.find(code)
      schemes.set(top, (schemes.get(top) ?? new Set()).add(code.slice(0, code.indexOf(':'))))
      if (name !== null) named.set(name, (named.get(name) ?? new Set()).add(top))
    }
  for (const [, tops] of [...named].sort(([a], [b]) => (a < b ? -1 : 1))) joinByName(tops, joined, schemes)
  const topsOf = ({ name }: Called): string[] => [
    ...new Set([...(named.get(name ?? '') ?? [])].map(joined.find)),
  ]
  return {
    /** Who it is; null where several bear the name, or nothing is told. */
    known(party: Called): string | null {
      const [code] = party.codes
      if (code !== undefined) return joined.find(code)
      const [one, other] = topsOf(party)
      return other === undefined ? (one ?? party.name) : null
    },
    /** The only one of that name who is not another one; null where there are more. */
    besides(party: Called, other: string | null): string | null {
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
