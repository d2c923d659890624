import type { PoolClient } from 'pg'
import type { Line } from '#core/supervision/lines.ts'
import { type Room, roomText, type Trader, tradersOf } from '#core/supervision/traders.ts'
import {
  type Called,
  type CalledTrader,
  readTraders,
  readTradersAt,
  readTradersSaid,
  writeTraders,
} from '#store/supervision-traders.ts'

/** Traders as a page of the log leaves them. */
export interface LearntTraders {
  /** Who is meant in a line that lies at its place of now; undefined where nothing was learnt of him. */
  readonly traderIn: (line: Line) => Trader | undefined
  /** The units in which there may be lines of whom something else is known now. */
  readonly changed: readonly (Room & { readonly unit: string })[]
}

const calledText = (called: Called): string => JSON.stringify([roomText(called), called.said, called.holder])
const holderText = (called: Room & Pick<Called, 'holder'>): string =>
  JSON.stringify([roomText(called), called.holder])

/**
 * Counts how records call the traders of each market and day, and says who is meant. Markets of which all are known are not looked at.
 * @param lines what is added, at their places of now
 * @param moved markets by name that lie elsewhere now
 * @param placeOf the place that is meant by what a record says
 */
export async function learnTraders(
  client: PoolClient,
  lines: readonly Line[],
  moved: readonly string[],
  placeOf: (said: string) => string,
): Promise<LearntTraders> {
  const moves = new Map<string, { called: Called; records: number }>()
  const move = ({ place, day, region, said, holder }: Called, records: number): void => {
    const called = { place, day, region, said, holder }
    const known = moves.get(calledText(called))
    if (known) known.records += records
    else moves.set(calledText(called), { called, records })
  }
  for (const one of await readTradersSaid(client, moved)) {
    move(one, -one.records)
    move({ ...one, place: placeOf(one.said) }, one.records)
  }
  for (const line of lines) if (line.holder !== '') move(line, line.records)
  const before = byCalled(
    await readTraders(
      client,
      [...moves.values()].map(({ called }) => called),
    ),
  )
  const rooms = new Map<string, Room>()
  for (const [text, { called, records }] of moves)
    if (records + (before.get(text)?.records ?? 0) > 0 !== before.has(text))
      rooms.set(roomText(called), called)
  for (const [text, one] of byCalled(await readTradersAt(client, [...rooms.values()]))) before.set(text, one)

  const now = new Map(before)
  for (const [text, { called, records }] of moves) {
    const all = records + (before.get(text)?.records ?? 0)
    if (all > 0) now.set(text, { ...called, ...traderIn(before.get(text)), records: all })
    else now.delete(text)
  }
  for (const [room, own] of Map.groupBy(now.values(), roomText)) {
    if (!rooms.has(room)) continue
    const traders = tradersOf(own.map(({ holder }) => holder))
    for (const one of own) now.set(calledText(one), { ...one, ...traderIn(traders.get(one.holder)) })
  }
  const isNew = ([text, one]: [string, CalledTrader]): boolean => {
    const known = before.get(text)
    return known === undefined || known.records !== one.records || !isSame(known, one)
  }
  const gone = [...before].filter(([text]) => !now.has(text)).map(([, one]) => one)
  await writeTraders(
    client,
    [...now].filter(isNew).map(([, one]) => one),
    gone,
  )
  // Whom no record calls so any more has his lines taken away where they are.
  const left = gone.map((one) => ({ ...one, place: placeOf(one.said) }))
  const known = new Map([...left, ...now.values()].map((one) => [holderText(one), one]))
  return {
    traderIn: (line) => known.get(holderText(line)),
    changed: [...before.values()].filter((one) => !isSame(one, known.get(holderText(one)) ?? one)),
  }
}

const byCalled = (traders: readonly CalledTrader[]): Map<string, CalledTrader> =>
  new Map(traders.map((one) => [calledText(one), one]))
const traderIn = (trader: Trader | undefined): Trader => ({
  unit: trader?.unit ?? '',
  who: trader?.who ?? '',
})
const isSame = (a: Trader, b: Trader): boolean => a.unit === b.unit && a.who === b.who
