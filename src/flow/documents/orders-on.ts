import { goodsOf } from '#core/cases/goods.ts'
import type { PaperOrder } from '#core/documents/judge-orders.ts'
import { parseGraphCode } from '#core/lineage/graph-code.ts'
import { countingHold, type Mentioning } from '#core/lineage/node-state.ts'
import type { Link, TracedRecord } from '#core/lineage/traced-record.ts'
import { parseRecordId } from '#core/model/identity.ts'
import { OWN_SYSTEM } from '#core/model/own-system.ts'
import { dayOf } from '#flow/trace/document-issue.ts'
import { LINKS_AT_ONCE } from '#flow/trace/link-groups.ts'
import { reach } from '#flow/trace/public-load.ts'
import { readWalk } from '#store/lots.ts'
import { readHoldsOf } from '#store/orders.ts'
import type { Reader } from '#store/sighted.ts'
import type { Snapshot } from './load-papers.ts'

/** Steps back from the papers, as the public page takes them, and codes that are reached from all of them together. */
const STEPS = 12
const CODES_MAX = 5000
/** Exact links alone: what is likely the same goods as held ones is held itself by the case, and looking for it takes seconds at a busy stall. */
const EXACT = 0.81

/**
 * The orders in force for the goods of papers, gravest first: for the paper, or for a lot that it covers or that one of these came from. Two statements however many
 * papers there are. What counts of several orders for one lot is what traces and the public page say (`countingHold`).
 */
export async function ordersOn(
  reader: Reader,
  papers: readonly string[],
  { beyond, rows }: Snapshot,
): Promise<Map<string, PaperOrder[]>> {
  const codes = [...new Set(papers)]
  const steps = await readWalk(
    reader,
    { way: 'back', from: codes, before: [], done: 0 },
    { at: null, confidence: EXACT, steps: STEPS, limit: LINKS_AT_ONCE, nodes: CODES_MAX, cut: false },
  )
  const links = steps.flat()
  const behind = [...new Set(links.map(({ from }) => from))].filter((code) => !codes.includes(code))
  const holds = await readHoldsOf(reader, codes, behind, beyond, rows)
  if (holds.length === 0) return new Map()
  const held = new Map<string, TracedRecord>()
  for (const [code, of] of Map.groupBy(holds, (hold) => hold.code)) {
    const order = countingHold(
      of.map(({ record }): Mentioning => ({ record, mention: { code, role: 'subject' } })),
    )
    if (order && order.record.body.holdKind !== 'release') held.set(code, order.record)
  }
  return new Map(codes.map((code) => [code, ordersOf(code, links, held)]))
}

/** Orders of one paper, each once with the lots that it names. */
function ordersOf(
  paper: string,
  links: readonly Link[],
  held: ReadonlyMap<string, TracedRecord>,
): PaperOrder[] {
  const direct = new Set(
    links.flatMap(({ from, to }) => (to === paper && !from.startsWith('doc:') ? [from] : [])),
  )
  const codes = [...reach([paper], links)].filter((code) => held.has(code))
  const byOrder = Map.groupBy(codes, (code) => orderKey(held.get(code) as TracedRecord))
  return [...byOrder.values()]
    .map((of) => {
      const { id, system, body } = held.get(of[0] as string) as TracedRecord
      // What a lot came from is held, and so is the lot.
      const own = of.filter((code) => direct.has(code))
      return {
        kind: body.holdKind === 'recall' ? ('recalled' as const) : ('held' as const),
        since: body.occurredAt ? dayOf(body.occurredAt.at) : null,
        case: caseOf(id, system),
        record: id,
        goods: goodsOf(body),
        lots: (own.length > 0 ? own : of).flatMap(lotNumber),
        covered: direct.size,
      }
    })
    .sort(
      (a, b) =>
        Number(b.kind === 'recalled') - Number(a.kind === 'recalled') || (a.record < b.record ? -1 : 1),
    )
}

/** A case of a hub has a record at each place. */
const orderKey = ({ id, system }: TracedRecord): string => caseOf(id, system) ?? id

/** The case stands in the key of the record, behind the hub. */
const caseOf = (id: string, system: string): string | null =>
  system === OWN_SYSTEM ? (parseRecordId(id)?.key[1] ?? null) : null

/** Goods that only their record names have no number that stands on anything. */
function lotNumber(code: string): string[] {
  const parts = parseGraphCode(code)
  return parts?.kind === 'lot' && !code.startsWith('rec:') ? [parts.value] : []
}
