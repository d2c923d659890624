import type { Pool } from 'pg'
import { isLine } from '#core/balance/lines-once.ts'
import { type LinkReader, linkGroups } from '#flow/trace/link-groups.ts'
import { readLinks } from '#store/lots.ts'

/** Links that are read at once: goods come from few others. */
const LINKS_AT_ONCE = 20_000
/** Codes that are walked from at once. */
const ROOTS_AT_ONCE = 200
/** Codes that are walked through behind these; of goods that come from more by themselves the rest is not known. */
const CODES_MAX = 10_000
const SURE = 0.8

/** What lies behind a code, itself among it. */
export interface Behind {
  readonly codes: ReadonlySet<string>
  /** Whether that is all. */
  readonly isWhole: boolean
}

/** The same of a code that goods bear. */
export interface RootBehind extends Behind {
  /** What lies behind it by what its own records say. */
  readonly own: Behind
  /** What lies behind each lot that is likely the same, written down in another system. */
  readonly lots: ReadonlyMap<string, Behind>
}

/** What lies behind each code, from a stall back to the farm. */
export async function codesBehind(pool: Pool, roots: ReadonlySet<string>): Promise<Map<string, RootBehind>> {
  const codes = [...roots]
  const behind = new Map<string, RootBehind>()
  for (let from = 0; from < codes.length; from += ROOTS_AT_ONCE)
    for (const [root, one] of await walked(pool, codes.slice(from, from + ROOTS_AT_ONCE)))
      behind.set(root, one)
  return behind
}

/** Walks several together, and where that is too much each half by itself: one that comes from too many takes nothing from the others. */
async function walked(pool: Pool, roots: readonly string[]): Promise<Map<string, RootBehind>> {
  const { from, likely, unread, isCut } = await walk(pool, roots)
  if ((isCut || unread.size > 0) && roots.length > 1) {
    const half = Math.ceil(roots.length / 2)
    const first = await walked(pool, roots.slice(0, half))
    return new Map([...first, ...(await walked(pool, roots.slice(half)))])
  }
  const behind = (codes: ReadonlySet<string>): Behind => ({
    codes,
    isWhole: !isCut && codes.isDisjointFrom(unread),
  })
  return new Map(
    roots.map((root) => {
      const all = behind(reached([root], from))
      const lots = likely.get(root)
      if (lots === undefined) return [root, { ...all, own: all, lots: new Map() }]
      const before = [...(from.get(root) ?? [])].filter((code) => !lots.has(code))
      const own = behind(new Set([root, ...reached(before, from)]))
      return [
        root,
        { ...all, own, lots: new Map([...lots].map((lot) => [lot, behind(reached([lot], from))])) },
      ]
    }),
  )
}

async function walk(pool: Pool, roots: readonly string[]) {
  const from = new Map<string, Set<string>>()
  const likely = new Map<string, Set<string>>()
  const seen = new Set(roots)
  let frontier = roots
  let isCut = false
  const readPage: LinkReader = async (codes, way, after, limit) => {
    const page = await readLinks(pool, codes, { way, at: null, after, limit, confidence: SURE })
    // More links of one code than are read at once: nobody knows whose the others are.
    isCut ||= page.length === limit && new Set(page.map((link) => link.from)).size === 1
    return page
  }
  while (frontier.length > 0 && seen.size <= roots.length + CODES_MAX) {
    const next = new Set<string>()
    for await (const groups of linkGroups(readPage, frontier, 'back', LINKS_AT_ONCE))
      for (const { code, links } of groups) {
        if (!seen.has(code)) next.add(code)
        for (const link of links) {
          from.set(link.to, (from.get(link.to) ?? new Set()).add(code))
          if (isLine(link)) likely.set(link.to, (likely.get(link.to) ?? new Set()).add(code))
        }
      }
    frontier = [...next]
    for (const code of frontier) seen.add(code)
  }
  return { from, likely, unread: new Set(frontier), isCut }
}

function reached(
  roots: readonly string[],
  from: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlySet<string> {
  const seen = new Set(roots)
  for (const code of seen) for (const before of from.get(code) ?? []) seen.add(before)
  return seen
}
