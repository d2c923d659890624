import { FINDING_KINDS, FINDING_SEVERITIES, FINDING_STATES } from '#core/findings/finding-kinds.ts'
import { ADMISSIONS, KINDS, type Kind, PAY_METHODS } from '#core/model/kinds.ts'
import { PARTY_KINDS, SITE_KINDS } from '#core/model/parts.ts'

/** How a part of a canonical record is made. */
export type Shape =
  | { readonly is: 'event' | 'time' | 'region' | 'parties' | 'sites' | 'lots' | 'documents' | 'product' }
  | {
      readonly is:
        | 'line'
        | 'quantity'
        | 'price'
        | 'amount'
        | 'flow'
        | 'test'
        | 'words'
        | 'number'
        | 'flag'
        | 'list'
        | 'ids'
    }
  | { readonly is: 'value'; readonly values: readonly string[]; readonly fallback?: string }

const COMMON: Readonly<Record<string, Shape>> = {
  occurredAt: { is: 'event' },
  recordedAt: { is: 'time' },
  region: { is: 'region' },
  origin: { is: 'region' },
  destination: { is: 'region' },
  sites: { is: 'sites' },
  parties: { is: 'parties' },
  lots: { is: 'lots' },
  documents: { is: 'documents' },
  producedOn: { is: 'time' },
  product: { is: 'product' },
  quantity: { is: 'line' },
  mass: { is: 'quantity' },
  price: { is: 'price' },
  amount: { is: 'amount' },
  vehicle: { is: 'words' },
  note: { is: 'words' },
}

const OWN: Readonly<Record<Kind, Readonly<Record<string, Shape>>>> = {
  party: {
    name: { is: 'words' },
    ids: { is: 'ids' },
    partyKind: { is: 'value', values: PARTY_KINDS },
    personal: { is: 'flag' },
  },
  site: { name: { is: 'words' }, ids: { is: 'ids' }, siteKind: { is: 'value', values: SITE_KINDS } },
  document: {},
  production: {
    productionKind: { is: 'value', values: ['planting', 'harvest', 'catch', 'livestock_out'] },
    area: { is: 'number' },
  },
  transformation: {
    process: { is: 'value', values: ['slaughter', 'cutting', 'packing', 'mixing', 'splitting'] },
    input: { is: 'flow' },
    output: { is: 'flow' },
  },
  dispatch: {},
  entry: { admission: { is: 'value', values: ADMISSIONS }, dead: { is: 'number' } },
  test: { test: { is: 'test' }, input: { is: 'flow' } },
  sale: { saleKind: { is: 'value', values: ['wholesale', 'retail', 'summary'] }, refund: { is: 'flag' } },
  payment: { method: { is: 'value', values: PAY_METHODS, fallback: 'unknown' } },
  hold: {
    holdKind: { is: 'value', values: ['stop_sale', 'release', 'recall'] },
    cause: { is: 'words' },
    dueAt: { is: 'time' },
  },
  disposal: { disposalKind: { is: 'value', values: ['destroyed', 'returned', 'rendered'] } },
  inspection: {
    result: { is: 'value', values: ['pass', 'fail', 'rectify', 'unknown'] },
    findings: { is: 'list' },
    dueAt: { is: 'time' },
  },
  finding: {
    findingKind: { is: 'value', values: FINDING_KINDS },
    severity: { is: 'value', values: FINDING_SEVERITIES },
    state: { is: 'value', values: FINDING_STATES },
    subject: { is: 'words' },
    dueAt: { is: 'time' },
  },
}

/** Fields that the schema of the kind cannot do without, beside the minimal set. */
export const REQUIRED: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  payment: ['method'],
  test: ['test'],
  hold: ['holdKind'],
  disposal: ['disposalKind'],
  finding: ['findingKind', 'severity', 'state'],
}

const TARGETS = Object.fromEntries(KINDS.map((kind) => [kind, { ...COMMON, ...OWN[kind] }])) as Readonly<
  Record<Kind, Readonly<Record<string, Shape>>>
>

/** The parts that a record of the kind may have, and how each is made. */
export const targetsOf = (kind: Kind): Readonly<Record<string, Shape>> => TARGETS[kind]

/** What must be known before what: the year before codes are read in it, the goods before their price. */
const FIRST: readonly Shape['is'][] = ['event', 'product', 'line']
export const rankOf = (shape: Shape): number => {
  const rank = FIRST.indexOf(shape.is)
  return rank < 0 ? FIRST.length : rank
}
