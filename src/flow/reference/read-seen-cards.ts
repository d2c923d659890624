import { nodeOfOperator, operatorsOfNode } from '#core/reference/code-region.ts'
import { codeParts, type Subject } from '#core/reference/describe.ts'
import type { CardQuery } from '#store/card-pages.ts'
import { bornOf } from '#store/cards.ts'
import { regionPrefix } from '#store/change-filter.ts'
import {
  codeBornAs,
  countSeenCodesLike,
  listSeenCodes,
  readCodesOfValues,
  readSeenNamed,
  type SeenBy,
} from '#store/seen-cards.ts'
import type { CardView } from './card-view.ts'
import type { CardDetail } from './read-cards.ts'
import { type SeenCard, seenCards } from './seen-cards.ts'
import { sameNameOf } from './seen-same-names.ts'

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
    sameName: await sameNameOf(by, subject, card),
    // What was decided, and what joined cards, is of those who decide.
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
