import { CALL_EXAMPLE } from './calls.ts'
import { CODE_EXAMPLE } from './code.ts'
import { DATE_EXAMPLE } from './date.ts'
import { DOCUMENT_EXAMPLE } from './document.ts'
import { EACH_EXAMPLE } from './each.ts'
import { EAR_TAGS_EXAMPLE } from './ear-tags.ts'
import { ENUM_EXAMPLE } from './enum.ts'
import { FLOW_EXAMPLE } from './flow.ts'
import { FROM_EXAMPLE } from './from.ts'
import { LOOKUP_EXAMPLE } from './lookup.ts'
import { LOT_EXAMPLE } from './lot.ts'
import { MASK_EXAMPLE } from './mask.ts'
import { AMOUNT_EXAMPLE, PRICE_EXAMPLE } from './money.ts'
import { PARTY_EXAMPLE } from './party.ts'
import { PRODUCT_EXAMPLE } from './product.ts'
import { QUANTITY_EXAMPLE } from './quantity.ts'
import { REGION_EXAMPLE } from './region.ts'
import { TEST_EXAMPLE } from './test-part.ts'
import { CHOOSE_EXAMPLE, CONCAT_EXAMPLE, CONST_EXAMPLE } from './text.ts'
import { VALID_DAYS_EXAMPLE } from './valid-days.ts'
import { WHEN_EXAMPLE } from './when.ts'

/** An example of a verb: a part of a mapping, a source record, and the part of the canonical record that comes out. */
export interface VerbExample {
  readonly mapping: string
  readonly target: string
  readonly in: object
  readonly out: unknown
  readonly tables?: Readonly<Record<string, readonly { readonly code: string; readonly value: string }[]>>
}

/** Every verb with its example, in the order of the documentation. A test runs the examples and looks for them in the page. */
export const VERBS: Readonly<Record<string, VerbExample>> = {
  from: FROM_EXAMPLE,
  const: CONST_EXAMPLE,
  concat: CONCAT_EXAMPLE,
  choose: CHOOSE_EXAMPLE,
  when: WHEN_EXAMPLE,
  enum: ENUM_EXAMPLE,
  lookup: LOOKUP_EXAMPLE,
  mask: MASK_EXAMPLE,
  call: CALL_EXAMPLE,
  date: DATE_EXAMPLE,
  code: CODE_EXAMPLE,
  region: REGION_EXAMPLE,
  product: PRODUCT_EXAMPLE,
  quantity: QUANTITY_EXAMPLE,
  price: PRICE_EXAMPLE,
  amount: AMOUNT_EXAMPLE,
  document: DOCUMENT_EXAMPLE,
  validUntil: VALID_DAYS_EXAMPLE,
  earTags: EAR_TAGS_EXAMPLE,
  lot: LOT_EXAMPLE,
  party: PARTY_EXAMPLE,
  flow: FLOW_EXAMPLE,
  test: TEST_EXAMPLE,
  each: EACH_EXAMPLE,
}
