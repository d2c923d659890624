import type { Flag } from '#core/flags.ts'
import type { FindingEvidence, FindingNumber, FindingOwner, Sentence } from './finding-parts.ts'
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
import type { Alias, Amount, Price, Quantity, Region, When } from './values.ts'

/**
 * Content of a canonical record of any kind, as the mapping emits it. Which parts a kind may have is said by `BODY_SCHEMAS`,
 * from which the validators are made; this type is the union of the parts, so that the ways of a record need no fourteen cases.
 */
export interface Body {
  occurredAt?: When
  recordedAt?: When
  region?: Region
  origin?: Region
  destination?: Region
  sites?: SitePart[]
  parties?: PartyPart[]
  lots?: LotPart[]
  documents?: DocumentPart[]
  producedOn?: When
  product?: ProductPart
  quantity?: Quantity
  mass?: Quantity
  price?: Price
  amount?: Amount
  vehicle?: string
  note?: string
  raw?: Record<string, string>
  void?: { reason?: string; at?: When }
  flags: Flag[]
  name?: string
  ids?: Alias[]
  partyKind?: string
  personal?: boolean
  contactDigest?: string
  siteKind?: string
  parent?: Alias
  operator?: PartyPart
  geo?: string[]
  productionKind?: string
  area?: string
  process?: string
  input?: FlowPart
  output?: FlowPart
  admission?: string
  dead?: string
  test?: TestPart
  saleKind?: string
  refund?: boolean
  method?: string
  holdKind?: string
  cause?: string
  dueAt?: When
  disposalKind?: string
  result?: string
  findings?: string[]
  checklist?: ChecklistRow[]
  answers?: string[]
  photos?: string[]
  findingKind?: string
  severity?: string
  state?: string
  subject?: string
  owner?: FindingOwner
  numbers?: FindingNumber[]
  sentence?: Sentence
  evidence?: FindingEvidence[]
  decidedBy?: string
}
