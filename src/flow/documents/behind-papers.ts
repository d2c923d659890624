import type { Link } from '#core/lineage/traced-record.ts'
import { LINKS_AT_ONCE } from '#flow/trace/link-groups.ts'
import { EXACT, SURE_ENOUGH } from '#flow/trace/public-load.ts'
import { readCrowd } from '#store/crowded-stalls.ts'
import { readWalk } from '#store/lots.ts'
import type { Reader } from '#store/sighted.ts'

/** Steps back from the papers, as the public page takes them, and codes that are reached from all of them together. */
const STEPS = 12
const CODES_MAX = 5000

/**
 * The links behind papers that are sure enough for a hold to spread over, by one statement. Where a stall sold so much under them that likely links fill a step, those behind which no more was
 * read: the exact ones, and likely ones to goods that were at that stall, held goods first, as the public page does.
 */
export async function linksBehind(hub: Reader, papers: readonly string[]): Promise<readonly Link[]> {
  const steps = await stepsBehind(hub, papers, SURE_ENOUGH)
  const links = steps.flat()
  const isWhole = steps.length >= STEPS || steps.at(-1)?.length === 0
  if (isWhole || !links.some(isLikely)) return links
  const crowd = await readCrowd(hub, papers, CODES_MAX)
  const near = crowd.map(({ from }) => from).filter((code) => !papers.includes(code))
  return [...crowd, ...(await stepsBehind(hub, [...new Set([...papers, ...near])], EXACT)).flat()]
}

/** Whether it is told by who, what and when alone, and no record names both. */
export const isLikely = ({ confidence }: Link): boolean => confidence < EXACT

const stepsBehind = async (hub: Reader, from: readonly string[], confidence: number): Promise<Link[][]> =>
  await readWalk(
    hub,
    { way: 'back', from, before: [], done: 0 },
    { at: null, confidence, steps: STEPS, limit: LINKS_AT_ONCE, nodes: CODES_MAX, cut: false },
  )
