import type { PoolClient } from 'pg'
import type { CanonicalRecord } from '#core/model/record.ts'
import { advance, grainText, negated } from '#core/supervision/advance.ts'
import { type GrainKey, type Line, linesOf } from '#core/supervision/lines.ts'
import { isSaidByName, placeOf, withoutRegion } from '#core/supervision/market.ts'
import { ofTrader } from '#core/supervision/traders.ts'
import type { LogReader, PageReading } from '#flow/follow/noted-page.ts'
import { touchCasesOfMarkets } from '#store/growing-cases.ts'
import {
  moveFigures,
  readFormerTo,
  readGrainsSaid,
  readLines,
  SUPERVISION_FOLLOWER,
  writeLines,
} from '#store/supervision.ts'
import { moveNameCodes, type NameCode, readNameCodes } from '#store/supervision-names.ts'
import { readGrainsOfTraders } from '#store/supervision-traders.ts'
import { learnTraders } from './learn-traders.ts'

/** Keeps the counters of each day, market and region, so that a summary is read and not counted. */
export const supervisionReader: LogReader = { name: SUPERVISION_FOLLOWER, begin: countPage }

/** A new version adds what it says, and takes away what the one before it said. */
function countPage(): PageReading {
  const noted: Line[] = []
  const takenOff: TakenOff[] = []
  const names = new Map<string, { -readonly [K in keyof NameCode]: NameCode[K] }>()
  const noteName = (record: CanonicalRecord, own: readonly Line[], sign: 1 | -1): void => {
    if (!own.some(({ said: where }) => where !== '')) return
    const { said, name } = placeOf(record)
    if (name === '' || isSaidByName(said)) return
    const key = JSON.stringify([name, said])
    const known = names.get(key)
    if (known) known.records += sign
    else names.set(key, { name, code: said, records: sign })
  }
  return {
    note({ said, saidBefore, positionBefore }) {
      if (saidBefore) {
        takenOff.push({ record: saidBefore, position: positionBefore ?? 0n })
        noteName(saidBefore, linesOf(saidBefore), -1)
      }
      const own = linesOf(said)
      noted.push(...own)
      noteName(said, own, 1)
    },
    async write(client) {
      const lines = [...noted, ...(await linesTakenOff(client, takenOff))]
      const moves = [...names.values()].filter(({ records }) => records !== 0)
      const { meant, changed, codes } = await learnNames(client, moves, lines)
      const place = (said: string): string => meant.get(said) ?? said
      const atPlace = (line: Line): Line => ({ ...line, place: place(line.said) })
      const traders = await learnTraders(client, lines.map(atPlace), changed, place)
      const settleNow = (line: Line): Line => {
        const placed = atPlace(line)
        return ofTrader(placed, traders.traderIn(placed))
      }
      const touched = new Map<string, GrainKey>()
      for (const grain of await readGrainsSaid(client, changed)) touchGrain(touched, grain)
      for (const grain of await readGrainsOfTraders(client, traders.changed)) touchGrain(touched, grain)
      for (const line of lines) touchGrain(touched, settleNow(line))
      const leaving = await readLines(client, [...touched.values()])
      const others = await namesOf(client, leaving, meant)
      for (const [said, code] of others) meant.set(said, code)
      // The grain that a line lies in now, and the one that it goes to.
      const reached = new Map<string, GrainKey>()
      for (const line of leaving) touchGrain(reached, settleNow(line))
      const further = [...reached].flatMap(([text, grain]) => (touched.has(text) ? [] : [grain]))
      const staying = await readLines(client, further)
      for (const [said, code] of await namesOf(client, staying, meant)) meant.set(said, code)
      const result = advance([...leaving, ...staying], lines, settleNow)
      await writeLines(client, result.lines, result.gone)
      await moveFigures(client, result.moves)
      // Behind all that takes long: their rows are locked from here on.
      await touchCasesOfMarkets(client, [...changed, ...codes])
    },
  }
}

/** A version that stands in the counters, with its place in the log. */
interface TakenOff {
  readonly record: CanonicalRecord
  readonly position: bigint
}

/** Records are taken off as they were put in: what was counted by former rules by these. */
async function linesTakenOff(client: PoolClient, records: readonly TakenOff[]): Promise<Line[]> {
  if (records.length === 0) return []
  const { stated, named } = await readFormerTo(client)
  return records.flatMap(({ record, position }) =>
    linesOf(record, {
      lastDays: position <= stated ? 'stated' : 'ruled',
      traders: position <= named ? 'named' : 'coded',
    }).map(negated),
  )
}

function touchGrain(touched: Map<string, GrainKey>, grain: GrainKey): void {
  const { day, place, region, family, unit, class: of } = grain
  const key = { day, place, region, family, unit, class: of }
  touched.set(grainText(key), key)
}

/** The code that records give beside each name: the only one that they give, else none. */
async function learnNames(
  client: PoolClient,
  moves: readonly NameCode[],
  lines: readonly Line[],
): Promise<{
  readonly meant: Map<string, string>
  readonly changed: readonly string[]
  /** What these names mean, or meant before. */
  readonly codes: readonly string[]
}> {
  const said = lines.map((line) => line.said).filter(isSaidByName)
  const names = [...new Set([...moves.flatMap(({ name }) => [name, withoutRegion(name)]), ...said])]
  const before = meantBy(await readNameCodes(client, names))
  await moveNameCodes(client, moves)
  const meant = moves.length === 0 ? before : meantBy(await readNameCodes(client, names))
  const changed = names.filter((name) => before.get(name) !== meant.get(name))
  const codes = changed.flatMap((name) => [before.get(name) ?? [], meant.get(name) ?? []].flat())
  return { meant, changed, codes }
}

/** Names of the stored lines that this page did not name, beside those that it did. */
async function namesOf(
  client: PoolClient,
  stored: readonly Line[],
  meant: Map<string, string>,
): Promise<Map<string, string>> {
  const unnamed = stored.map(({ said }) => said).filter((said) => isSaidByName(said) && !meant.has(said))
  const read = meantBy(await readNameCodes(client, [...new Set(unnamed)]))
  return new Map([...read, ...meant])
}

function meantBy(codes: readonly NameCode[]): Map<string, string> {
  const byName = Map.groupBy(codes, ({ name }) => name)
  return new Map(
    [...byName].flatMap(([name, own]) => {
      const [only, other] = own
      return only !== undefined && other === undefined ? [[name, only.code] as const] : []
    }),
  )
}
