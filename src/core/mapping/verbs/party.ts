import {
  type Compiling,
  choiceOf,
  type Evaluate,
  entryOf,
  mapOf,
  textOf,
} from '#core/mapping/compile/compiling.ts'
import type { MapNode, Node } from '#core/mapping/compile/node.ts'
import { note, type Run } from '#core/mapping/run/run.ts'
import { nameOf } from '#core/mapping/run/words.ts'
import type { PartyPart, SitePart } from '#core/model/parts.ts'
import { PARTY_KINDS, PARTY_ROLES, SITE_KINDS, SITE_ROLES } from '#core/model/parts.ts'
import type { Alias } from '#core/model/values.ts'
import { isOrganisationName } from '#core/organisation-name.ts'
import { looksLikeTestData } from '#core/test-data.ts'
import { type CodePlan, compileCode } from './code.ts'
import { compileText, type TextPlan } from './text.ts'

/**
 * Parties and sites, by role: `code` (one, or a list of several), `name`, `kind`. One without a code and a name is none. A citizen
 * identity number makes the party personal; it is kept as a digest, or left out where the hub has no key for digests. `personal:
 * true` says that the name is a person's, `personal: by-name` that it is unless it ends as names of organisations do.
 */
export const PARTY_EXAMPLE = {
  mapping: '{ parties.buyer: { code: { from: buyerCode, scheme: cn.mofcom.operator13 }, name: buyerName } }',
  target: 'parties',
  in: { buyerCode: '3301050120045', buyerName: ' 秀英示例蔬菜摊 ' },
  out: [
    {
      ids: [{ scheme: 'cn.mofcom.operator13', value: '3301050120045' }],
      name: '秀英示例蔬菜摊',
      role: 'buyer',
    },
  ],
} as const

export type Group = 'parties' | 'sites'
export const ROLES = { parties: PARTY_ROLES, sites: SITE_ROLES } as const
const KINDS = { parties: PARTY_KINDS, sites: SITE_KINDS } as const

/** A party or a site: the two have the same parts but for their roles and kinds. */
type Part = PartyPart & SitePart

/** What can be known of the one that a record names, compiled. `same` remembers the last ones, which come again and again. */
export function compileParty(
  c: Compiling,
  node: Node,
  target: string,
  group: Group,
  role: string,
): Evaluate<Part> | null {
  const names = group === 'parties' ? ['code', 'name', 'kind', 'personal'] : ['code', 'name', 'kind']
  const map = mapOf(c, node, target, names, `${target}: { code: field, name: field }`)
  if (map === null) return null
  const codes = codePlans(c, map, target)
  const nameNode = entryOf(map, 'name')
  const name = nameNode === undefined ? undefined : compileText(c, nameNode, `${target}.name`)
  const kindNode = entryOf(map, 'kind')
  const kind =
    kindNode === undefined
      ? undefined
      : compileText(c, kindNode, `${target}.kind`, [], { values: KINDS[group] })
  const personalNode = entryOf(map, 'personal')
  const personal =
    personalNode === undefined
      ? ('false' as const)
      : choiceOf(c, personalNode, `${target}.personal`, PERSONAL)
  if (codes?.length === 0 && nameNode === undefined)
    c.mistakes.add(node.at, target, 'missing', { wanted: 'code' })
  if (codes === null || name === null || kind === null || personal === null) return null
  return evaluator({ codes, name, kind, personal }, role, `${target}.name`)
}

interface Parts {
  readonly codes: readonly CodePlan[]
  readonly name: TextPlan | undefined
  readonly kind: TextPlan | undefined
  readonly personal: (typeof PERSONAL)[number]
}

const SAME = 4096

/** One that came before, with the texts that it came from. */
interface Same {
  readonly name: string | undefined
  readonly part: Part
}

function evaluator(parts: Parts, role: string, nameTarget: string): Evaluate<Part> {
  const { codes, name, kind } = parts
  const [only] = codes
  if (only === undefined || codes.length > 1 || kind !== undefined) {
    return (run) => make(run, parts, role, wordsOfName(run, name?.read(run), nameTarget))
  }
  const readName = name?.read
  let known = new Map<string, Same>()
  return (run) => {
    const written = readName === undefined ? undefined : readName(run)
    const nameField = run.field
    const code = only.read(run)
    if (code === undefined) {
      run.field = nameField
      const words = wordsOfName(run, written, nameTarget)
      return words === undefined ? undefined : part(role, [], words, undefined, isPersonal(parts, words))
    }
    const same = known.get(code)
    if (same !== undefined && same.name === written) return same.part
    const reading = only.of(run, code)
    run.field = nameField
    const words = wordsOfName(run, written, nameTarget)
    const alias = reading?.alias ?? null
    const personal = isPersonal(parts, words) || reading?.personal === true
    if (alias === null && words === undefined) return undefined
    const made = part(role, alias === null ? [] : [alias], words, undefined, personal)
    // Only what gave no doubt is remembered: a doubt has to be told every time.
    const isTrial = words !== undefined && looksLikeTestData(words)
    if (reading === undefined || reading.bits !== 0 || isTrial || run.rejected) return made
    if (known.size >= SAME) known = new Map()
    known.set(code, { name: written, part: made })
    return made
  }
}

/** `by-name`: a field that may hold a person or an organisation; what is not plainly an organisation is taken for a person. */
const PERSONAL = ['true', 'false', 'by-name'] as const

const isPersonal = ({ personal }: Parts, words: string | undefined): boolean =>
  personal === 'by-name' ? words !== undefined && !isOrganisationName(words) : personal === 'true'

function wordsOfName(run: Run, written: string | undefined, target: string): string | undefined {
  const words = written === undefined ? undefined : nameOf(run, written, target)
  // The name may be a person's after all: it is not told.
  if (words !== undefined && looksLikeTestData(words)) note(run, 'W_TEST_DATA', 'test_data', { target })
  return words
}

function make(run: Run, parts: Parts, role: string, words: string | undefined): Part | undefined {
  const ids: Alias[] = []
  let personal = isPersonal(parts, words)
  for (const code of parts.codes) {
    const reading = code.evaluate(run)
    if (reading === undefined) continue
    personal ||= reading.personal
    const { alias } = reading
    if (alias !== null && !ids.some((id) => id.scheme === alias.scheme && id.value === alias.value))
      ids.push(alias)
  }
  if (ids.length === 0 && words === undefined) return undefined
  return part(role, ids, words, parts.kind?.read(run), personal)
}

/** The parts in the order in which the content of records is compared. */
function part(
  role: string,
  ids: Alias[],
  name: string | undefined,
  kind: string | undefined,
  personal: boolean,
): Part {
  return {
    ids,
    ...(kind === undefined ? {} : { kind }),
    ...(name === undefined ? {} : { name }),
    ...(personal ? { personal } : {}),
    role,
  } as Part
}

function codePlans(c: Compiling, map: MapNode, target: string): CodePlan[] | null {
  const node = entryOf(map, 'code')
  if (node === undefined) return []
  const nodes = node.is === 'list' ? node.members : [node]
  const plans: CodePlan[] = []
  nodes.forEach((member, i) => {
    const plan = compileCode(c, member, node.is === 'list' ? `${target}.code.${i}` : `${target}.code`)
    if (plan !== null) plans.push(plan)
  })
  return plans.length === nodes.length ? plans : null
}

/** A role that is one of the group's. */
export function roleOf(c: Compiling, node: Node, target: string, known: readonly string[]): string | null {
  const text = textOf(c, node, target)
  return text === null ? null : choiceOf(c, node, target, known)
}
