import { isCode } from '#core/lineage/codes.ts'
import type { Body } from '#core/model/body.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { Alias, Region } from '#core/model/values.ts'
import { storable } from '#core/text.ts'

/** What a card is of. A market is a site by its node code and may be a party by the same code; the two are different cards. */
export const SUBJECTS = ['party', 'site'] as const
export type Subject = (typeof SUBJECTS)[number]

/** How a record describes one party or site that it names by code. */
export interface Description {
  readonly subject: Subject
  /** `<scheme>:<value>`, sorted, at least one. */
  readonly codes: readonly string[]
  readonly name: string | null
  readonly kind: string | null
  /** GB/T 2260 code that the record gives to the party or site itself, not the region of the event. */
  readonly region: string | null
  readonly role: string
  /** A natural person: the name is masked wherever it is shown. */
  readonly personal: boolean
}

/** More codes than this in one part are no codes of one party; the first ones in order of text count. */
const CODES_MAX = 20
const NAME_MAX = 200

/** Everything that a record says of parties and sites by their codes. One that has a name only is nobody that could be found again. */
export function descriptionsOf(kind: Kind, body: Body): Description[] {
  const found: Description[] = []
  // A finding repeats what its records say.
  if (kind === 'finding') return found
  const add = (subject: Subject, part: NamedPart): void => {
    const codes = codesOf(part.ids)
    if (codes.length === 0) return
    found.push({
      subject,
      codes,
      name: part.name === undefined ? null : cut(part.name),
      kind: part.kind === undefined || part.kind === 'unknown' ? null : part.kind,
      region: part.region?.code ?? null,
      role: part.role,
      personal: subject === 'party' && isPerson(part),
    })
  }
  for (const party of body.parties ?? []) add('party', party)
  for (const site of body.sites ?? []) add('site', site)
  if (body.operator) add('party', body.operator)
  if (kind === 'party' || kind === 'site') add(kind, selfPart(kind, body))
  return found
}

/** A party or a site as a record names it: the two have the same parts. */
interface NamedPart {
  readonly role: string
  readonly ids: readonly Alias[]
  readonly name?: string | undefined
  readonly kind?: string | undefined
  readonly personal?: boolean | undefined
  readonly region?: Region | undefined
}

/** The party or site that the record itself is. */
const selfPart = (subject: Subject, { name, ids = [], region, personal, ...body }: Body): NamedPart => ({
  role: 'self',
  ids,
  name,
  kind: subject === 'party' ? body.partyKind : body.siteKind,
  personal,
  region,
})

/** The text under which a code stands on a card, and beside a record. */
export const codeText = ({ scheme, value }: Pick<Alias, 'scheme' | 'value'>): string => `${scheme}:${value}`

/** The scheme and the value of such a text. */
export function codeParts(code: string): { scheme: string; value: string } {
  const at = code.indexOf(':')
  return { scheme: code.slice(0, at), value: code.slice(at + 1) }
}

function codesOf(ids: readonly Alias[]): string[] {
  const codes = new Set(ids.map((id) => storable(codeText(id))).filter(isCode))
  return [...codes].sort().slice(0, CODES_MAX)
}

const isPerson = ({ kind, personal, ids }: NamedPart): boolean =>
  personal === true || kind === 'person' || ids.some(({ scheme }) => scheme.startsWith('cn.idcard'))

const cut = (name: string): string => storable([...name].slice(0, NAME_MAX).join(''))
