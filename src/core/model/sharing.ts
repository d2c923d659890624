import { isPersonalCode, isPersonalNumber, isPersonalParty, isPersonalSite } from '#core/personal.ts'
import type { FindingEvidence, FindingNumber, FindingOwner, Sentence } from './finding-parts.ts'
import type { Kind } from './kinds.ts'
import type {
  ChecklistRow,
  DocumentPart,
  FlowPart,
  LotPart,
  PartyPart,
  ProductPart,
  SitePart,
  TestPart,
} from './parts.ts'
import type { CanonicalRecord } from './record.ts'
import type { Alias, Amount, Price, Quantity, Region, When } from './values.ts'

/**
 * Who may see a value: anyone; another department or market that has a part in the goods; whom the administrator lets see secrets of
 * business (prices, amounts, buyers); whom he lets see what is, or may be, of a person.
 */
export const SHARING_CLASSES = ['public', 'partner', 'restricted', 'personal'] as const
export type SharingClass = (typeof SHARING_CLASSES)[number]

/** What a link sees where nobody says otherwise. */
export const DEFAULT_SEES: readonly SharingClass[] = ['public', 'partner']

/** The class of a field, and those of the fields inside it: a value is seen where every class on the way to it is. */
export interface Shared {
  readonly is: SharingClass
  readonly inside?: Rules
  /** What else decides, for the documents, and how: undefined where nothing is left. */
  readonly but?: string
  readonly take?: (value: never, sees: Sees) => unknown
}
type Sees = ReadonlySet<SharingClass>
export type Rules = Readonly<Record<string, Shared>>

/** Every field of a part must have a class; the compiler refuses a new one without. */
type Every<T> = { readonly [Name in keyof Required<T>]: Shared }

const open: Shared = { is: 'public' }
const partner: Shared = { is: 'partner' }
const restricted: Shared = { is: 'restricted' }
const personal: Shared = { is: 'personal' }
const of = (is: SharingClass, inside: Rules): Shared => ({ is, inside })
const taken = <T>(is: SharingClass, but: string, take: (value: T, sees: Sees) => unknown): Shared => ({
  is,
  but,
  take,
})
const PERSON = 'personal where it may be a person’s'

// What the source wrote is `personal` throughout: it is kept because nobody may have understood it, so nobody knows what is in it.
const WHEN = { at: open, precision: open, raw: personal } satisfies Every<When>
const REGION = {
  code: open,
  country: open,
  year: open,
  candidates: open,
  name: open,
  writtenAs: personal,
} satisfies Every<Region>
const ALIAS = { scheme: open, value: open, checkOk: open, raw: personal } satisfies Every<Alias>
const QUANTITY = {
  value: open,
  unit: open,
  raw: personal,
  rawUnit: personal,
  packs: personal,
  approx: open,
} satisfies Every<Quantity>
const PRICE = { value: open, currency: open, per: open, raw: personal } satisfies Every<Price>
const AMOUNT = { value: open, currency: open, raw: personal } satisfies Every<Amount>
const PARTY = {
  role: open,
  name: { is: 'partner', but: PERSON },
  ids: taken('partner', PERSON, codesOf),
  kind: open,
  personal: open,
  region: of('partner', REGION),
} satisfies Every<PartyPart>
const SITE = {
  role: open,
  name: { is: 'partner', but: PERSON },
  ids: taken('partner', PERSON, codesOf),
  kind: open,
  region: of('public', REGION),
} satisfies Every<SitePart>
const LOT = { role: open, scheme: open, value: open, raw: personal } satisfies Every<LotPart>
const DOCUMENT = {
  role: open,
  type: open,
  number: { is: 'partner', but: PERSON },
  scheme: open,
  issuer: open,
  form: open,
  issueType: open,
  basis: open,
  sources: taken('partner', PERSON, numbersOf),
  issuedOn: of('public', WHEN),
  validUntil: of('public', WHEN),
  earTags: partner,
  url: personal,
  signature: personal,
  signedText: personal,
  raw: personal,
} satisfies Every<DocumentPart>
const PRODUCT = {
  code: open,
  name: open,
  class: open,
  ids: of('public', ALIAS),
  raw: personal,
  specification: open,
} satisfies Every<ProductPart>
const TEST = {
  item: open,
  itemCode: open,
  method: open,
  sample: partner,
  sampled: open,
  positive: open,
  value: open,
  operator: open,
  unit: open,
  limit: open,
  raw: personal,
  verdict: open,
  screening: open,
  device: partner,
} satisfies Every<TestPart>
const FLOW = {
  lots: of('partner', LOT),
  documents: taken('partner', PERSON, documentsOf),
  product: of('public', PRODUCT),
  quantity: of('partner', QUANTITY),
  mass: of('partner', QUANTITY),
} satisfies Every<FlowPart>

// Remarks are free text, in which anything may stand.
const CHECKLIST_ROW = { item: partner, result: open, note: personal } satisfies Every<ChecklistRow>
const FINDING_OWNER = { role: open, region: of('public', REGION) } satisfies Every<FindingOwner>
const FINDING_NUMBER = { name: open, value: open, unit: open } satisfies Every<FindingNumber>
const FINDING_EVIDENCE = { id: open, version: open } satisfies Every<FindingEvidence>
const SENTENCE = { en: open, zh: open } satisfies Every<Sentence>

/** The class of each part, by the name under which the documents have it. */
export const PART_SHARING = {
  When: WHEN,
  Region: REGION,
  Alias: ALIAS,
  Quantity: QUANTITY,
  Price: PRICE,
  Amount: AMOUNT,
  PartyPart: PARTY,
  SitePart: SITE,
  LotPart: LOT,
  DocumentPart: DOCUMENT,
  ProductPart: PRODUCT,
  TestPart: TEST,
  FlowPart: FLOW,
  ChecklistRow: CHECKLIST_ROW,
  FindingOwner: FINDING_OWNER,
  FindingNumber: FINDING_NUMBER,
  FindingEvidence: FINDING_EVIDENCE,
  Sentence: SENTENCE,
} as const satisfies Record<string, Rules>

/** The class of each field of a record. Its identity is always shared: a receiver could not tell records and versions apart. */
export const RECORD_SHARING = {
  kind: open,
  id: open,
  system: open,
  record: open,
  key: open,
  version: open,
  status: open,
  schema: open,
  receivedAt: open,
  message: open,
  mapping: open,
  replay: open,
  occurredAt: of('public', WHEN),
  recordedAt: of('public', WHEN),
  region: of('public', REGION),
  origin: of('public', REGION),
  destination: of('partner', REGION),
  sites: taken('public', PERSON, sitesOf),
  parties: taken('partner', 'restricted where the role is of a buyer or payer', partiesOf),
  lots: of('partner', LOT),
  documents: taken('partner', PERSON, documentsOf),
  producedOn: of('public', WHEN),
  product: of('public', PRODUCT),
  quantity: of('partner', QUANTITY),
  mass: of('partner', QUANTITY),
  price: of('restricted', PRICE),
  amount: of('restricted', AMOUNT),
  vehicle: personal,
  note: personal,
  raw: personal,
  void: of('public', { reason: personal, at: of('public', WHEN) }),
  flags: open,
  name: { is: 'partner', but: PERSON },
  ids: taken('partner', PERSON, codesOf),
  partyKind: open,
  personal: open,
  contactDigest: personal,
  siteKind: open,
  parent: of('partner', ALIAS),
  operator: taken('partner', PERSON, partyOf),
  geo: restricted,
  productionKind: open,
  area: partner,
  process: open,
  input: of('public', FLOW),
  output: of('public', FLOW),
  admission: open,
  dead: partner,
  test: of('public', TEST),
  saleKind: open,
  refund: open,
  method: restricted,
  holdKind: open,
  // Free text, in which anything may stand.
  cause: personal,
  dueAt: of('public', WHEN),
  disposalKind: open,
  result: open,
  findings: personal,
  checklist: of('partner', CHECKLIST_ROW),
  answers: partner,
  photos: partner,
  findingKind: open,
  severity: open,
  state: open,
  // Numbers of papers and names of places stand in it.
  subject: partner,
  owner: of('public', FINDING_OWNER),
  numbers: of('partner', FINDING_NUMBER),
  sentence: of('partner', SENTENCE),
  evidence: of('partner', FINDING_EVIDENCE),
  decidedBy: open,
} satisfies Every<CanonicalRecord>

/** Kinds that are a secret as a whole: without it nothing is left that a receiver could use. */
const KIND_SHARING: Partial<Record<Kind, SharingClass>> = { payment: 'restricted', finding: 'partner' }

/** The class of a kind as a whole. */
export const kindSharing = (kind: Kind): SharingClass => KIND_SHARING[kind] ?? 'public'

/** Parties who pay or to whom goods are sold: who trades with whom is a secret of business. */
const RESTRICTED_ROLES: ReadonlySet<string> = new Set([
  'buyer',
  'payer',
  'payee',
  'consignee',
  'principal',
] satisfies PartyPart['role'][])

/**
 * Classes that a path into a record, as mappings write it (`parties.buyer.name`, `price.value`), certainly needs; what depends on the record
 * is not among them, and a path to what is looked up elsewhere needs none.
 */
export function classesOf(path: string): readonly SharingClass[] {
  const [first = '', ...steps] = path.split(/(?<!\\)\./)
  let rule: Shared | undefined = Object.hasOwn(RECORD_SHARING, first)
    ? RECORD_SHARING[first as keyof typeof RECORD_SHARING]
    : undefined
  if (rule === undefined) return []
  const classes = new Set([rule.is])
  if (first === 'parties' && RESTRICTED_ROLES.has(steps[0] ?? '')) classes.add('restricted')
  for (const step of steps) {
    rule = rule?.inside?.[step]
    if (rule) classes.add(rule.is)
  }
  return [...classes]
}

/** Whether nothing is hidden from who sees these classes. */
export const seesAll = (sees: readonly SharingClass[]): boolean =>
  SHARING_CLASSES.every((one) => sees.includes(one))

/**
 * What of a record may be seen by who sees these classes; null where its kind may not. What has no class is seen by nobody. The
 * record given is not changed.
 */
export function sharedRecord(
  record: CanonicalRecord,
  classes: readonly SharingClass[],
): CanonicalRecord | null {
  if (seesAll(classes)) return record
  const sees: Sees = new Set(classes)
  const { kind } = record
  if (!sees.has(kindSharing(kind))) return null
  const seen = partOf(record, RECORD_SHARING, sees)
  const isPerson =
    kind === 'party'
      ? isPersonalParty({ ...record, kind: record.partyKind })
      : kind === 'site' && isPersonalSite(record)
  if (isPerson && !sees.has('personal')) delete seen['name']
  return seen as unknown as CanonicalRecord
}

/** The fields of a part whose classes are seen, in their order. */
function partOf(part: object, rules: Rules, sees: Sees): Record<string, unknown> {
  const seen: Record<string, unknown> = {}
  for (const name of Object.keys(part)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
    if (rule === undefined || !sees.has(rule.is)) continue
    const value = (part as Record<string, unknown>)[name]
    const shown =
      rule.take !== undefined
        ? rule.take(value as never, sees)
        : rule.inside !== undefined
          ? insideOf(value, rule.inside, sees)
          : value
    if (shown !== undefined) seen[name] = shown
  }
  return seen
}

const insideOf = (value: unknown, rules: Rules, sees: Sees): unknown => {
  if (Array.isArray(value)) return value.map((member) => insideOf(member, rules, sees))
  return typeof value === 'object' && value !== null ? partOf(value, rules, sees) : value
}

function codesOf(ids: readonly Alias[], sees: Sees): Alias[] {
  const shown = sees.has('personal') ? ids : ids.filter((id) => !isPersonalCode(id))
  return shown.map((id) => partOf(id, ALIAS, sees) as Alias)
}

/** A party by its role; one of whom neither name nor code is seen is not there. */
function partyOf(party: PartyPart, sees: Sees): PartyPart | undefined {
  if (RESTRICTED_ROLES.has(party.role) && !sees.has('restricted')) return undefined
  const seen = partOf(party, PARTY, sees) as PartyPart
  if (!sees.has('personal') && isPersonalParty(party)) delete seen.name
  return seen.name === undefined && seen.ids.length === 0 ? undefined : seen
}

function partiesOf(parties: readonly PartyPart[], sees: Sees): PartyPart[] {
  return parties.flatMap((party) => partyOf(party, sees) ?? [])
}

/** Where it happened; without the class of its codes and names a site is a place of a kind in a region. */
function sitesOf(sites: readonly SitePart[], sees: Sees): SitePart[] {
  return sites.map((site) => {
    const seen = partOf(site, SITE, sees) as SitePart
    if (!sees.has('personal') && isPersonalSite(site)) delete seen.name
    return sees.has('partner') ? seen : { ...seen, ids: [] }
  })
}

/** Papers whose numbers are seen: without its number a paper is none. */
function documentsOf(documents: readonly DocumentPart[], sees: Sees): DocumentPart[] {
  return documents
    .filter(({ number }) => sees.has('personal') || !isPersonalNumber(number))
    .map((document) => partOf(document, DOCUMENT, sees) as DocumentPart)
}

function numbersOf(numbers: readonly string[], sees: Sees): string[] {
  return sees.has('personal') ? [...numbers] : numbers.filter((number) => !isPersonalNumber(number))
}
