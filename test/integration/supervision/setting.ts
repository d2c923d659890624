import { readFile } from 'node:fs/promises'
import type { Pool } from 'pg'
import { logFollower } from '#flow/follow/log-follower.ts'
import { supervisionReader } from '#flow/supervision/follow-supervision.ts'
import type { TestApi } from '#test/api.ts'

const follower = logFollower('supervision', 200, [supervisionReader])

/** Lets the counters come up to the end of the log. */
export async function countAll(pool: Pool): Promise<void> {
  while ((await follower.step(pool)) !== 'done');
}

/** Counts everything anew from the start of the log. */
export async function recount(pool: Pool): Promise<void> {
  await pool.query(`delete from followers where name = 'supervision'`)
  await pool.query(
    'truncate supervision_lines, supervision_names, supervision_traders, supervision_figures, supervision_places',
  )
  await countAll(pool)
}

const XML = 'text/xml; charset=utf-8'
const JSON_TYPE = 'application/json; charset=utf-8'
const SHEET = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/** The samples of 2024-04-15 that tell of markets in Hangzhou, with the certificates of the day and the trades of 嘉兴. */
export const DAY: readonly (readonly [path: string, file: string, type: string])[] = [
  ['mofcom-city/retail-entry', 'retail_market_in_info_330105012_20240415.xml', XML],
  ['mofcom-city/retail-entry', 'retail_market_in_info_330110021_20240415.xml', XML],
  ['mofcom-city/retail-entry', 'retail_market_in_info_330103007_20240415.xml', XML],
  ['mofcom-city/retail-summary', 'retail_market_tran_info_summ_330105012_20240415.xml', XML],
  ['mofcom-city/retail-summary', 'retail_market_tran_info_summ_330110021_20240415.xml', XML],
  ['mofcom-city/market-entry', 'market_in_info_330109004_20240415.xml', XML],
  ['mofcom-city/market-trade', 'market_tran_info_330109004_20240415.xml', XML],
  ['mofcom-city/market-test', 'market_detection_info_330109004_20240415.xml', XML],
  ['market-scales/ticket', 'one.ndjson', 'application/x-ndjson'],
  ['rapid-test/result', 'one.json', JSON_TYPE],
  ['rapid-test/result', 'day.json', JSON_TYPE],
  ['stall-ledger/stock-in', 'C-032-april.xlsx', SHEET],
  ['stall-ledger/stock-in', 'C-007-kg.xlsx', SHEET],
  ['jiaxing-wholesale/trade', 'one.json', JSON_TYPE],
  ['jiaxing-wholesale/trade', 'day.json', JSON_TYPE],
  ['zj-agri-certificate/certificate', 'one.json', JSON_TYPE],
  ['zj-agri-certificate/certificate', 'day.json', JSON_TYPE],
]

/** Pushes samples as the systems would. */
export async function pushSamples(api: TestApi, samples: typeof DAY): Promise<void> {
  for (const [path, file, type] of samples) {
    const [system = ''] = path.split('/')
    const bytes = await readFile(`mappings/${system}/samples/valid/${file}`)
    const answer = await api.push(path, bytes, { type })
    if (answer.statusCode !== 200) throw new Error(`${path} ${file}: ${answer.statusCode} ${answer.body}`)
  }
}
