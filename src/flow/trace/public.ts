import type { Pool } from 'pg'
import type { GraphCode } from '#core/lineage/codes.ts'
import { gs1CodesMeant, nodesOf } from '#core/lineage/other-codes.ts'
import { codesOfAddress } from '#core/lineage/scanned.ts'
import { readNamed } from '#store/mentioned.ts'
import type { LoadedTrace } from './load-trace.ts'
import { publicCandidates } from './public-candidates.ts'
import { choiceOf, publicCodes } from './public-codes.ts'
import { groupsOf, loadPublic } from './public-load.ts'
import type { PublicCandidates, PublicTrace } from './public-trace.ts'
import { publicView } from './public-view.ts'

/** What anyone asks. */
export interface PublicQuestion {
  /** As it was scanned or typed. */
  readonly code: string
  /** Choice between candidates, as they name themselves. */
  readonly of?: string | undefined
  /** Systems whose own batch numbers the code may be. */
  readonly systems: readonly string[]
  /** YYYY-MM-DD: the day for which papers are judged. */
  readonly on: string
}

export interface PublicAnswer {
  /** The path, or what the code may mean; null for a code that no record tells of, or that can be none. */
  readonly found:
    | { readonly is: 'path'; readonly trace: PublicTrace }
    | { readonly is: 'candidates'; readonly candidates: PublicCandidates }
    | null
  /** The answer stays true until a record that mentions one of these codes, or a version of one of these records, comes. */
  readonly codes: readonly GraphCode[]
  readonly records: readonly string[]
}

/** The path behind a code as anyone may see it, what the code may mean where it is ambiguous, or nothing. */
export async function askPublic(
  pool: Pool,
  { code, of, systems, on }: PublicQuestion,
): Promise<PublicAnswer> {
  const gs1 = gs1CodesMeant(code)
  const meant = [...publicCodes(code, systems), ...(await goodsOfGs1(pool, gs1))]
  const trace = await loadPublic(pool, meant)
  const asked = [...meant, ...gs1]
  if (!trace) return { found: null, codes: asked, records: [] }
  const groups = groupsOf(trace)
  const chosen =
    groups.length === 1 ? groups[0] : groups.find((group) => group.some((root) => choiceOf(root) === of))
  if (!chosen)
    return {
      found: { is: 'candidates', candidates: publicCandidates(shownCode(code), groups, trace) },
      ...restsOn(asked, trace),
    }
  // What lies behind the others is no part of its path.
  const own = groups.length === 1 ? trace : ((await loadPublic(pool, chosen)) ?? trace)
  return { found: { is: 'path', trace: publicView(shownCode(code), own, on) }, ...restsOn(asked, trace, own) }
}

/** Goods that records tell of by a GTIN with a lot or a serial, whichever form of GS1 either has. */
async function goodsOfGs1(pool: Pool, gs1: readonly string[]): Promise<GraphCode[]> {
  const named = await readNamed(pool, gs1, null)
  return named.flatMap(({ record: { kind, id, body } }) => nodesOf(kind, id, body))
}

/** Who scanned the address of another system sees its code, and labels that are printed hold that alone. */
function shownCode(code: string): string {
  const [held, ...others] = codesOfAddress(code) ?? []
  return held === undefined || others.length > 0 ? code : held
}

function restsOn(
  meant: readonly GraphCode[],
  ...loaded: readonly LoadedTrace[]
): Pick<PublicAnswer, 'codes' | 'records'> {
  const codes = new Set(meant)
  const ids = new Set<string>()
  for (const { nodes, records } of loaded) {
    for (const { code } of nodes) codes.add(code)
    for (const list of records.values()) for (const { id } of list) ids.add(id)
  }
  return { codes: [...codes], records: [...ids] }
}
