import type { GraphCode } from '#core/lineage/codes.ts'
import { type MatchPoint, matchFacts } from '#core/lineage/matching.ts'
import { namedGoods } from '#core/lineage/tested-goods.ts'
import type { Body } from '#core/model/body.ts'
import type { Reader } from '#store/sighted.ts'
import { readTestedCodes } from '#store/tested-codes.ts'
import type { MarketsReader } from './markets-meant.ts'

/** The goods of a test, and the ways in which it meets what was at its stall. */
export interface GoodsOfTest {
  readonly codes: readonly GraphCode[]
  /** Of tickets of that stall and day that nothing else names, where nobody tells what came there: their goods are sold. */
  readonly tickets: readonly GraphCode[]
  readonly points: readonly MatchPoint[]
}

/**
 * The goods of each of the tests, in their order, for cases and traces alike: the lots or papers that it names, else what came to its stall on its day, else what was sold there.
 * @param at ISO text: what was known then; null for what is known now
 * @param markets what else the market of a test is called
 */
export async function goodsOfTests(
  reader: Reader,
  tests: readonly { readonly recordId: string; readonly body: Body }[],
  { at, markets }: { readonly at: string | null; readonly markets: MarketsReader },
): Promise<GoodsOfTest[]> {
  const named = tests.map(({ body }) => namedGoods(body))
  // One that names its goods meets none at its stall.
  const meant = await markets(
    reader,
    tests.map(({ body }, i) => (named[i]?.length ? {} : body)),
  )
  const points = tests.map(({ recordId, body }, i) => matchFacts('test', recordId, body, meant[i]).points)
  const met = await readTestedCodes(
    reader,
    points.map((own, i) => (named[i]?.length ? [] : own)),
    at,
  )
  return named.map((codes, i) => ({
    codes: codes.length > 0 ? codes : (met[i]?.codes ?? []),
    tickets: met[i]?.tickets ?? [],
    points: points[i] ?? [],
  }))
}
