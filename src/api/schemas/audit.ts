import Type from 'typebox'
import { listOf } from '#api/page.ts'
import { field } from '#core/model/field.ts'
import { AUDIT_KINDS } from '#store/audit-log.ts'
import { component, count, nullable, text, time } from './fields.ts'

export const AuditEntry = field(
  Type.Object({
    id: text(['Number', '编号']),
    at: time(['When', '时间']),
    kind: field(Type.Enum([...AUDIT_KINDS]), ['Kind', '类别']),
    who: text(['Who', '操作者'], ['Key, administrator, or program', '密钥编号、administrator 或程序名']),
    action: text(['What', '操作']),
    subject: text(['Of what', '对象']),
    facts: field(
      Type.Record(Type.String(), Type.Unknown()),
      ['Facts', '要素'],
      ['Digests, no secrets', '仅摘要，不含秘密'],
    ),
  }),
  ['Entry of the audit log', '审计日志条目'],
)
export const AuditPage = field(listOf('entries', 'AuditEntry'), ['Page of the audit log', '审计日志页'])

export const AuditHead = field(
  Type.Object({
    format: text(['Format', '格式']),
    hub: text(['Hub', '平台标识']),
    number: count(['Number', '序号'], ['Batches in the tree', '树中的批次数']),
    sealedAt: time(['Sealed', '封存时间']),
    treeRoot: text(['Root', '树根'], ['SHA-256 by RFC 9162, hexadecimal', 'RFC 9162 的 SHA-256，十六进制']),
    key: text(['Key', '签名密钥']),
    publicKey: text(['Public key', '公钥'], ['Ed25519', 'Ed25519']),
    signature: text(['Signature', '签名'], ['Base64', 'Base64']),
  }),
  ['Signed head', '已签名日志头'],
)
export const AuditHeadPage = field(listOf('heads', 'AuditHead'), ['Page of heads', '日志头页'])

export const AuditConsistency = field(
  Type.Object({
    from: component('AuditHead'),
    to: component('AuditHead'),
    path: field(Type.Array(Type.String()), ['Path', '路径'], ['RFC 9162, 2.1.4', 'RFC 9162 第 2.1.4 节']),
  }),
  ['Proof that a head contains an earlier one', '日志头一致性证明'],
)

const path = field(Type.Array(Type.String()), ['Path', '路径'], ['RFC 9162, 2.1.3', 'RFC 9162 第 2.1.3 节'])
const place = { index: count(['Index', '序号']), size: count(['Leaves', '叶数']), path }

export const AuditProof = field(
  Type.Union([
    Type.Object({
      leaf: text(['Leaf', '叶']),
      opening: Type.Union([
        Type.Object({ salt: Type.String(), facts: Type.String(), body: Type.String() }),
        Type.Null(),
      ]),
      batch: Type.Object({ text: text(['Text of the batch', '批次文本']), ...place }),
      tree: Type.Object(place),
    }),
    Type.Enum(['unsealed', 'altered']),
  ]),
  ['Proof of a leaf', '存在证明'],
  ['unsealed: in no head yet; altered: not as it was sealed', 'unsealed 尚未封存；altered 与封存时不符'],
)

export const ReceiptProof = field(
  Type.Object({
    head: nullable(component('AuditHead'), ['Head', '日志头']),
    message: component('AuditProof'),
    records: Type.Array(
      Type.Object({ id: Type.String(), version: Type.Integer(), proof: component('AuditProof') }),
    ),
  }),
  ['Proof of a receipt', '回执的存在证明'],
)

export const AuditAnchor = field(
  Type.Object({
    id: text(['Identifier', '标识']),
    name: text(['Name', '名称']),
    url: text(['Address', '地址']),
    allowAddress: field(Type.Array(Type.String()), ['Private networks', '允许的内网地址']),
    createdAt: time(['Made', '创建时间']),
    lastNumber: count(['Newest head taken', '已接收的最新日志头']),
    lastOkAt: nullable(Type.String(), ['Last taken', '最近接收时间']),
    lastError: nullable(Type.String(), ['Why not', '未接收原因']),
  }),
  ['Receiver of heads', '日志头接收方'],
)
export const NewAuditAnchor = field(
  Type.Object({
    ...AuditAnchor.properties,
    secret: text(['Secret', '签名密钥'], ['Shown once', '仅返回一次']),
  }),
  ['New receiver of heads', '新日志头接收方'],
)
export const AuditAnchorPage = field(listOf('anchors', 'AuditAnchor'), [
  'Receivers of heads',
  '日志头接收方列表',
])
