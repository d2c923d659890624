import Type, { type Static } from 'typebox'
import { HOLD_KINDS, NODE_STATES } from '#core/lineage/graph.ts'
import { field } from '#core/model/field.ts'
import { KINDS, type Kind } from '#core/model/kinds.ts'
import { VERDICTS } from '#core/model/parts.ts'
import { Quantity } from '#core/model/values.ts'

const text = Type.Optional(Type.String())
const Day = field(Type.String(), ['Day', '日期'], ['YYYY-MM-DD', 'YYYY-MM-DD'])

export const ALERTS = ['recalled', 'held', 'test_failed', 'void', 'disposed'] as const

const PublicAlert = Type.Object({
  kind: Type.Enum([...ALERTS]),
  type: text,
  number: text,
  product: text,
  item: text,
  date: Type.Optional(Day),
})
export type PublicAlert = Static<typeof PublicAlert>

const PublicTest = Type.Object({
  item: Type.String(),
  verdict: Type.Enum([...VERDICTS]),
  date: Type.Optional(Day),
})
export type PublicTest = Static<typeof PublicTest>

const PublicStep = Type.Object({
  kind: Type.Enum([...KINDS] as Kind[]),
  hold: Type.Optional(Type.Enum([...HOLD_KINDS])),
  date: Type.Optional(Day),
  place: text,
  region: text,
  party: text,
  product: text,
  quantity: Type.Optional(Type.Pick(Quantity, ['value', 'unit'])),
  vehicle: text,
  type: text,
  number: text,
  test: Type.Optional(PublicTest),
  isVoid: Type.Boolean(),
})
export type PublicStep = Static<typeof PublicStep>

const PublicCertificate = Type.Object({
  type: Type.String(),
  number: Type.String(),
  state: Type.Enum([...NODE_STATES]),
  date: Type.Optional(Day),
  party: text,
})
export type PublicCertificate = Static<typeof PublicCertificate>

/** What anyone may see of a path: the page shows this and the JSON is this. Nothing that is not named here leaves the hub. */
export const PublicTrace = Type.Object(
  {
    code: Type.String(),
    product: text,
    origin: text,
    producer: text,
    alerts: Type.Array(PublicAlert),
    steps: Type.Array(PublicStep),
    certificates: Type.Array(PublicCertificate),
    tests: Type.Array(PublicTest),
    isComplete: field(
      Type.Boolean(),
      ['Complete', '完整'],
      ['False where the path goes on beyond what is shown', '路径未完全显示时为 false'],
    ),
  },
  { title: 'Public trace', 'x-zh': { title: '公开追溯信息' } },
)
export type PublicTrace = Static<typeof PublicTrace>
