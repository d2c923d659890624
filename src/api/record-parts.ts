import type { TObject } from 'typebox'
import { canonicalJson } from '#core/model/canonical-json.ts'
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

/** What a schema says of itself beside what it takes; a property of such a name is a schema. */
const isWord = (name: string, value: unknown): boolean =>
  name === 'x-zh' || ((name === 'title' || name === 'description') && typeof value === 'string')

/** What a schema takes, as text. One value is written as `const` or, in the OpenAPI document, as an `enum` of one. */
const shapeOf = (schema: object): string => canonicalJson(bare(schema))

function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]) => {
      if (isWord(name, one)) return []
      return [name === 'const' && typeof one !== 'object' ? ['enum', [one]] : [name, bare(one)]]
    }),
  )
}

const byShape = new Map<string, PartName>(
  Object.entries(PARTS).map(([name, part]) => [shapeOf(part), name as PartName]),
)

/** The part that a schema is, if it is one: a title added to it does not make it another, a property of another type does. */
export const partNameOf = (schema: object): PartName | undefined => byShape.get(shapeOf(schema))
