import Type, { type Static } from 'typebox'
import { HOLD_KINDS, NODE_STATES } from '#core/lineage/graph.ts'
import { field } from '#core/model/field.ts'
import { KINDS, type Kind } from '#core/model/kinds.ts'
import { VERDICTS } from '#core/model/parts.ts'

const text = Type.Optional(Type.String())
const Day = field(Type.String(), ['Day', '日期'], ['YYYY-MM-DD', 'YYYY-MM-DD'])
const likely = Type.Optional(
  field(
    Type.Literal(true),
    ['Likely', '较可能'],
    [
      'Linked by a batch number, a date or the like, not by one number on both sides; absent where it is certain',
      '由批次、日期等推断的关联，非同一编号直接对应；确定时不出现',
    ],
  ),
)

/** What is wrong with goods, worst first. */
export const ALERTS = ['recalled', 'held', 'test_failed', 'void', 'disposed'] as const

const PublicAlert = Type.Object({
  kind: Type.Enum([...ALERTS]),
  type: text,
  number: text,
  product: text,
  item: text,
  date: Type.Optional(Day),
  likely,
})
export type PublicAlert = Static<typeof PublicAlert>

export const PUBLIC_STATES = [...ALERTS, 'clear'] as const
const state = field(
  Type.Enum([...PUBLIC_STATES]),
  ['State', '状态'],
  ['The worst of the alerts', '提示中最严重的一项'],
)
export type PublicState = Static<typeof state>

const PublicTest = Type.Object({
  item: Type.String(),
  verdict: Type.Enum([...VERDICTS]),
  date: Type.Optional(Day),
  released: Type.Optional(
    field(
      Type.Boolean(),
      ['Released', '已解除'],
      ['It failed, and the goods were released afterwards', '检测不合格，其后已解除停售'],
    ),
  ),
})
export type PublicTest = Static<typeof PublicTest>

/** How goods came to be, of a production. */
export const PRODUCTION_KINDS = ['planting', 'harvest', 'catch', 'livestock_out'] as const
export type ProductionKind = (typeof PRODUCTION_KINDS)[number]

const PublicStep = Type.Object({
  kind: Type.Enum([...KINDS] as Kind[]),
  production: Type.Optional(
    field(
      Type.Enum([...PRODUCTION_KINDS]),
      ['Kind of production', '生产类型'],
      [
        'Planting, harvest, catch, or animals leaving the farm; absent where nobody told',
        '种植、采收、捕捞或出栏；来源未说明时不出现',
      ],
    ),
  ),
  hold: Type.Optional(Type.Enum([...HOLD_KINDS])),
  date: Type.Optional(Day),
  place: text,
  stall: text,
  region: text,
  party: text,
  product: text,
  type: text,
  number: text,
  test: Type.Optional(PublicTest),
  isVoid: Type.Boolean(),
  likely,
})
export type PublicStep = Static<typeof PublicStep>

export const PAPER_STATES = [...NODE_STATES, 'expired', 'not_yet_issued'] as const
const PublicCertificate = Type.Object({
  type: Type.String(),
  number: Type.String(),
  state: field(
    Type.Enum([...PAPER_STATES]),
    ['State', '状态'],
    ['On the day `on`, by the rules of the day of issue', '按开具日规则，在 on 当日的状态'],
  ),
  date: Type.Optional(Day),
  validUntil: Type.Optional(Day),
  party: text,
  likely,
})
export type PublicCertificate = Static<typeof PublicCertificate>

/** What anyone may see of a path: the page shows this and the JSON is this. Nothing that is not named here leaves the hub. */
export const PublicTrace = Type.Object(
  {
    code: field(Type.String(), ['Code', '编码'], ['As it was asked for', '查询时的编码']),
    on: Day,
    state,
    advice: field(
      Type.Object({ zh: Type.String(), en: Type.String() }),
      ['What to do', '建议'],
      ['In plain words', '以通俗语言表述'],
    ),
    product: text,
    origin: text,
    producer: text,
    market: text,
    stall: text,
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

const PublicCandidate = Type.Object({
  of: field(
    Type.String(),
    ['Choice', '选择'],
    ['Send it as `?of=` with the same code', '以 ?of= 与原编码一并发送'],
  ),
  kind: Type.Enum(['lot', 'document', 'voucher']),
  state,
  type: text,
  product: text,
  date: Type.Optional(Day),
  place: text,
})
export type PublicCandidate = Static<typeof PublicCandidate>

/** What a code may mean that stands for several things. */
export const PublicCandidates = Type.Object(
  {
    code: Type.String(),
    candidates: Type.Array(PublicCandidate),
  },
  { title: 'Public candidates', 'x-zh': { title: '公开查询候选' } },
)
export type PublicCandidates = Static<typeof PublicCandidates>
