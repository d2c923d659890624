import type { ClientBase } from 'pg'
import type { Happening } from '#core/cases/happening.ts'
import { type CaseMove, readCaseEvents, readCaseMoves } from '#store/case-events.ts'
import { type CaseTest, readTestsToldBefore } from '#store/case-lots.ts'
import { readCase } from '#store/cases.ts'
import { readTracedVersions } from '#store/lots.ts'
import { areAmong } from './answered.ts'
import { wordOf } from './confirmed-tests.ts'
import { isSameMatter, objectedTo } from './objections.ts'
import { type TestedGoods, testedGoodsOf } from './open-case.ts'
import { enteredBy, type Objection, openObjection } from './waits.ts'

/** The objection of a case that may be taken back, with what holds without it: `answered` where one was made and none waits. */
export async function waivedObjection(client: ClientBase, caseId: string): Promise<Happening['waives']> {
  const moves = await readCaseMoves(client, caseId)
  const open = openObjection(moves)
  if (open === null) return moves.some(({ event }) => event === 'objection') ? 'answered' : undefined
  const made = moves.find(({ no }) => no === open.no)
  const entered = enteredBy(moves, open.no)
  const found = await readCase(client, caseId)
  if (!made?.fromState || !entered || !found) return undefined
  // What a test opened is in its first state since then, and not since that was told.
  const fromAtMs = Date.parse(entered.event === 'opened' ? found.openedAt : entered.at)
  const labToldAtMs =
    open.to === 'laboratory' ? ((await labToldBefore(client, caseId, { moves, open })) ?? fromAtMs) : null
  return { madeAtMs: Date.parse(made.at), from: made.fromState, fromAtMs, labToldAtMs }
}

/**
 * When the last of the laboratory's results was told to which an objection is: the last that told something new, as of goods that no other had failed. What an official said that one found, its record
 * only repeats.
 */
async function labToldBefore(
  client: ClientBase,
  caseId: string,
  { moves, open }: { readonly moves: readonly CaseMove[]; readonly open: Objection },
): Promise<number | null> {
  const events = (await readCaseEvents(client, caseId)).filter(({ no }) => no < open.no)
  const word = wordOf(moves)
  const toldOf = ({ recordId }: CaseTest) => events.find((one) => one.recordId === recordId)
  const labs = (await objectedTo(client, caseId, open)).filter(({ isLab }) => isLab)
  const later = labs
    .filter((one) => (toldOf(one)?.no ?? 0) > (word?.no ?? 0))
    .sort((a, b) => (toldOf(a)?.no ?? 0) - (toldOf(b)?.no ?? 0))
  const known = word ? await readTestsToldBefore(client, caseId, word.no) : []
  const records = await readTracedVersions(client, [...known, ...later])
  const told = [...records.values()].map(({ id, body }) => ({ recordId: id, body }))
  const goods = await testedGoodsOf(client, told)
  const read = new Map(told.map((one, i) => [one.recordId, { ...one, goods: goods[i] as TestedGoods }]))
  const before = known.flatMap(({ recordId }) => read.get(recordId) ?? [])
  let lastMs = word ? Date.parse(word.at) : null
  for (const one of later) {
    const own = read.get(one.recordId)
    if (!own) continue
    const same = before.filter(({ body }) => isSameMatter(body, own.body)).map((each) => each.goods)
    if (!areAmong(own.goods, same)) lastMs = Date.parse(toldOf(one)?.at as string)
    before.push(own)
  }
  return lastMs
}
