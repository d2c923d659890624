import { productKeys } from '#core/lineage/match-keys.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import { measured } from './goods-move.ts'

/**
 * One step of work that gives several products is told by a row for each of them. Rows of one step are of one system, place, process and time, and of the same goods that went in, and no two of them of one
 * product. Null of what says too little.
 */
function stepOf({ kind, system, body }: TracedRecord): string | null {
  const { input, process, occurredAt, sites } = body
  const codes = [
    ...(input?.lots ?? []).map(({ scheme, value }) => `${scheme}:${value}`),
    ...(input?.documents ?? []).map(({ number }) => number),
  ]
  if (kind !== 'transformation' || occurredAt === undefined || codes.length === 0) return null
  return JSON.stringify([system, process, occurredAt.at, sites, codes.sort()])
}

const madeBy = ({ body }: TracedRecord): string => {
  const product = body.output?.product ?? body.product
  return JSON.stringify(product === undefined ? [] : productKeys({ product }))
}
const wentInto = ({ body }: TracedRecord): string => JSON.stringify(measured(body.input ?? {}))
const UNTOLD = JSON.stringify(measured({}))

/** Rows that repeat what another row of their step says went in: it went in once, or as often as one product came out. */
export function repeatedRows(records: readonly TracedRecord[]): ReadonlySet<string> {
  const active = records.filter((one) => one.status === 'active' && stepOf(one) !== null)
  const steps = Map.groupBy(active, (one) => `${stepOf(one)} ${wentInto(one)}`)
  return new Set(
    [...steps.values()].flatMap((rows) =>
      rows
        .map(({ id }) => id)
        .sort()
        .slice(timesOf(rows)),
    ),
  )
}

const timesOf = (rows: readonly TracedRecord[]): number =>
  Math.max(...[...Map.groupBy(rows, madeBy).values()].map(({ length }) => length))

/** The other rows of the step of a record, where there was one such step: they say that as much went in, or nothing of it. */
export function rowsBeside(record: TracedRecord, near: readonly TracedRecord[]): TracedRecord[] {
  const [step, into] = [stepOf(record), wentInto(record)]
  if (step === null || into === UNTOLD) return []
  const rows = near.filter(
    (one) =>
      one.id !== record.id &&
      one.status === 'active' &&
      stepOf(one) === step &&
      [into, UNTOLD].includes(wentInto(one)),
  )
  return timesOf([record, ...rows]) === 1 ? rows : []
}
