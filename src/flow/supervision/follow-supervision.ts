import type { PoolClient } from 'pg'
import type { CanonicalRecord } from '#core/model/record.ts'
import { advance, grainText, negated } from '#core/supervision/advance.ts'
import { type GrainKey, type Line, linesOf } from '#core/supervision/lines.ts'
import { isSaidByName, placeOf } from '#core/supervision/market.ts'
import type { LogReader, PageReading } from '#flow/follow/noted-page.ts'
import { touchCasesOfMarkets } from '#store/growing-cases.ts'
import {
  moveFigures,
  moveNameCodes,
  type NameCode,
  readFormerTo,
  readGrainsSaid,
  readLines,
  readNameCodes,
  SUPERVISION_FOLLOWER,
  writeLines,
} from '#store/supervision.ts'

/** Keeps the counters of each day, market and region, so that a summary is read and not counted. */
export const supervisionReader: LogReader = { name: SUPERVISION_FOLLOWER, begin: countPage }

/** A new version adds what it says, and takes away what the one before it said. */
function countPage(): PageReading {
  const noted: Line[] = []
  const takenOff: TakenOff[] = []
  const names = new Map<string, { -readonly [K in keyof NameCode]: NameCode[K] }>()
  const note = (record: CanonicalRecord, sign: 1 | -1): void => {
    const own = linesOf(record)
    for (const line of own) noted.push(sign === 1 ? line : negated(line))
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
      if (saidBefore?.kind === 'document')
        takenOff.push({ record: saidBefore, position: positionBefore ?? 0n })
      else if (saidBefore) note(saidBefore, -1)
      note(said, 1)
    },
    async write(client) {
      const lines = [...noted, ...(await linesTakenOff(client, takenOff))]
      const moves = [...names.values()].filter(({ records }) => records !== 0)
      const { meant, changed, codes } = await learnNames(client, moves, lines)
      const place = (said: string): string => meant.get(said) ?? said
      const touched = new Map<string, GrainKey>()
      // The grain that it lies in now, and the one that it goes to.
      for (const grain of await readGrainsSaid(client, changed))
        for (const at of [grain.place, ...changed.map(place)]) touchGrain(touched, { ...grain, place: at })
      for (const line of lines) touchGrain(touched, { ...line, place: place(line.said) })
      const stored = await readLines(client, [...touched.values()])
      const others = await namesOf(client, stored, meant)
      const result = advance(stored, lines, (said) => others.get(said) ?? said)
      await writeLines(client, result.lines, result.gone)
      await moveFigures(client, result.moves)
      // Behind all that takes long: their rows are locked from here on.
      await touchCasesOfMarkets(client, [...changed, ...codes])
    },
  }
}

/** A version of a paper that stands in the counters, with its place in the log. */
interface TakenOff {
  readonly record: CanonicalRecord
  readonly position: bigint
}

/** Papers are taken off as they were put in: what was counted by the former rules by these. */
async function linesTakenOff(client: PoolClient, papers: readonly TakenOff[]): Promise<Line[]> {
  if (papers.length === 0) return []
  const formerTo = await readFormerTo(client)
  return papers.flatMap(({ record, position }) =>
    linesOf(record, position <= formerTo ? 'stated' : 'ruled').map(negated),
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
  const names = [...new Set([...moves.map(({ name }) => name), ...said])]
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
