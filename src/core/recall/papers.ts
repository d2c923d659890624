import type { Joined } from '#core/joiner.ts'
import type { GraphCode } from '#core/lineage/codes.ts'
import type { Link } from '#core/lineage/traced-record.ts'
import type { GoodsFact, Telling } from './goods-fact.ts'

/** How goods are told to go on under papers; what goods were turned into was made of all of them. */
const UNDER: ReadonlySet<Telling> = new Set<Telling>(['made', 'dispatched', 'entered', 'sold'])

/** Rules of the links by which goods were turned into others. */
export const TURNS: ReadonlySet<string> = new Set(['transformation', 'entered'])

/**
 * The links by which goods went on. A market writes down the papers under which a lot came as papers of that lot: the goods went from the paper to the lot all the same, and
 * not back into the paper.
 */
export function goingOn(links: readonly Link[]): Link[] {
  const back = backTo(links)
  return links.filter((link) => !back.has(link))
}

function backTo(links: readonly Link[]): Set<Link> {
  const under = new Set(
    links.flatMap(({ kind, from, to }) => (kind === 'document' ? [] : [`${from}\n${to}`])),
  )
  return new Set(
    links.filter(
      ({ kind, rule, from, to }) => kind === 'document' && rule === 'document' && under.has(`${to}\n${from}`),
    ),
  )
}

/** Where a recall begins at a lot itself, and not at the papers under which it came, these are other names of it: nothing else of them is reached. */
export function joinToSources(links: readonly Link[], sources: readonly GraphCode[], joined: Joined): void {
  const first = new Set(sources)
  for (const { from, to } of backTo(links))
    if (first.has(from) && joined.has(from) && joined.has(to)) joined.join(from, to)
}

/**
 * Joins papers that tell of the same goods: papers of several types under which a lot came, such as a quarantine certificate and a meat quality certificate, and a paper about lots of
 * which nothing else tells. Papers of one type are of several loads. A paper that a record of its goods names is one with these, and others beside it are where it is always the same one; the voucher of a
 * sale is the part that was sold.
 */
export function joinPapers(
  arrivals: readonly GoodsFact[],
  sold: ReadonlySet<GraphCode>,
  joined: Joined,
): void {
  const named = new Set(arrivals.flatMap((fact) => (isPlain(fact) ? [] : [...fact.goods, ...fact.papers])))
  joinUntold(arrivals, named, joined)
  const beside: [paper: GraphCode, anchor: GraphCode][] = []
  for (const { tells, from, types } of arrivals) {
    if (!UNDER.has(tells)) continue
    const papers = from.filter((code) => types[code] !== undefined && joined.has(code) && !sold.has(code))
    const free = papers.filter((code) => !named.has(code))
    const [first, ...others] = free
    if (first === undefined) continue
    if (others.some((code) => types[code] !== types[first]))
      for (const other of others) joined.join(first, other)
    for (const anchor of papers)
      if (named.has(anchor))
        for (const paper of free) if (types[paper] !== types[anchor]) beside.push([paper, anchor])
  }
  for (const pairs of Map.groupBy(beside, ([paper]) => joined.find(paper)).values()) {
    const anchors = new Set(pairs.map(([, anchor]) => joined.find(anchor)))
    const [[paper, anchor] = []] = pairs
    if (anchors.size === 1 && paper !== undefined && anchor !== undefined) joined.join(paper, anchor)
  }
}

/**
 * Of lots of which only papers tell a paper tells all that is known: it is these goods, and not who got them. So it is where they were sent off under that paper, as another lot of which the dispatch tells.
 */
function joinUntold(arrivals: readonly GoodsFact[], named: ReadonlySet<GraphCode>, joined: Joined): void {
  const sent = new Set(
    arrivals.flatMap(({ tells, papers, from }) =>
      tells === 'dispatched' ? papers.flatMap((paper) => from.map((lot) => `${lot}\n${paper}`)) : [],
    ),
  )
  for (const fact of arrivals) {
    const [paper] = fact.goods.filter(joined.has)
    const lots = fact.from.filter(joined.has)
    if (!isPlain(fact) || paper === undefined || lots.some((lot) => named.has(lot))) continue
    for (const lot of lots) if (!named.has(paper) || sent.has(`${lot}\n${paper}`)) joined.join(paper, lot)
  }
}

/** Whether a record is a paper about lots that were there before; what was mixed under it is a lot of its own. */
export const isPlain = ({ tells, goods, from, types }: GoodsFact): boolean =>
  tells === 'papered' &&
  goods.every((code) => types[code] !== undefined) &&
  from.every((code) => types[code] === undefined && !code.startsWith('doc:'))
