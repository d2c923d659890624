import { type Words, words } from '#core/mapping/words.ts'
import type { Receipt } from '#core/receipt.ts'
import type { GoldenSample } from '#flow/systems/golden.ts'
import type { TrialHub } from './check.ts'

const COUNTS = [
  ['received', '收到'],
  ['accepted', '接收'],
  ['unchanged', '无变化'],
  ['rejected', '退回'],
] as const

/** Counts of the receipt that the golden says otherwise: a golden that names no record says something all the same. */
export const otherCounts = (receipt: Receipt, { expected, name }: GoldenSample): Words[] =>
  COUNTS.filter(([count]) => receipt[count] !== expected[count]).map(([count, zh]) =>
    words(
      `${name}: ${receipt[count]} ${count}, not ${expected[count]}`,
      `${name}：${zh} ${receipt[count]} 条，应为 ${expected[count]} 条`,
    ),
  )

/** Records that did not become what the golden says of the one at their place. */
export const otherResults = ({ results }: Receipt, { expected, name }: GoldenSample): Words[] =>
  expected.records.flatMap(({ index, result: wanted }) => {
    const found = results[index]?.result
    return found === wanted
      ? []
      : [
          words(
            `${name} record ${index}: ${found ?? 'not there'}, not ${wanted}`,
            `${name} 第 ${index} 条：为 ${found ?? '缺失'}，应为 ${wanted}`,
          ),
        ]
  })

/** Flags that the golden asks for and that no stored version of the record has: those that only the store can tell, too. */
export async function missingFlags(
  { pool }: TrialHub,
  { results }: Receipt,
  { expected, name }: GoldenSample,
): Promise<Words[]> {
  const wanted = expected.records.filter(({ flags, result }) => flags?.length && result !== 'rejected')
  if (wanted.length === 0) return []
  const { rows } = await pool.query<{ id: string; flags: string[] }>(
    'select record_id as id, flags from record_versions',
  )
  const stored = Map.groupBy(rows, ({ id }) => id)
  return wanted.flatMap(({ index, flags = [] }) => {
    const has = (results[index]?.records ?? []).flatMap(({ id }) =>
      (stored.get(id) ?? []).flatMap((row) => row.flags),
    )
    return flags
      .filter((flag) => !has.includes(flag))
      .map((flag) =>
        words(
          `${name} record ${index}: no version has ${flag}`,
          `${name} 第 ${index} 条：没有任何版本带 ${flag}`,
        ),
      )
  })
}
