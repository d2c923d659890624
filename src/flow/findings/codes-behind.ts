import type { Pool } from 'pg'
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

/** What lies behind each code, from a stall back to the farm. */
export async function codesBehind(pool: Pool, roots: ReadonlySet<string>): Promise<Map<string, Behind>> {
  const codes = [...roots]
  const behind = new Map<string, Behind>()
  for (let from = 0; from < codes.length; from += ROOTS_AT_ONCE)
    for (const [root, one] of await walked(pool, codes.slice(from, from + ROOTS_AT_ONCE)))
      behind.set(root, one)
  return behind
}

/** Walks several together, and where that is too much each half by itself: one that comes from too many takes nothing from the others. */
async function walked(pool: Pool, roots: readonly string[]): Promise<Map<string, Behind>> {
  const { from, unread, isCut } = await walk(pool, roots)
  if ((isCut || unread.size > 0) && roots.length > 1) {
    const half = Math.ceil(roots.length / 2)
    const first = await walked(pool, roots.slice(0, half))
    return new Map([...first, ...(await walked(pool, roots.slice(half)))])
  }
  return new Map(
    roots.map((root) => {
      const codes = reached(root, from)
      return [root, { codes, isWhole: !isCut && codes.isDisjointFrom(unread) }]
    }),
  )
}

async function walk(pool: Pool, roots: readonly string[]) {
  const from = new Map<string, Set<string>>()
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
        for (const { to } of links) from.set(to, (from.get(to) ?? new Set()).add(code))
      }
    frontier = [...next]
    for (const code of frontier) seen.add(code)
  }
  return { from, unread: new Set(frontier), isCut }
}

function reached(root: string, from: ReadonlyMap<string, ReadonlySet<string>>): ReadonlySet<string> {
  const seen = new Set([root])
  for (const code of seen) for (const before of from.get(code) ?? []) seen.add(before)
  return seen
}
