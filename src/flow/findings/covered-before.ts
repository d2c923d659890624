import type { Pool } from 'pg'
import { missingPapers } from '#core/documents/entry-papers.ts'
import { goodsDiffer } from '#core/documents/goods-match.ts'
import type { Body } from '#core/model/body.ts'
import type { MoveRecord } from '#store/goods-moves.ts'
import { readLinks, readMentions } from '#store/lots.ts'
import { readNewestVersions } from '#store/newest-versions.ts'

/** From a stall back to the market, the slaughterhouse and the farm. */
const STEPS = 4
const LINKS_MAX = 5000
const SURE = 0.8
const RECORDS_READ = 20

/**
 * Those of the records whose goods have no papers further back either: papers of the lot that goods were cut or split from count as their own,
 * those of other goods on the same voucher or lorry do not.
 * All are walked back together, step by step, and each by its own links.
 */
export async function coveredBefore(
  pool: Pool,
  lists: readonly (readonly MoveRecord[])[],
): Promise<MoveRecord[][]> {
  const moves = lists.flat()
  if (moves.length === 0) return lists.map(() => [])
  const behind = await codesBehind(
    pool,
    moves.flatMap(({ code }) => code ?? []),
  )
  const types = await typesOf(pool, [...new Set([...behind.values()].flatMap((codes) => [...codes]))])
  const bodies = await readNewestVersions(
    pool,
    moves.map(({ recordId }) => recordId),
  )
  const isBare = ({ recordId, code }: MoveRecord): boolean => {
    const body = bodies.get(recordId)?.body
    if (!body?.occurredAt) return false
    const productClass = body.product?.class ?? null
    const papers = [...(behind.get(code ?? '') ?? [])]
      .flatMap((one) => types.get(one) ?? [])
      .flatMap(({ type, classes }) => (isOf(classes, productClass) ? [type] : []))
    const own = (body.documents ?? []).filter(({ role }) => role === 'upstream').map(({ type }) => type)
    return (
      missingPapers({
        productClass,
        on: body.occurredAt.at.slice(0, 10),
        types: [...own, ...papers],
      }) !== null
    )
  }
  return lists.map((list) => list.filter(isBare))
}

/** What lies behind each code, itself among it. */
async function codesBehind(pool: Pool, codes: readonly string[]): Promise<Map<string, ReadonlySet<string>>> {
  const roots = [...new Set(codes)]
  const from = new Map<string, string[]>()
  let frontier = roots
  const walked = new Set(frontier)
  for (let step = 0; step < STEPS && frontier.length > 0; step++) {
    const links = await readLinks(pool, frontier, {
      way: 'back',
      at: null,
      after: null,
      limit: LINKS_MAX,
      confidence: SURE,
    })
    for (const link of links) from.set(link.to, [...(from.get(link.to) ?? []), link.from])
    frontier = [...new Set(links.map((link) => link.from))].filter((code) => !walked.has(code))
    for (const code of frontier) walked.add(code)
  }
  return new Map(roots.map((root) => [root, reached(root, from)]))
}

function reached(root: string, from: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const seen = new Set([root])
  for (const code of seen) for (const before of from.get(code) ?? []) seen.add(before)
  return seen
}

/** A paper that a record names, with the classes of the goods that the record is about; none where it does not say. */
interface NamedPaper {
  readonly type: string
  readonly classes: readonly string[]
}

/** The papers that active records name in the codes, and beside them. */
async function typesOf(pool: Pool, codes: readonly string[]): Promise<Map<string, readonly NamedPaper[]>> {
  const { records } = await readMentions(pool, codes, { at: null, perCode: RECORDS_READ })
  return new Map(
    [...records].map(([code, list]) => [
      code,
      list
        .filter(({ status, kind }) => status === 'active' && kind !== 'test')
        .flatMap(({ body }) =>
          [...(body.documents ?? []), ...(body.output?.documents ?? [])]
            .filter(({ role }) => role === 'upstream' || role === 'self' || role === 'output')
            // Of more records than are read that of the same goods may be one of the rest.
            .map(({ type }) => ({ type, classes: list.length < RECORDS_READ ? classesOf(body) : [] })),
        ),
    ]),
  )
}

const classesOf = ({ product, input, output }: Body): string[] =>
  [product, input?.product, output?.product].flatMap((one) => one?.class ?? [])

/** Meat is of the animals that it came from; goods of which nothing is known may be any. */
const isOf = (classes: readonly string[], productClass: string | null): boolean =>
  classes.length === 0 ||
  classes.some(
    (one) =>
      goodsDiffer({ productClass: one, productCode: null }, { productClass, productCode: null }) === null,
  )
