import type { GraphCode } from '#core/lineage/codes.ts'
import { matchFacts } from '#core/lineage/matching.ts'
import { namedGoods } from '#core/lineage/tested-goods.ts'
import type { Body } from '#core/model/body.ts'
import type { Reader } from '#store/sighted.ts'
import { readTestedCodes } from '#store/tested-codes.ts'

/**
 * The goods of each of the tests, in their order, for cases and traces alike: the lots or papers that it names, else what came to its stall on its day, else what was sold there.
 * @param at ISO text: what was known then; null for what is known now
 */
export async function goodsOfTests(
  reader: Reader,
  tests: readonly { readonly recordId: string; readonly body: Body }[],
  at: string | null,
): Promise<GraphCode[][]> {
  const named = tests.map(({ body }) => namedGoods(body))
  const met = await readTestedCodes(
    reader,
    tests.map(({ recordId, body }, i) => (named[i]?.length ? [] : matchFacts('test', recordId, body).points)),
    at,
  )
  return named.map((codes, i) => (codes.length > 0 ? codes : (met[i] ?? [])))
}
