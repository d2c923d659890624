import { codeRegion } from '#core/reference/code-region.ts'
import type { Subject } from '#core/reference/describe.ts'
import { groupCodes, type Ties } from '#core/reference/group-codes.ts'
import { readDecisions } from '#store/card-decisions.ts'
import { bornOf } from '#store/cards.ts'
import { readSeenCodes, readSeenDescriptions, readSeenSaid, type SeenBy } from '#store/seen-cards.ts'
import { type CardView, cardView } from './card-view.ts'

/** A card of a caller who sees a part. */
export interface SeenCard {
  readonly id: string
  /** The first of its codes in the order of texts. */
  readonly first: string
  readonly codes: readonly string[]
  /** What it is called where that is no person's name; all of them. */
  readonly names: readonly string[]
  /** Where its codes were given out, and what is said of where it is; all of them. */
  readonly regions: readonly string[]
  readonly view: CardView
}

/** The cards on which the codes stand, made from what is seen; codes that are not seen have none. */
export async function seenCards(by: SeenBy, subject: Subject, codes: readonly string[]): Promise<SeenCard[]> {
  if (codes.length === 0) return []
  const { ties, said } = await readTied(by, subject, codes)
  const known = [...new Set([...codes, ...said.flatMap((one) => one.codes)])].sort()
  const seen = await readSeenCodes(by, subject, known)
  const members = known.filter((code) => seen.has(code))
  const cards = groupCodes(
    members.map((code) => ({ code, born: bornOf(subject, code), firstPosition: 0n, live: true })),
    ties,
  )
  const ids = [...new Set(codes.flatMap((code) => cards.get(code) ?? []))]
  const own = Map.groupBy(members, (code) => cards.get(code) as string)
  const descriptions = await readSeenDescriptions(
    by,
    said.filter((one) => one.codes.some((code) => ids.includes(cards.get(code) ?? ''))).map(({ id }) => id),
  )
  const byCard = new Map<string, typeof descriptions>()
  for (const one of descriptions)
    for (const card of new Set(one.codes.flatMap((code) => cards.get(code) ?? []))) {
      const list = byCard.get(card)
      if (list) list.push(one)
      else byCard.set(card, [one])
    }
  return ids.map((id) => {
    const texts = own.get(id) ?? []
    const view = cardView(
      id,
      texts.map((code) => ({
        card: id,
        code,
        born: bornOf(subject, code),
        region: codeRegion(code),
        records: seen.get(code) ?? 0,
      })),
      (byCard.get(id) ?? []).map(({ codes: _, ...one }) => ({ ...one, cards: [id] })),
    )
    const said = byCard.get(id) ?? []
    const regions = [...texts.map(codeRegion), ...said.map(({ region }) => region)]
    const names = said.flatMap(({ name, personal }) => (name === null || personal ? [] : [name]))
    return {
      id,
      first: texts[0] as string,
      codes: texts,
      names: [...new Set(names)],
      regions: regions.filter((region) => region !== null),
      view,
    }
  })
}

/** What is seen said of the codes and of all codes that are tied to them, with what ties them. */
async function readTied(
  by: SeenBy,
  subject: Subject,
  codes: readonly string[],
): Promise<{
  readonly ties: Ties
  readonly said: readonly { readonly id: string; readonly codes: readonly string[] }[]
}> {
  const said = new Map<string, { readonly id: string; readonly codes: readonly string[] }>()
  const known = new Set<string>()
  const joined: (readonly [string, string])[] = []
  const parted = new Set<string>()
  for (let further = [...codes]; ; ) {
    for (const code of further) known.add(code)
    for (const one of await readSeenSaid(by, subject, further)) said.set(one.id, one)
    // What a person decided of codes is the hub's own; of two codes it ties those that are both seen.
    for (const { verdict, code, other } of await readDecisions(by.hub, subject, further))
      if (verdict === 'part') parted.add(code)
      else if (other !== null) joined.push([code, other])
    const named = [...said.values()].map((one) => one.codes)
    const tied = [...named.map((group) => group.filter((code) => !parted.has(code))), ...joined]
    further = [...new Set(tied.filter((group) => group.some((code) => known.has(code))).flat())].filter(
      (code) => !known.has(code),
    )
    if (further.length === 0) return { ties: { named, joined, parted }, said: [...said.values()] }
  }
}
