import Type, { type Static } from 'typebox'
import { DOCUMENT_TYPES, type DocumentType } from '#core/documents/document-type.ts'
import { GATE_VERDICTS } from '#core/documents/judge-paper.ts'
import { SCANNED_MAX } from '#core/lineage/scanned.ts'
import { field } from '#core/model/field.ts'
import { STATUSES } from '#core/model/record.ts'
import { SIGNATURE_STATES } from '#core/pki/judge.ts'
import { Measure, PaperCandidate, PaperGoods, PaperReason } from '#flow/trace/document-parts.ts'
import type { DocumentAnswer } from '#flow/trace/schema.ts'

/** Most papers of one check. */
export const PAPERS_MAX = 200

const TypeOfDocument = Type.Enum(Object.keys(DOCUMENT_TYPES) as DocumentType[])
const Said = Type.Object({ en: Type.String(), zh: Type.String() })

export const PaperQuestion = field(
  Type.Object(
    {
      number: field(
        Type.String({ minLength: 1, maxLength: SCANNED_MAX }),
        ['Number', '编号'],
        ['As it is written on the paper, or the address in its QR code', '按凭证所写，或扫码所得网址'],
      ),
      type: Type.Optional(
        field(TypeOfDocument, ['Type', '凭证类型'], ['Absent: of any type', '未填表示不限类型']),
      ),
      on: Type.Optional(
        field(
          Type.String({ maxLength: 40 }),
          ['Day of arrival', '到场日期'],
          [
            'YYYY-MM-DD, else today in China; what is no day is told as `day_unread`',
            'YYYY-MM-DD，默认今天（北京时间）；无效日期以 day_unread 提示',
          ],
        ),
      ),
      product: Type.Optional(
        field(
          Type.String({ minLength: 1, maxLength: 100 }),
          ['Goods', '货物'],
          ['Name, or code of GB/T 7635.1', '名称或 GB/T 7635.1 代码'],
        ),
      ),
      quantity: Type.Optional(
        field(
          Type.String({ minLength: 1, maxLength: 60 }),
          ['Quantity of the load', '本车数量'],
          ['`300`, `600斤`, `贰拾头`', '如 300、600斤、贰拾头'],
        ),
      ),
      unit: Type.Optional(
        field(
          Type.String({ minLength: 1, maxLength: 20 }),
          ['Unit', '单位'],
          [
            '公斤, 斤, kg, 头, 片, 箱 …; kilograms where nothing says',
            '公斤、斤、kg、头、片、箱等；未注明时为公斤',
          ],
        ),
      ),
      site: Type.Optional(
        field(
          Type.String({ minLength: 1, maxLength: 100 }),
          ['The market that asks', '查验市场'],
          ['Node code or name', '节点编码或名称'],
        ),
      ),
      region: Type.Optional(
        field(
          Type.String({ pattern: '^\\d{6}$' }),
          ['Region of the market', '市场所在区划'],
          ['GB/T 2260; else told from the node code', 'GB/T 2260；未填时取节点编码前六位'],
        ),
      ),
      plate: Type.Optional(field(Type.String({ minLength: 1, maxLength: 20 }), ['Plate', '车牌'])),
      system: Type.Optional(
        field(
          Type.String({ minLength: 1, maxLength: 60 }),
          ['System that tells of the paper', '凭证来源系统'],
          ['Where several papers bear the number', '同号凭证有多份时使用'],
        ),
      ),
    },
    { additionalProperties: false },
  ),
  ['A paper at the gate', '待查凭证'],
)
export type PaperQuestion = Static<typeof PaperQuestion>

export const PapersQuestion = Type.Object(
  { papers: Type.Array(PaperQuestion, { minItems: 1, maxItems: PAPERS_MAX }) },
  { additionalProperties: false, title: 'Papers at the gate · 待查凭证清单' },
)
export type PapersQuestion = Static<typeof PapersQuestion>

export const PaperAnswer = field(
  Type.Object({
    number: Type.String(),
    type: TypeOfDocument,
    title: Said,
    on: Type.String(),
    verdict: field(
      Type.Enum([...GATE_VERDICTS]),
      ['Verdict', '结论'],
      [
        'ok: let in; warn: look at the reasons; refuse: do not let in on this paper; unknown: the hub has no record of the paper itself',
        'ok 可入场；warn 需核对原因；refuse 不得凭此入场；unknown 平台没有该凭证本身的记录',
      ],
    ),
    status: field(Type.Union([Type.Enum([...STATUSES]), Type.Null()]), ['Status of the paper', '凭证状态']),
    signature: field(
      Type.Enum([...SIGNATURE_STATES]),
      ['Signature', '签名状态'],
      ['none: the paper is not signed', 'none 表示凭证未签名'],
    ),
    issuer: Type.Union([Type.String(), Type.Null()]),
    issuedOn: Type.Union([Type.String(), Type.Null()]),
    validUntil: Type.Union([Type.String(), Type.Null()]),
    product: field(
      Type.Union([Type.String(), Type.Null()]),
      ['Goods of the paper', '凭证货物'],
      ['Names of all of them', '多种货物时列出全部名称'],
    ),
    goods: field(
      Type.Array(PaperGoods),
      ['What the paper is for', '凭证货物明细'],
      ['Each with what is stated and used of it', '每种货物的凭证数量与已用数量'],
    ),
    stated: Type.Array(Measure),
    used: Type.Array(Measure),
    left: field(
      Type.Union([Measure, Type.Null()]),
      ['Left before this load', '本车入场前余量'],
      [
        'Of the goods of the load where the paper is for several. null: nothing is stated, or in a unit that no use is known in',
        '凭证有多种货物时为本车所装货物的余量；null 表示凭证未写数量或单位不可比',
      ],
    ),
    reasons: Type.Array(PaperReason),
    ask: field(Type.Array(Said), ['What to ask the driver', '应向送货人核实的内容']),
    needs: field(
      Type.Array(Type.Array(Type.Object({ type: TypeOfDocument, title: Said }))),
      ['What else the goods need', '还需凭证'],
      ['One of each group beside this paper, by the rules of the day', '除本凭证外每组各需一种，按当日规定'],
    ),
    candidates: Type.Array(PaperCandidate),
  }),
  ['Answer for a paper', '凭证查验结果'],
)
export type PaperAnswer = Static<typeof PaperAnswer>

export interface PapersAnswer {
  /** In the order asked. */
  readonly papers: readonly PaperAnswer[]
}

/** The papers of a number, and the one that is meant where there is no choice. */
export interface DocumentLookup {
  readonly number: string
  readonly candidates: readonly PaperCandidate[]
  readonly document: DocumentAnswer | null
}
