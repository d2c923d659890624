import type { Pool } from 'pg'
import { orderOf } from '#core/cases/states.ts'
import { type UnknownGoods, whyUnknown } from '#core/cases/unknown-goods.ts'
import { type CaseLotRow, readFailedTests } from '#store/case-lots.ts'
import type { CaseRow } from '#store/cases.ts'
import { readTracedVersions } from '#store/lots.ts'

/** Tests that are looked at: they are of one stall, or of as little. */
const TESTS_MAX = 20

/** Why no lot of a case is held though its goods are stopped: what its test lacks; null where one is held, or they are let go. */
export async function unknownGoods(
  pool: Pool,
  found: CaseRow,
  lots: readonly Pick<CaseLotRow, 'holdRecord'>[],
): Promise<UnknownGoods | null> {
  const order = orderOf(found.state, found.confirmedAt !== null)
  if (lots.some(({ holdRecord }) => holdRecord !== null) || order === 'release') return null
  const tests = await readFailedTests(pool, found.id, { page: { after: 0, limit: TESTS_MAX } })
  const told = [...(await readTracedVersions(pool, tests)).values()]
  const teller = told.find(({ id }) => id === found.testId) ?? told[0]
  return teller ? whyUnknown(teller.id, teller.body) : null
}
