import Type, { type TProperties } from 'typebox'
import { field } from './field.ts'
import { DocumentPart, LotPart, PartyPart, ProductPart, SitePart } from './parts.ts'
import { Amount, Flags, Price, Quantity, Region, When } from './values.ts'

/** The parts that every kind may have. */
export const COMMON_PARTS = {
  occurredAt: field(
    When,
    ['Time of the event', '发生时间'],
    [
      'When it happened; for documents: when issued; for parties and sites: when the entry was made',
      '事件发生时间；凭证为开具时间；主体与场所为登记时间',
    ],
  ),
  recordedAt: Type.Optional(
    field(
      When,
      ['Recorded by the source', '来源记录时间'],
      [
        'Upload or entry time of the source; not part of the content that tells versions apart',
        '来源系统的上传或录入时间，不参与版本比较',
      ],
    ),
  ),
  region: Type.Optional(field(Region, ['Region of the event', '发生地区划'])),
  origin: Type.Optional(field(Region, ['Origin of the goods', '产地'])),
  destination: Type.Optional(field(Region, ['Destination', '到达地'])),
  sites: Type.Optional(field(Type.Array(SitePart), ['Sites', '场所'])),
  parties: Type.Optional(field(Type.Array(PartyPart), ['Parties', '主体'])),
  lots: Type.Optional(field(Type.Array(LotPart), ['Lots', '批次'])),
  documents: Type.Optional(field(Type.Array(DocumentPart), ['Documents', '凭证'])),
  producedOn: Type.Optional(
    field(
      When,
      ['Produced', '生产日期'],
      [
        'When the goods were harvested, slaughtered or packed, as the source says',
        '来源所述的采收、屠宰或包装时间',
      ],
    ),
  ),
  product: Type.Optional(field(ProductPart, ['Product', '产品'])),
  quantity: Type.Optional(field(Quantity, ['Quantity', '数量'])),
  mass: Type.Optional(
    field(Quantity, ['Mass', '重量'], ['Beside a count of heads or pieces', '以头、件计数时的重量']),
  ),
  price: Type.Optional(field(Price, ['Unit price', '单价'])),
  amount: Type.Optional(field(Amount, ['Amount', '金额'])),
  vehicle: Type.Optional(field(Type.String(), ['Vehicle', '运载工具牌号'])),
  note: Type.Optional(field(Type.String(), ['Remark', '备注'])),
  raw: Type.Optional(
    field(
      Type.Record(Type.String(), Type.String()),
      ['As written', '原文'],
      [
        'Source text of plain fields whose normalised value differs from it, by field name',
        '与规范值不同的普通字段的来源原文',
      ],
    ),
  ),
  void: Type.Optional(
    field(
      Type.Object(
        {
          reason: Type.Optional(field(Type.String(), ['Reason', '作废原因'])),
          at: Type.Optional(field(When, ['Made void', '作废时间'])),
        },
        { additionalProperties: false },
      ),
      ['Void', '作废'],
      ['Why and when the record was made void, as the source says', '来源所述作废原因与时间'],
    ),
  ),
  flags: Flags,
} satisfies TProperties
