import type { Pool } from 'pg'
import { maskName } from '#core/mask.ts'
import { isPersonalSite } from '#core/personal.ts'
import { nodeOfOperator, operatorsOfNode } from '#core/reference/code-region.ts'
import { codeParts, type Subject } from '#core/reference/describe.ts'
import { type CardDecision, readDecisions } from '#store/card-decisions.ts'
import {
  type CardHistoryRow,
  type CardPlace,
  type CardQuery,
  cardOf,
  countCodesLike,
  listCards,
  listSameNames,
  readCardCodes,
  readCardDescriptions,
  readCardHistory,
  readCodes,
  readSameName,
} from '#store/card-pages.ts'
import { type CardView, cardView } from './card-view.ts'

/** The cards of the identifiers, in their order. */
export async function readCardViews(
  pool: Pool,
  subject: Subject,
  ids: readonly string[],
): Promise<CardView[]> {
  if (ids.length === 0) return []
  const [codes, descriptions] = await Promise.all([
    readCardCodes(pool, subject, ids),
    readCardDescriptions(pool, subject, ids),
  ])
  return ids.map((id) =>
    cardView(
      id,
      codes.filter(({ card }) => card === id),
      descriptions.filter(({ cards }) => cards.includes(id)),
    ),
  )
}

/** One page of cards. */
export async function pageOfCards(
  pool: Pool,
  query: CardQuery,
): Promise<{ cards: CardView[]; next: CardPlace | null }> {
  const { ids, next } = await listCards(pool, query)
  return { cards: await readCardViews(pool, query.subject, ids), next }
}

/** A card with what it is related to and how it came to be. */
export interface CardDetail extends CardView {
  /** Nodes (markets, slaughterhouses) that its operator codes belong to, with their cards; related, never the same party. */
  readonly nodes: readonly {
    readonly scheme: string
    readonly value: string
    readonly site: string | null
    readonly party: string | null
  }[]
  /** Operators of its own node codes that are known. */
  readonly operators: number
  /** Other cards of the same name: suggestions for a person, never joined by the hub. */
  readonly sameName: readonly { readonly card: string; readonly name: string }[]
  readonly decisions: readonly CardDecision[]
  readonly history: readonly CardHistoryRow[]
}

const HISTORY_SHOWN = 50
/** Cards of one name that are shown. */
export const SAME_NAME_SHOWN = 20

/** The card to which an identifier leads today, also where it went into another one; null where no card ever had it. */
export async function readCard(pool: Pool, subject: Subject, id: string): Promise<CardDetail | null> {
  const card = await cardOf(pool, subject, id)
  if (card === null) return null
  const codes = await readCardCodes(pool, subject, [card.id])
  const descriptions = await readCardDescriptions(pool, subject, [card.id])
  const view = cardView(card.id, codes, descriptions)
  const texts = codes.map(({ code }) => code)
  const names = view.personal ? [] : view.names.map(({ value }) => value)
  const [nodes, operators, sameName, decisions, history] = await Promise.all([
    nodesOf(pool, texts),
    operatorsOf(pool, texts),
    readSameName(pool, subject, card.id, names, SAME_NAME_SHOWN),
    readDecisions(pool, subject, texts),
    readCardHistory(
      pool,
      subject,
      codes.map(({ born }) => born),
      HISTORY_SHOWN,
    ),
  ])
  return { ...view, nodes, operators, sameName, decisions, history }
}

/** Names that stand on several cards, with these cards. */
export async function pageOfSameNames(
  pool: Pool,
  query: { readonly subject: Subject; readonly after?: string; readonly limit: number },
): Promise<{ suggestions: { name: string; cards: CardView[] }[]; next: string | null }> {
  const { names, next } = await listSameNames(pool, query)
  const shown = names.map(({ name, cards }) => ({ name, cards: cards.slice(0, SAME_NAME_SHOWN) }))
  const views = await readCardViews(pool, query.subject, [...new Set(shown.flatMap(({ cards }) => cards))])
  const byId = new Map(views.map((view) => [view.id, view]))
  return {
    suggestions: shown.map(({ name, cards }) => ({
      name: isPersonalSite({ name }) ? maskName(name) : name,
      cards: cards.map((id) => byId.get(id) as CardView),
    })),
    next,
  }
}

async function nodesOf(pool: Pool, codes: readonly string[]): Promise<CardDetail['nodes']> {
  const nodes = [...new Set(codes.flatMap((code) => nodeOfOperator(code) ?? []))]
  if (nodes.length === 0) return []
  const [sites, parties] = await Promise.all([
    readCodes(pool, 'site', nodes),
    readCodes(pool, 'party', nodes),
  ])
  const cardIn = (rows: readonly { code: string; card: string }[], node: string): string | null =>
    rows.find(({ code }) => code === node)?.card ?? null
  return nodes.map((node) => ({
    ...codeParts(node),
    site: cardIn(sites, node),
    party: cardIn(parties, node),
  }))
}

async function operatorsOf(pool: Pool, codes: readonly string[]): Promise<number> {
  const beginnings = codes.flatMap((code) => operatorsOfNode(code) ?? [])
  const counts = await Promise.all(beginnings.map((beginning) => countCodesLike(pool, 'party', beginning)))
  return counts.reduce((sum, count) => sum + count, 0)
}
