import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Link } from '#core/lineage/traced-record.ts'
import { type LinkGroup, type LinkReader, linkGroups } from '#flow/trace/link-groups.ts'

const link = (to: string, n: number): Link => ({
  from: 'lot:A',
  to,
  recordId: `r${n}`,
  version: 1,
  kind: 'sale',
  system: 'one',
  rule: 'batch',
  confidence: 0.95,
  quantity: null,
  unit: null,
  occurredAt: null,
  withRecord: null,
})

/** Gives the links in the order of their ends, as the database does. */
const readerOf =
  (links: readonly Link[]): LinkReader =>
  async (_codes, _way, after, limit) =>
    links.filter(({ to }) => after === null || to > after).slice(0, limit)

async function groupsOf(links: readonly Link[], atOnce: number): Promise<LinkGroup[]> {
  const groups: LinkGroup[] = []
  for await (const some of linkGroups(readerOf(links), ['lot:A'], 'forward', atOnce)) groups.push(...some)
  return groups
}

test('links read in pieces are the links read at once, no code twice and no link lost', async () => {
  const counts = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(counts, fc.integer({ min: 4, max: 9 }), async (perCode, atOnce) => {
      const links = perCode.flatMap((count, code) =>
        Array.from({ length: count }, (_, n) => link(`lot:${String.fromCharCode(97 + code)}`, n)),
      )
      expect(await groupsOf(links, atOnce)).toEqual(await groupsOf(links, 1000))
      expect((await groupsOf(links, atOnce)).flatMap((group) => group.links)).toEqual(links)
    }),
  )
})

test('a code that more links lead to than are read at once is cut, and the codes after it still come', async () => {
  const links = [...Array.from({ length: 9 }, (_, n) => link('lot:a', n)), link('lot:b', 0)]
  expect((await groupsOf(links, 4)).map((group) => `${group.code} ${group.links.length}`)).toEqual([
    'lot:a 4',
    'lot:b 1',
  ])
})
