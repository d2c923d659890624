import pushExamples from './push-examples.json' with { type: 'json' }

/** Examples of the OpenAPI document. Codes and names are made up, in the form of real ones. */

/** A push as the samples of a system have it, with its receipt; generated from `mappings/`. */
interface PushExample {
  readonly summary: string
  readonly contentType: string
  readonly body: string
  readonly receipt: object
}

const PUSHES: Readonly<Record<string, PushExample>> = pushExamples

/** Body of a push: whatever the record's mapping reads, with an example of each record that is installed here. */
export const pushBody = {
  content: {
    'application/json': { schema: pushSchema('application/json') },
    ...Object.fromEntries(
      [...Map.groupBy(Object.entries(PUSHES), ([, { contentType }]) => contentType)].map(
        ([contentType, pushes]) => [
          contentType,
          {
            schema: pushSchema(contentType),
            examples: Object.fromEntries(
              pushes.map(([name, { summary, body }]) => [
                keyOf(name),
                { summary, value: contentType === 'application/json' ? JSON.parse(body) : body },
              ]),
            ),
          },
        ],
      ),
    ),
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': {
      schema: { type: 'string', format: 'binary' },
    },
  },
}

/** Receipts of the same pushes. */
export const pushReceipts = Object.fromEntries(
  Object.entries(PUSHES).map(([name, { summary, receipt }]) => [keyOf(name), { summary, value: receipt }]),
)

/** Names of examples are components of a path in some readers: no slash. */
function keyOf(name: string): string {
  return name.replace('/', '.')
}

function pushSchema(contentType: string): object {
  const description =
    'One record, a list, or a document with a list inside, as the mapping says · 单条、数组或含列表的文档，按映射解析'
  return contentType === 'application/json'
    ? { title: 'Records in the format of the system · 系统原有格式的记录', description }
    : { type: 'string', description }
}

const sale = {
  kind: 'sale',
  system: 'jiaxing-wholesale',
  key: ['JX20260715000123'],
  occurredAt: { at: '2026-07-15T04:12:30+08:00', precision: 'second' },
  region: { code: '330402' },
  parties: [{ role: 'seller', name: '嘉兴某蔬菜经营部', ids: [] }],
  product: { code: '01231', name: '番茄', class: 'vegetable' },
  quantity: { value: '186.5', unit: 'KGM' },
  saleKind: 'wholesale',
}

/** Body of `POST /v1/records`. */
export const canonicalBody = {
  content: {
    'application/json': {
      schema: {
        title: 'Canonical records · 规范记录',
        description:
          'Kind, system and key, `status` where it is void, and the content of the kind; the hub adds id, version and the rest, and the year of a region code: that of `occurredAt` · 类型、系统、主键与内容，其余由平台补充；区划代码未写年份的，按 occurredAt 的年份',
        oneOf: [{ type: 'object' }, { type: 'array', items: { type: 'object' }, maxItems: 5000 }],
        examples: [[sale]],
      },
    },
  },
}

const id = 'urn:cnft:sale:jiaxing-wholesale:trade:JX20260715000123'

export const receiptExample = {
  receipt: '019826d2-3a5c-7c41-9d2e-5f0b6a1c8e37',
  system: 'jiaxing-wholesale',
  record: 'trade',
  sha256: 'f7c3bc1d808e04732adf679965ccc34ca7ae3441b4a0c8e1f6d5b7a2930c4d1e',
  state: 'done',
  receivedAt: '2026-07-14T20:12:31.204Z',
  received: 2,
  accepted: 1,
  unchanged: 0,
  rejected: 1,
  results: [
    { index: 0, key: ['JX20260715000123'], result: 'created', records: [{ kind: 'sale', id, version: 1 }] },
    {
      index: 1,
      key: null,
      result: 'rejected',
      records: [],
      issues: [
        {
          path: '/1/billNo',
          code: 'E_NO_KEY',
          target: 'key',
          reason: 'the key field is missing or empty',
          fix: 'Send the number of the bill.',
        },
      ],
    },
  ],
}

export const largeReceiptExample = {
  ...receiptExample,
  state: 'waiting',
  received: 0,
  accepted: 0,
  rejected: 0,
  results: [],
  next: null,
  progress: { records: 0, total: null, bytes: 0, totalBytes: 214_958_112 },
}

const time = { at: '2026-07-15T04:12:30+08:00', precision: 'second' }
const node = (code: string, more: object): object => ({
  parties: [],
  sites: [],
  tests: [],
  holds: [],
  moreRecords: false,
  code,
  ...more,
})
const certificate = node('doc:3304260715000018', {
  kind: 'document',
  value: '3304260715000018',
  type: 'promise_cert',
  relation: 'back',
  depth: 1,
  state: 'valid',
  product: { name: '番茄', class: 'vegetable' },
  records: [],
})
const lot = node('lot:33041234567890123456', {
  kind: 'lot',
  value: '33041234567890123456',
  scheme: 'cn.mofcom.trace20',
  relation: 'root',
  depth: 0,
  state: 'active',
  product: { name: '番茄', class: 'vegetable' },
  quantity: { value: '186.5', unit: 'KGM' },
  occurredAt: time,
  records: [
    {
      id,
      kind: 'sale',
      version: 1,
      status: 'active',
      role: 'subject',
      occurredAt: time,
      system: 'jiaxing-wholesale',
      summary: '番茄 186.5 kg',
    },
  ],
})

export const traceExample = {
  code: '33041234567890123456',
  direction: 'back',
  at: null,
  roots: ['lot:33041234567890123456'],
  candidates: [],
  nodes: [lot, certificate],
  edges: [
    {
      from: 'doc:3304260715000018',
      to: 'lot:33041234567890123456',
      rule: 'document',
      confidence: 1,
      quantity: '186.5',
      unit: 'KGM',
      kind: 'sale',
      record: id,
      version: 1,
      system: 'jiaxing-wholesale',
      occurredAt: '2026-07-14T20:12:30.000Z',
    },
  ],
  truncated: false,
  next: null,
}

export const lotExample = {
  code: '33041234567890123456',
  candidates: [],
  lot,
  documents: [
    {
      code: 'doc:3304260715000018',
      number: '3304260715000018',
      type: 'promise_cert',
      state: 'valid',
      side: 'back',
    },
  ],
  from: ['doc:3304260715000018'],
  to: [],
  truncated: false,
}

export const documentExample = {
  number: '3304260715000018',
  type: 'promise_cert',
  on: '2026-07-15',
  verdict: 'valid',
  issues: [],
  statedKg: '500',
  usedKg: '186.5',
  countedKind: 'sale',
  overKg: null,
  stated: [{ value: '500', unit: 'KGM' }],
  used: [{ value: '186.5', unit: 'KGM' }],
  sent: [{ value: '500', unit: 'KGM' }],
  takenIn: [{ value: '186.5', unit: 'KGM' }],
  left: { value: '313.5', unit: 'KGM' },
  goods: [
    {
      name: '番茄',
      productClass: 'vegetable',
      productCode: '01233401',
      stated: [{ value: '500', unit: 'KGM' }],
      used: [{ value: '186.5', unit: 'KGM' }],
      left: { value: '313.5', unit: 'KGM' },
    },
  ],
  sites: [
    {
      site: '330402003',
      name: '嘉兴南湖示例果蔬批发市场',
      kind: 'sale',
      records: 2,
      used: [{ value: '186.5', unit: 'KGM' }],
      firstOn: '2026-07-15',
      lastOn: '2026-07-15',
    },
  ],
  siteCount: 1,
  useCount: 2,
  orders: [
    {
      kind: 'recalled',
      since: '2026-07-15',
      case: '0f5c8f0e-6a5a-5d0e-8d6d-0f1c2b3a4d5e',
      record: 'urn:cnft:hold:trace-hub:hold:hub-1:0f5c8f0e-6a5a-5d0e-8d6d-0f1c2b3a4d5e:330402003',
      lots: ['33040200326071500018'],
      lotCount: 1,
      covered: 3,
    },
  ],
  reasons: [
    {
      code: 'recalled',
      severity: 'refuse',
      values: {
        since: '2026-07-15',
        case: '0f5c8f0e-6a5a-5d0e-8d6d-0f1c2b3a4d5e',
        lots: '33040200326071500018',
        order: 'urn:cnft:hold:trace-hub:hold:hub-1:0f5c8f0e-6a5a-5d0e-8d6d-0f1c2b3a4d5e:330402003',
      },
      en: 'Goods of this paper are recalled since 2026-07-15 (case 0f5c8f0e-6a5a-5d0e-8d6d-0f1c2b3a4d5e, lots 33040200326071500018 (of 3 under the paper)): they may not come in.',
      zh: '该凭证的货物已被召回（自 2026-07-15 起）（案件 0f5c8f0e-6a5a-5d0e-8d6d-0f1c2b3a4d5e，批次 33040200326071500018（凭证共 3 批）），不得入场。',
      ask: {
        en: 'Keep the goods apart and tell the authority; for other goods, a paper that is for them alone.',
        zh: '请将货物单独存放并报告监管部门；确非所涉货物的，请提供仅对应该货物的凭证。',
      },
    },
  ],
  candidates: [
    {
      type: 'promise_cert',
      system: 'zj-agri-certificate',
      issuedOn: '2026-07-15',
      status: 'active',
      product: '番茄',
    },
  ],
  uses: [],
  moreUses: true,
  next: 'WyIyMDI2LTA3LTE1IiwidXJuOmNuZnQ6c2FsZTp4Il0',
}

export const documentLookupExample = {
  number: documentExample.number,
  candidates: documentExample.candidates,
  document: documentExample,
}

export const requiredExample = {
  product: '猪肉',
  productClass: 'pork',
  on: '2024-04-15',
  groups: [
    {
      present: true,
      documents: [
        {
          type: 'product_A',
          title: {
            en: 'Animal product quarantine certificate A (across provinces)',
            zh: '动物检疫合格证明（产品A）',
          },
          form: '2010',
        },
        {
          type: 'product_B',
          title: {
            en: 'Animal product quarantine certificate B (inside the province)',
            zh: '动物检疫合格证明（产品B）',
          },
          form: '2010',
        },
      ],
    },
    {
      present: false,
      documents: [
        {
          type: 'meat_quality',
          title: { en: 'Meat quality inspection certificate', zh: '肉品品质检验合格证' },
        },
      ],
    },
  ],
  isComplete: false,
}

const laneExample = {
  secondsBehind: 0,
  oldest: null,
  held: { waiting: 0, refused: 0 },
  position: '1204',
  attempts: 0,
  nextAt: null,
  delivered: 1180,
  refused: 0,
  coalesced: 0,
  lastOkAt: '2026-07-14T20:12:31.500Z',
  lastError: null,
  breaker: 'closed',
}

export const linkExample = {
  id: '0b6a1c8e-37d2-4c41-9d2e-5f3a5c0198f2',
  name: 'City platform',
  system: null,
  url: 'http://127.0.0.1:9000/changes',
  allowAddress: ['127.0.0.1/32:9000'],
  filter: { kinds: ['sale', 'entry'], regions: ['330400'] },
  mapping: 'canonical',
  limits: { changesPerSecond: 2000 },
  coalesce: false,
  folder: null,
  sees: ['public', 'partner'],
  signing: [{ scheme: 'v1', publicKey: null, validUntil: null }],
  hasToken: false,
  state: 'active',
  createdAt: '2026-07-14T20:00:00.000Z',
  updatedAt: '2026-07-14T20:00:00.000Z',
  behind: 0,
  ...laneExample,
  recall: { ...laneExample, delivered: 0, lastOkAt: null },
}

export const newLinkExample = {
  ...linkExample,
  position: '0',
  behind: 1204,
  secondsBehind: 41,
  oldest: { position: '1', at: '2026-07-14T19:59:19.000Z' },
  delivered: 0,
  lastOkAt: null,
  recall: { ...linkExample.recall, position: '0' },
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=',
}
