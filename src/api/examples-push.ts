import pushExamples from './push-examples.json' with { type: 'json' }

/** Examples of pushes and their receipts in the OpenAPI document. Codes and names are made up, in the form of real ones. */

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

export const saleId = 'urn:cnft:sale:jiaxing-wholesale:trade:JX20260715000123'

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
    {
      index: 0,
      key: ['JX20260715000123'],
      result: 'created',
      records: [{ kind: 'sale', id: saleId, version: 1 }],
    },
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
