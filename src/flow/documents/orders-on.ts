import { caseOfHold } from '#core/cases/case-of-hold.ts'
import { goodsOf } from '#core/cases/goods.ts'
import type { PaperOrder } from '#core/documents/judge-orders.ts'
import { parseGraphCode } from '#core/lineage/graph-code.ts'
import { countingHold, type Mentioning } from '#core/lineage/node-state.ts'
import type { Link, TracedRecord } from '#core/lineage/traced-record.ts'
import { dayOf } from '#flow/trace/document-issue.ts'
import { EXACT, reach } from '#flow/trace/public-load.ts'
import { type HoldOf, readHoldsOf, readSightOf } from '#store/orders.ts'
import type { Reader } from '#store/sighted.ts'
import { readSuspects } from '#store/suspects.ts'
import { isLikely, linksBehind } from './behind-papers.ts'

/**
 * The orders in force for the goods of papers, gravest first: for the paper, or for a lot that it covers or that one of these came from, exactly or likely: over the links over
 * which a hold spreads. Two statements however many
 * papers there are. What counts of several orders for one lot is what traces and the public page say (`countingHold`).
 * That goods are recalled or stopped, and since when, is told whoever asks, as the public page tells it (docs/adr/0045); the case, its record and lots are those that `reader` sees.
 */
export async function ordersOn(
  hub: Reader,
  papers: readonly string[],
  reader: Reader = hub,
): Promise<Map<string, PaperOrder[]>> {
  const codes = [...new Set(papers)]
  const links = await linksBehind(hub, codes)
  const behind = [...new Set(links.map(({ from }) => from))].filter((code) => !codes.includes(code))
  const held = heldBy(await readHoldsOf(hub, codes, behind))
  if (held.size === 0) return new Map()
  await takeOutSuspects(hub, held, codes)
  const sees = reader === hub ? () => true : await sightOf(reader, links, held)
  return new Map(codes.map((code) => [code, ordersOf(code, links, held, sees)]))
}

/** The order that counts for each code that is held. */
function heldBy(holds: readonly HoldOf[]): Map<string, TracedRecord> {
  const named = holds.flatMap(({ codes, record }) =>
    codes.map((code): Mentioning => ({ record, mention: { code, role: 'subject' } })),
  )
  const held = new Map<string, TracedRecord>()
  for (const [code, of] of Map.groupBy(named, ({ mention }) => mention.code)) {
    const order = countingHold(of)
    if (order && order.record.body.holdKind !== 'release') held.set(code, order.record)
  }
  return held
}

/** A suspect is not sold at its stall alone, and nothing spreads from it: what is behind a paper says nothing of the paper then. */
async function takeOutSuspects(
  hub: Reader,
  held: Map<string, TracedRecord>,
  papers: readonly string[],
): Promise<void> {
  const behind = [...held].flatMap(([code, order]) => {
    const caseId = papers.includes(code) ? null : caseOfHold(order)
    return caseId === null ? [] : [{ caseId, code }]
  })
  const isSuspect = await readSuspects(hub, behind)
  for (const lot of behind) if (isSuspect(lot)) held.delete(lot.code)
}

/** Whether a record, a case or a code may be told. */
type Sees = (of: string) => boolean

async function sightOf(
  reader: Reader,
  links: readonly Link[],
  held: ReadonlyMap<string, TracedRecord>,
): Promise<Sees> {
  const orders = [...new Set(held.values())]
  const seen = await readSightOf(reader, {
    records: orders.map(({ id }) => id),
    cases: orders.flatMap((order) => caseOfHold(order) ?? []),
    codes: [...new Set([...held.keys(), ...links.map(({ from }) => from)])],
  })
  return (of) => seen.has(of)
}

/** Orders of one paper, each once with the lots that it names. */
function ordersOf(
  paper: string,
  links: readonly Link[],
  held: ReadonlyMap<string, TracedRecord>,
  sees: Sees,
): PaperOrder[] {
  const exactly = reach([paper], links, EXACT)
  const direct = new Set(
    links.flatMap((link) =>
      link.to === paper && !link.from.startsWith('doc:') && !isLikely(link) ? [link.from] : [],
    ),
  )
  const codes = [...reach([paper], links)].filter((code) => held.has(code))
  const byOrder = Map.groupBy(codes, (code) => orderKey(held.get(code) as TracedRecord))
  return [...byOrder.values()]
    .map((of) => {
      const records = of.map((code) => held.get(code) as TracedRecord)
      const first = records[0] as TracedRecord
      const { body } = first
      const shown = records.find(({ id }) => sees(id))
      const named = caseOfHold(first)
      // What a lot came from is held, and so is the lot.
      const own = of.filter((code) => direct.has(code))
      return {
        kind: kindOf(first),
        since: body.occurredAt ? dayOf(body.occurredAt.at) : null,
        case: named !== null && (shown !== undefined || sees(named)) ? named : null,
        record: shown?.id ?? null,
        likely: !of.some((code) => exactly.has(code)),
        goods: goodsOf(body),
        lots: (own.length > 0 ? own : of).filter(sees).flatMap(lotNumber),
        covered: [...direct].filter(sees).length,
      }
    })
    .sort(
      (a, b) =>
        Number(b.kind === 'recalled') - Number(a.kind === 'recalled') ||
        ((a.record ?? '') < (b.record ?? '') ? -1 : 1),
    )
}

const kindOf = ({ body }: TracedRecord): PaperOrder['kind'] =>
  body.holdKind === 'recall' ? 'recalled' : 'held'

/** A case of a hub has a record at each place, and recalls some of its goods while it stops the others. */
const orderKey = (record: TracedRecord): string => `${kindOf(record)} ${caseOfHold(record) ?? record.id}`

/** Goods that only their record names have no number that stands on anything. */
function lotNumber(code: string): string[] {
  const parts = parseGraphCode(code)
  return parts?.kind === 'lot' && !code.startsWith('rec:') ? [parts.value] : []
}
