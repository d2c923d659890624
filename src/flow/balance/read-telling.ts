import type { Link } from '#core/lineage/traced-record.ts'
import { type LinkReader, linkGroups } from '#flow/trace/link-groups.ts'
import { readLinks, type Way } from '#store/lots.ts'
import type { Reader } from '#store/sighted.ts'

const LINKS_AT_ONCE = 20_000
/** Rules of the links that tell what went in or out; a lot that is sold far and wide has tens of thousands of others. */
const TELLING: ReadonlySet<string> = new Set(['same', 'document', 'stall', 'entered'])
/** Goods that are only likely the same count where rules 4 and 5 are as sure as for a hold. */
const SURE = 0.8

/** All links of these codes that tell; partial where more of them lead to one code than are read at once. */
export async function readTelling(reader: Reader, codes: readonly string[], way: Way) {
  const links: Link[] = []
  let isPartial = false
  const readPage: LinkReader = async (from, of, after, limit) => {
    const page = await readLinks(reader, from, { way: of, at: null, after, limit, confidence: SURE })
    const ends = new Set(page.map((link) => (of === 'back' ? link.from : link.to)))
    isPartial ||= page.length === limit && ends.size === 1
    return page
  }
  for await (const groups of linkGroups(readPage, codes, way, LINKS_AT_ONCE))
    for (const group of groups) for (const link of group.links) if (TELLING.has(link.rule)) links.push(link)
  return { links, isPartial }
}
