import Type from 'typebox'
import { listOf } from '#api/page.ts'
import { type Bilingual, field } from '#core/model/field.ts'
import { KINDS } from '#core/model/kinds.ts'
import { RISK_NAMES, RISKS } from '#core/model/risks.ts'
import { SHARING_CLASSES } from '#core/model/sharing.ts'
import { SIGNING_SCHEMES } from '#store/link-secrets.ts'
import { component, count, nullable, text, time } from './fields.ts'

const instant = Type.String({ format: 'date-time' })
const codes = (pattern?: string) =>
  Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 100, ...(pattern ? { pattern } : {}) }), {
      maxItems: 200,
    }),
  )

/** What each risk means, in both languages. */
const riskWords: Bilingual = [
  RISK_NAMES.map((risk) => `${risk}: ${RISKS[risk][0]}`).join('; '),
  RISK_NAMES.map((risk) => `${risk}：${RISKS[risk][1]}`).join('；'),
]

const perSecond = Type.Number({ exclusiveMinimum: 0, maximum: 100_000 })

/** What a link may ask of its receiver; also the body of a request, therefore closed. */
export const LinkLimits = field(
  Type.Object(
    {
      changesPerSecond: Type.Optional(field(perSecond, ['Changes a second', '每秒变更数'])),
      requestsPerSecond: Type.Optional(field(perSecond, ['Requests a second', '每秒请求数'])),
      batch: Type.Optional(
        field(Type.Integer({ minimum: 1, maximum: 500 }), [
          'Most changes of a request',
          '每次请求最多变更数',
        ]),
      ),
      concurrency: Type.Optional(
        field(
          Type.Integer({ minimum: 1, maximum: 1000 }),
          ['Links at once', '同时投递的链路数'],
          [
            'Most links that are served at once at the same system, or the same host and port; recalls do not wait',
            '同一接收系统（或同一主机端口）同时投递的链路数上限，召回不受此限',
          ],
        ),
      ),
    },
    { additionalProperties: false },
  ),
  ['Limits', '限速'],
  ['What is absent is not limited; they hold over all processes', '缺省不限；对全部进程共同生效'],
)

/** What a link lets through; also the body of a request, therefore closed. */
export const LinkFilter = field(
  Type.Object(
    {
      kinds: Type.Optional(Type.Array(Type.Enum([...KINDS]), { maxItems: KINDS.length })),
      regions: field(codes('^\\d{2,6}$'), ['Regions', '行政区划'], ['Each with its subtree', '含下级区划']),
      systems: codes(),
      productClasses: codes(),
      sites: field(
        codes('^[^:]+:.'),
        ['Sites', '场所'],
        [
          'Codes `<scheme>:<value>` as on the card of the place; records that name one of them',
          '场所代码 <编码体系>:<代码>，与场所名片一致',
        ],
      ),
      risks: Type.Optional(
        field(
          Type.Array(Type.Enum([...RISK_NAMES]), { maxItems: RISK_NAMES.length }),
          ['Risks', '风险'],
          riskWords,
        ),
      ),
    },
    { additionalProperties: false },
  ),
  ['Filter', '过滤条件'],
  [
    'An absent or empty list means all. What corrects a record that fitted goes there too, also where it no longer fits',
    '缺省或空列表表示全部；曾符合条件的记录，其更正即使不再符合也会送达',
  ],
)

/** How far a lane is, and what holds it up. */
const lane = {
  secondsBehind: nullable(
    Type.Integer({ minimum: 0 }),
    ['Seconds behind', '落后秒数'],
    [
      'How long the oldest change waits that the receiver has not taken, held ones included: since it came, the link was made, or a replay made it; null: the receiver pulls',
      '接收方尚未接受的最早变更（含搁置）自到达、建链或重放起已等待的秒数；null 表示接收方自行拉取',
    ],
  ),
  oldest: nullable(
    Type.Object({ position: text(['Position', '位置']), at: time(['Since when it waits', '等待起始时间']) }),
    ['Oldest undelivered change', '最早未投递的变更'],
  ),
  held: nullable(
    Type.Object({
      waiting: count(['To be sent again', '待重试']),
      refused: count(['Refused', '被拒绝']),
    }),
    ['Held changes', '搁置变更'],
    ['Counted up to 10,001', '至多计至 10001'],
  ),
  position: text(['Position in the change log', '变更日志位置']),
  attempts: count(['Failed tries in a row', '连续失败次数']),
  nextAt: nullable(instant, ['Next try', '下次尝试']),
  delivered: count(['Changes delivered', '已投递']),
  refused: count(['Changes refused by the receiver', '被接收方拒绝']),
  coalesced: count(
    ['Versions left out', '合并的版本数'],
    ['A newer one of the record was sent in their stead', '以同一记录的较新版本代替'],
  ),
  lastOkAt: nullable(instant, ['Last success', '最近成功']),
  lastError: nullable(
    Type.Object({
      class: field(
        Type.Enum(['retry', 'auth', 'config']),
        ['Class', '类别'],
        [
          'retry: away or busy; auth: does not know us; config: address or contract is wrong',
          '重试、认证、配置',
        ],
      ),
      actor: field(Type.Enum(['receiver', 'operator']), ['Who must act', '处理方']),
      status: nullable(Type.Integer(), ['HTTP status', 'HTTP 状态码']),
      detail: text(['Detail', '详情']),
      advice: text(['What to do', '建议']),
      at: time(['Time', '时间']),
    }),
    ['Last error', '最近错误'],
  ),
  breaker: field(
    Type.Enum(['closed', 'open', 'half-open']),
    ['Breaker', '熔断状态'],
    [
      'open: nothing is sent before nextAt; half-open: one change finds out whether the receiver is back',
      'open：nextAt 之前不发送；half-open：以一条变更探测接收方是否恢复',
    ],
  ),
}

const link = {
  id: field(Type.String({ format: 'uuid' }), ['Identifier', '标识']),
  name: text(['Name', '名称']),
  system: nullable(Type.String(), ['Receiving system', '接收系统']),
  url: nullable(
    Type.String(),
    ['Address', '接收地址'],
    ['null: the receiver pulls /v1/changes, or `folder`', 'null 表示接收方自行拉取，或写入文件夹'],
  ),
  folder: nullable(Type.String(), ['Folder that files are written to', '写入文件的文件夹']),
  allowAddress: field(
    Type.Array(Type.String()),
    ['Private networks allowed', '允许的内网地址'],
    ['CIDR:port, such as 127.0.0.1/32:9000', 'CIDR:端口，如 127.0.0.1/32:9000'],
  ),
  filter: component('LinkFilter'),
  mapping: text(['Mapping', '映射'], ['`canonical` or `<system>/<record>`', 'canonical 或 <系统>/<记录>']),
  sees: field(
    Type.Array(Type.Enum([...SHARING_CLASSES])),
    ['Sees', '可见级别'],
    ['Classes of values that it may see; see docs/model.md', '可见的共享级别，见 docs/model.md'],
  ),
  signing: field(
    Type.Array(
      Type.Object({
        scheme: field(Type.Enum([...SIGNING_SCHEMES]), ['Scheme', '签名方式']),
        publicKey: nullable(
          Type.String(),
          ['Public key', '公钥'],
          ['Of v1a: whpk_ and base64', 'v1a 的公钥：whpk_ 加 base64'],
        ),
        validUntil: nullable(instant, ['Signs until', '签名至'], ['null for the newest', '最新密钥为 null']),
      }),
    ),
    ['Signatures', '签名'],
    ['One for each, newest first; without the secrets', '每个密钥一个签名，最新在前，不含密钥本身'],
  ),
  hasToken: field(Type.Boolean(), ['Bears a token of the receiver', '是否携带接收方密钥']),
  state: field(Type.Enum(['active', 'paused']), ['State', '状态']),
  limits: component('LinkLimits'),
  coalesce: field(
    Type.Boolean(),
    ['Newest versions only', '仅发送最新版本'],
    [
      'Of what waits, the newest version of a record stands for the older ones; never of holds',
      '待发变更中同一记录仅发送最新版本，停售与召回除外',
    ],
  ),
  behind: count(['Changes of the log not come to yet', '尚未处理的变更数'], ['Before the filter', '过滤前']),
  replaysBehind: count(
    ['Changes of replays still to be sent', '待发送的重放变更数'],
    [
      'What replays made goes behind what sources say; before the filter, counted up to 10,001',
      '重放生成的变更让行于来源上报的变更；过滤前，至多计至 10001',
    ],
  ),
  ...lane,
  recall: field(
    Type.Object(lane),
    ['Recall lane', '召回通道'],
    [
      'Records of the kind hold go over a lane of their own, ahead of everything',
      'hold 类记录走独立通道，先于其他变更',
    ],
  ),
  createdAt: time(['Made', '创建时间']),
  updatedAt: time(['Changed', '修改时间']),
}

export const Link = field(Type.Object(link), ['Link', '同步链路'])

export const NewLink = field(
  Type.Object({
    ...link,
    secret: nullable(
      Type.String(),
      ['Signing secret', '签名密钥'],
      [
        'Standard Webhooks; shown only now. null with Ed25519, whose public key is in `signing`',
        'Standard Webhooks 签名密钥，仅此一次显示；Ed25519 为 null，公钥见 signing',
      ],
    ),
  }),
  ['New link', '新链路'],
)

export const NewSecret = field(
  Type.Object({
    scheme: field(Type.Enum([...SIGNING_SCHEMES]), ['Scheme', '签名方式']),
    secret: nullable(
      Type.String(),
      ['Signing secret', '签名密钥'],
      ['Shown only now; null with Ed25519', '仅此一次显示；Ed25519 为 null'],
    ),
    publicKey: nullable(Type.String(), ['Public key', '公钥'], ['Of Ed25519', 'Ed25519 公钥']),
    oldValidUntil: time(['The one before signs along until', '旧密钥继续签名至']),
  }),
  ['New secret', '新签名密钥'],
)

export const LinkPage = field(listOf('links', 'Link'), ['Links', '链路列表'])

export const Delivery = field(
  Type.Object({
    id: Type.String({ format: 'uuid' }),
    startedAt: time(['Started', '开始时间']),
    lane: field(Type.Enum(['live', 'recall', 'backfill', 'replay']), ['Lane', '通道']),
    fromPosition: text(['First position', '起始位置']),
    toPosition: text(['Last position', '结束位置']),
    attempt: count(['Try', '第几次尝试']),
    changes: count(['Changes', '变更数']),
    ok: count(['Taken', '成功']),
    duplicate: count(['Had already', '重复']),
    retry: count(['To be sent again', '待重试']),
    reject: count(['Refused', '拒绝']),
    outcome: field(Type.Enum(['taken', 'split', 'failed']), ['Outcome', '结果']),
    detail: nullable(Type.String(), ['Detail', '详情']),
    ms: count(['Milliseconds', '毫秒']),
  }),
  ['Delivery', '投递'],
)

export const DeliveryPage = field(
  listOf('deliveries', 'Delivery'),
  ['Deliveries', '投递列表'],
  ['Newest first', '最新在前'],
)
