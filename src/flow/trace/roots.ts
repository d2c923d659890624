import { HubError } from '#core/errors.ts'
import { codesMeant } from '#core/lineage/codes.ts'
import { parseGraphCode } from '#core/lineage/graph-code.ts'
import {
  isTagTail,
  nodesOf,
  otherCodesMeant,
  otherScheme,
  type TagOfPaper,
  tagOfPaper,
  tagsEnding,
} from '#core/lineage/other-codes.ts'
import { SCANNED_MAX, scannedAddress } from '#core/lineage/scanned.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import { goodsOfTests } from '#flow/matching/goods-of-tests.ts'
import { asWritten, marketsMeant } from '#flow/matching/markets-meant.ts'
import { readMentions } from '#store/lots.ts'
import { readMentioned, readNamed } from '#store/mentioned.ts'
import type { Reader } from '#store/sighted.ts'

/** How a node was found whose own code is not the one that was typed. */
export interface FoundBy {
  readonly scheme: string
  /** The code as the record has it: an ear tag, the number of a ticket, an element string of GS1. */
  readonly value: string
}

/** What a typed code may mean: the nodes to walk from. */
export interface Meant {
  readonly roots: readonly string[]
  /** By node; one certificate may hold several ear tags that end with the digits that were typed. */
  readonly found: ReadonlyMap<string, readonly FoundBy[]>
}

const CODE_MAX = 200
/** Goods of one test that are begun from. */
const GOODS_OF_TEST = 50
/** Records of one certificate's number that are looked at for its ear tags. */
const PAPER_RECORDS = 20

/**
 * What the code may mean, as of a time where one is given: codes of the graph first, then what records call themselves or list otherwise.
 * HubError `not_found` where nothing that counts mentions it, `invalid_request` where it cannot be a code.
 */
export async function rootsOf(
  reader: Reader,
  code: string,
  systems: readonly string[],
  at: string | null,
): Promise<Meant> {
  refuseNoCode(code)
  const isOwn = parseGraphCode(code.trim()) !== null
  const tag = isOwn ? null : tagOfPaper(code)
  const [direct, others, tagged] = await Promise.all([
    readMentioned(reader, codesMeant(code, systems), at),
    isOwn ? [] : readOthers(reader, code, at),
    tag ? readTagged(reader, tag, at) : [],
  ])
  const found = new Map<string, FoundBy[]>()
  for (const [node, by] of [...tagged, ...others]) {
    if (direct.includes(node)) continue
    const list = found.get(node) ?? []
    list.push(by)
    found.set(node, list)
  }
  const roots = [...direct, ...found.keys()]
  if (roots.length === 0) throw new HubError('not_found', { detail: missing(code) })
  return { roots, found }
}

/** @throws HubError `invalid_request` for a text that is longer than a code, or than what a scanner gives, or that no database takes. */
export function refuseNoCode(text: string): void {
  const most = scannedAddress(text) === null ? CODE_MAX : SCANNED_MAX
  if (text.length > most || text.includes('\0'))
    throw new HubError('invalid_request', { detail: `a code has at most ${most} characters` })
}

const missing = (code: string): string =>
  isTagTail(code)
    ? 'no record mentions this code; the last digits of an ear tag go behind the number of its certificate, such as "3308000218 301"'
    : 'no record mentions this code'

type Node = readonly [node: string, by: FoundBy]

async function readOthers(reader: Reader, text: string, at: string | null): Promise<Node[]> {
  const named = await readNamed(reader, otherCodesMeant(text), at)
  const nodes = await Promise.all(
    named.map(async ({ code, record }): Promise<Node[]> => {
      const scheme = otherScheme(code)
      const by = { scheme, value: scheme === 'url' ? text.trim() : code.slice(code.indexOf(':') + 1) }
      return (await nodesTold(reader, record, at)).map((node) => [node, by])
    }),
  )
  return nodes.flat().filter(isOfOne)
}

/** An address that many certificates bear is that of a site and tells none of them. */
const isOfOne = ([node, { scheme }]: Node, _: number, all: readonly Node[]): boolean =>
  scheme !== 'url' || all.every(([other, by]) => by.scheme !== 'url' || other === node)

/** The nodes of a record; of a test its goods. */
async function nodesTold(
  reader: Reader,
  { kind, id, body }: TracedRecord,
  at: string | null,
): Promise<readonly string[]> {
  if (kind !== 'test') return nodesOf(kind, id, body)
  // Who sees a part of the hub does not see which names others gave a market.
  const markets = reader.mentioning ? asWritten : marketsMeant
  const [goods] = await goodsOfTests(reader, [{ recordId: id, body }], { at, markets })
  const codes = goods ? [...goods.codes, ...goods.tickets] : []
  return codes.length > 0 ? codes.slice(0, GOODS_OF_TEST) : nodesOf(kind, id, body)
}

async function readTagged(reader: Reader, { paper, tail }: TagOfPaper, at: string | null): Promise<Node[]> {
  const { records } = await readMentions(reader, [paper], { at, perCode: PAPER_RECORDS })
  const tags = (records.get(paper) ?? []).flatMap(({ body }) => tagsEnding(body, tail))
  return [...new Set(tags)].map((value) => [
    paper,
    { scheme: value.length === 15 ? 'cn.eartag15' : 'cn.eartag.tail3', value },
  ])
}
