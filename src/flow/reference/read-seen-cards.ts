import { codeRegion, nodeOfOperator, operatorsOfNode } from '#core/reference/code-region.ts'
import { codeParts, type Subject } from '#core/reference/describe.ts'
import { groupCodes, type Ties } from '#core/reference/group-codes.ts'
import { readDecisions } from '#store/card-decisions.ts'
import type { CardQuery } from '#store/card-pages.ts'
import { bornOf } from '#store/cards.ts'
import { regionPrefix } from '#store/change-filter.ts'
import {
  codeBornAs,
  countSeenCodesLike,
  listSeenCodes,
  readCodesOfValues,
  readSeenCodes,
  readSeenDescriptions,
  readSeenNamed,
  readSeenSaid,
  type SeenBy,
} from '#store/seen-cards.ts'
import { type CardView, cardView } from './card-view.ts'
import type { CardDetail } from './read-cards.ts'

/** Codes that one page looks at, and looks for one page: a narrow question cannot read all cards at once. */
const WINDOW = 500
const WINDOWS = 10

/**
 * One page of cards for who sees a part. A card is made from what the caller's records say: which codes are one party, too. Its identifier is that of the first of
 * its codes in the order of texts, so that it tells nothing of others. A page may be short, or empty, while `next` says that there is more.
 */
export async function pageOfSeenCards(
  by: SeenBy,
  query: Omit<CardQuery, 'after'> & { readonly after?: string },
): Promise<{ cards: CardView[]; next: string | null }> {
  const { subject, limit } = query
  const wanted = await wantedCodes(by, query)
  const cards: CardView[] = []
  let after = query.after ?? ''
  for (let i = 0; i < WINDOWS; i++) {
    const codes = wanted
      ? wanted.filter((code) => code > after).slice(0, WINDOW)
      : await listSeenCodes(by, subject, { after, limit: WINDOW })
    const found = new Map(
      (await seenCards(by, subject, codes)).map((card) => [wanted ? card.first : card.id, card]),
    )
    for (const code of codes) {
      after = code
      const card = found.get(wanted ? code : bornOf(subject, code))
      if (card && fits(card, query)) cards.push(card.view)
      if (cards.length === limit) return { cards, next: after }
    }
    if (codes.length < WINDOW) return { cards, next: null }
  }
  return { cards, next: after }
}

/** The first codes of the cards that codes or a name narrow a question to, in order; null where all are asked for. */
async function wantedCodes(
  by: SeenBy,
  { subject, codes, name }: Pick<CardQuery, 'subject' | 'codes' | 'name'>,
): Promise<string[] | null> {
  if (codes === undefined && name === undefined) return null
  const ofCodes = codes && (await readCodesOfValues(by.hub, subject, codes))
  const ofNames = name === undefined ? undefined : await readSeenNamed(by, subject, name)
  const firsts = async (named: readonly string[]): Promise<Set<string>> =>
    new Set((await seenCards(by, subject, named)).map(({ first }) => first))
  const [a, b] = [ofCodes && (await firsts(ofCodes)), ofNames && (await firsts(ofNames))]
  const all = a && b ? [...a].filter((code) => b.has(code)) : [...(a ?? b ?? [])]
  return all.sort()
}

function fits(
  { view, regions }: SeenCard,
  { system, region }: Pick<CardQuery, 'system' | 'region'>,
): boolean {
  if (system !== undefined && !view.systems.includes(system)) return false
  if (region === undefined) return true
  const prefix = regionPrefix(region)
  return regions.some((code) => code.startsWith(prefix))
}

/** The card of a caller who sees a part to which an identifier leads; null where it is of no code that the caller sees. */
export async function readSeenCard(by: SeenBy, subject: Subject, id: string): Promise<CardDetail | null> {
  const code = await codeBornAs(by.hub, subject, id)
  const [card] = await seenCards(by, subject, [code])
  if (card === undefined) return null
  const nodes = [...new Set(card.codes.flatMap((one) => nodeOfOperator(one) ?? []))]
  const [sites, parties] = [await cardIdsOf(by, 'site', nodes), await cardIdsOf(by, 'party', nodes)]
  let operators = 0
  for (const beginning of card.codes.flatMap((one) => operatorsOfNode(one) ?? []))
    operators += await countSeenCodesLike(by, 'party', beginning)
  return {
    ...card.view,
    nodes: nodes.map((node) => ({
      ...codeParts(node),
      site: sites.get(node) ?? null,
      party: parties.get(node) ?? null,
    })),
    operators,
    // Suggestions, decisions and what joined cards are of those who decide.
    sameName: [],
    decisions: [],
    history: [],
  }
}

async function cardIdsOf(
  by: SeenBy,
  subject: Subject,
  codes: readonly string[],
): Promise<Map<string, string>> {
  if (codes.length === 0) return new Map()
  const cards = await seenCards(by, subject, codes)
  return new Map(cards.flatMap(({ id, codes: own }) => own.map((code) => [code, id] as const)))
}

interface SeenCard {
  readonly id: string
  /** The first of its codes in the order of texts. */
  readonly first: string
  readonly codes: readonly string[]
  /** Where its codes were given out, and what is said of where it is; all of them. */
  readonly regions: readonly string[]
  readonly view: CardView
}

/** The cards on which the codes stand, made from what is seen; codes that are not seen have none. */
async function seenCards(by: SeenBy, subject: Subject, codes: readonly string[]): Promise<SeenCard[]> {
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
    const regions = [...texts.map(codeRegion), ...(byCard.get(id) ?? []).map(({ region }) => region)]
    return {
      id,
      first: texts[0] as string,
      codes: texts,
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
