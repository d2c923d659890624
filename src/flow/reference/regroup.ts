import type { ClientBase } from 'pg'
import type { Subject } from '#core/reference/describe.ts'
import { groupCodes } from '#core/reference/group-codes.ts'
import { readDecisions } from '#store/card-decisions.ts'
import {
  type CardChange,
  type CardCodeRow,
  moveCodes,
  readCardMembers,
  readNamedTogether,
  writeCardHistory,
} from '#store/cards.ts'

/** What made or cut a tie: the record that did it, by code, or the decision of a person. */
export interface Cause {
  readonly records?: ReadonlyMap<string, string | null>
  readonly decision?: string
}

/**
 * Works out anew which codes stand on one card, for every card that the given codes touch, and writes down what changed. The caller
 * holds the lock of the cards' follower, so that nobody else moves codes meanwhile.
 */
export async function regroup(
  client: ClientBase,
  subject: Subject,
  touched: readonly string[],
  cause: Cause,
): Promise<void> {
  const { members, named, joined, parted } = await readTied(client, subject, touched)
  const cards = groupCodes(
    members.map(({ records, ...member }) => ({ ...member, live: records > 0 })),
    { named, joined, parted },
  )
  const moves = members.flatMap(({ code, card }) => {
    const next = cards.get(code) as string
    return next === card ? [] : [{ code, card: next }]
  })
  if (moves.length === 0) return
  await moveCodes(client, subject, moves)
  await writeCardHistory(client, subject, historyOf(members, cards, cause))
}

/** The codes of all cards that ties lead to, with these ties. */
async function readTied(client: ClientBase, subject: Subject, touched: readonly string[]) {
  let codes = [...touched]
  for (;;) {
    const members = await readCardMembers(client, subject, codes)
    const known = new Set(members.map(({ code }) => code))
    const named = await readNamedTogether(client, subject, [...known])
    const decisions = await readDecisions(client, subject, [...known])
    const joined = decisions.flatMap(({ verdict, code, other }) =>
      verdict === 'join' && other !== null ? [[code, other] as const] : [],
    )
    const parted = new Set(decisions.filter(({ verdict }) => verdict === 'part').map(({ code }) => code))
    const tied = [...named.map((group) => group.filter((code) => !parted.has(code))), ...joined]
    const further = tied
      .filter((group) => group.some((code) => known.has(code)))
      .flat()
      .filter((code) => !known.has(code))
    // The card of a code that is tied and was not read yet is read too; a code without a row is not waited for.
    if (further.every((code) => codes.includes(code))) return { members, named, joined, parted }
    codes = [...new Set([...codes, ...further])]
  }
}

/** From which card to which: a card that is no more went into others, a card that is new came out of one. */
function historyOf(
  members: readonly CardCodeRow[],
  cards: ReadonlyMap<string, string>,
  { records, decision }: Cause,
): CardChange[] {
  const still = new Set(cards.values())
  const seen = new Set<string>()
  const changes: CardChange[] = []
  for (const { code, card: from } of members) {
    const to = cards.get(code) as string
    if (to === from || seen.has(`${from} ${to}`)) continue
    seen.add(`${from} ${to}`)
    changes.push({
      change: still.has(from) ? 'parted' : 'merged',
      from,
      to,
      recordId: records?.get(code) ?? null,
      decision: decision ?? null,
    })
  }
  return changes
}
