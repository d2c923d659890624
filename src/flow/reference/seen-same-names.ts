import { maskName } from '#core/mask.ts'
import { isPersonalSite } from '#core/personal.ts'
import type { Subject } from '#core/reference/describe.ts'
import { listSeenCodes, readSeenOfNames, type SeenBy } from '#store/seen-cards.ts'
import type { CardView } from './card-view.ts'
import { type CardDetail, SAME_NAME_SHOWN } from './read-cards.ts'
import { type SeenCard, seenCards } from './seen-cards.ts'

/** Codes that one page looks at, and looks for one page: few names stand on several cards. */
const WINDOW = 200
const WINDOWS = 10

/** Where a page ends: behind a name of the card that begins with a code, or, where the name is null, behind the card. */
export interface SeenNamePlace {
  readonly code: string
  readonly name: string | null
}

/**
 * Names that stand on several of the cards of a caller who sees a part, with these cards. Each stands at the first of them in the order of their codes, so that it comes
 * once. A page may be short, or empty, while `next` says that there is more.
 */
export async function pageOfSeenSameNames(
  by: SeenBy,
  query: { readonly subject: Subject; readonly after?: SeenNamePlace; readonly limit: number },
): Promise<{ suggestions: { name: string; cards: CardView[] }[]; next: SeenNamePlace | null }> {
  const { subject, limit } = query
  const suggestions: { name: string; cards: CardView[] }[] = []
  let { code: after, name: given } = query.after ?? { code: '', name: null }
  for (let i = 0; i < WINDOWS; i++) {
    const listed = await listSeenCodes(by, subject, { after, limit: WINDOW })
    const codes = new Set(given === null ? listed : [after, ...listed])
    const cards = (await seenCards(by, subject, [...codes]))
      .filter(({ first }) => codes.has(first))
      .sort(byFirst)
    const bearing = await cardsOfNames(by, subject, [...new Set(cards.flatMap(({ names }) => names))])
    for (const { first, names } of cards)
      for (const name of [...names].sort()) {
        const own = bearing.get(name) ?? []
        const isGiven = given !== null && first === after && name <= given
        if (isGiven || own.length < 2 || own[0]?.first !== first) continue
        suggestions.push(suggestionOf(name, own))
        if (suggestions.length === limit) return { suggestions, next: { code: first, name } }
      }
    if (listed.length < WINDOW) return { suggestions, next: null }
    after = listed.at(-1) as string
    given = null
  }
  return { suggestions, next: { code: after, name: null } }
}

const suggestionOf = (name: string, own: readonly SeenCard[]) => ({
  name: isPersonalSite({ name }) ? maskName(name) : name,
  cards: own.slice(0, SAME_NAME_SHOWN).map(({ view }) => view),
})

/** Other cards that the caller sees of which one has a name of this one. */
export async function sameNameOf(
  by: SeenBy,
  subject: Subject,
  { id, names, view }: SeenCard,
): Promise<CardDetail['sameName']> {
  const bearing = await cardsOfNames(by, subject, view.personal ? [] : names)
  return [...bearing]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, cards]) =>
      cards.filter((card) => card.id !== id).map((card) => ({ card: card.id, name })),
    )
    .slice(0, SAME_NAME_SHOWN)
}

/** The cards that the caller sees under each of the names, by their first codes. */
async function cardsOfNames(
  by: SeenBy,
  subject: Subject,
  names: readonly string[],
): Promise<Map<string, readonly SeenCard[]>> {
  if (names.length === 0) return new Map()
  const said = await readSeenOfNames(by, subject, names)
  const cards = await seenCards(by, subject, [...new Set(said.flatMap(({ codes }) => codes))])
  const byCode = new Map(cards.flatMap((card) => card.codes.map((code) => [code, card] as const)))
  const own = Map.groupBy(said, ({ name }) => name)
  return new Map(
    [...own].map(([name, says]) => {
      const bearing = new Set(says.flatMap(({ codes }) => codes.flatMap((code) => byCode.get(code) ?? [])))
      return [name, [...bearing].sort(byFirst)]
    }),
  )
}

const byFirst = (a: SeenCard, b: SeenCard): number => (a.first < b.first ? -1 : 1)
