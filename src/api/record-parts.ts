import type { TObject } from 'typebox'
import { FindingEvidence, FindingNumber, FindingOwner, Sentence } from '#core/model/finding-parts.ts'
import {
  ChecklistRow,
  DocumentPart,
  FlowPart,
  LotPart,
  PartyPart,
  ProductPart,
  SitePart,
  TestPart,
} from '#core/model/parts.ts'
import { Alias, Amount, Price, Quantity, Region, When } from '#core/model/values.ts'

/** The parts of records by name: components of the OpenAPI document, and sections of docs/model.md. */
export const PARTS = {
  When,
  Region,
  Alias,
  Quantity,
  Price,
  Amount,
  PartyPart,
  SitePart,
  LotPart,
  DocumentPart,
  ProductPart,
  TestPart,
  FlowPart,
  ChecklistRow,
  FindingOwner,
  FindingNumber,
  FindingEvidence,
  Sentence,
} as const satisfies Readonly<Record<string, TObject>>

export type PartName = keyof typeof PARTS

const byProperties = new Map<unknown, PartName>(
  Object.entries(PARTS).map(([name, { properties }]) => [Object.keys(properties).join(), name as PartName]),
)

/** The part that a schema is, if it is one: a title added to it does not make it another. */
export const partNameOf = ({ properties }: { readonly properties?: object }): PartName | undefined =>
  properties && byProperties.get(Object.keys(properties).join())
