import type { Link } from '#core/lineage/traced-record.ts'
import type { Way } from '#store/lots.ts'

/** Reads the links one step from the codes, ordered by the code that they lead to, after a code, at most `limit`. */
export type LinkReader = (
  codes: readonly string[],
  way: Way,
  after: string | null,
  limit: number,
) => Promise<readonly Link[]>

/** The links of one step that lead to the same code. */
export interface LinkGroup {
  readonly code: string
  readonly links: readonly Link[]
}

/** Links fetched at once. A single code that more of them lead to is shown with as many. */
export const LINKS_AT_ONCE = 4000

/** All links one step from the codes, gathered by the code that they lead to, in the reader's order: the groups of each read together, in bounded memory. */
export async function* linkGroups(
  read: LinkReader,
  codes: readonly string[],
  way: Way,
  atOnce = LINKS_AT_ONCE,
): AsyncGenerator<readonly LinkGroup[]> {
  if (codes.length === 0) return
  for (let after: string | null = null; ; ) {
    const links: readonly Link[] = await read(codes, way, after, atOnce)
    const groups = gather(links, way)
    // The last code of a full read may have more links: it is read again from its beginning.
    const isLast = links.length < atOnce
    if (!isLast && groups.length > 1) groups.pop()
    yield groups
    if (isLast) return
    after = groups.at(-1)?.code ?? null
  }
}

function gather(links: readonly Link[], way: Way): LinkGroup[] {
  const groups = new Map<string, Link[]>()
  for (const link of links) {
    const code = way === 'back' ? link.from : link.to
    const group = groups.get(code)
    if (group) group.push(link)
    else groups.set(code, [link])
  }
  return [...groups].map(([code, members]) => ({ code, links: members }))
}
