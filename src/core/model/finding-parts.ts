import Type, { type Static } from 'typebox'
import { FINDING_ROLES } from '#core/findings/finding-kinds.ts'
import { field } from './field.ts'
import { DecimalText, Region } from './values.ts'

const closed = { additionalProperties: false }

/** Who has to do something about a finding. */
export const FindingOwner = Type.Object(
  {
    role: field(Type.Enum([...FINDING_ROLES]), ['Role', '职责']),
    region: Type.Optional(
      field(Region, ['Region', '辖区'], ['Whose authority or operator it is', '由哪一辖区负责']),
    ),
  },
  closed,
)
export type FindingOwner = Static<typeof FindingOwner>

/** A figure that a finding rests on. */
export const FindingNumber = Type.Object(
  {
    name: field(
      Type.String(),
      ['Name', '名称'],
      ['Such as stated, used, in, out', '如 stated、used、in、out'],
    ),
    value: field(DecimalText, ['Value', '数值']),
    unit: field(
      Type.Optional(Type.String()),
      ['Unit', '单位'],
      ['KGM, HEA, H87, PKG, % or absent', 'KGM、HEA、H87、PKG、% 或无'],
    ),
  },
  closed,
)
export type FindingNumber = Static<typeof FindingNumber>

/** A version of a record that a finding rests on. */
export const FindingEvidence = Type.Object(
  {
    id: field(Type.String(), ['Record', '记录']),
    version: field(Type.Integer({ minimum: 1 }), ['Version', '版本']),
  },
  closed,
)
export type FindingEvidence = Static<typeof FindingEvidence>

/** A sentence in both languages. */
export const Sentence = Type.Object(
  { en: field(Type.String(), ['English', '英文']), zh: field(Type.String(), ['Chinese', '中文']) },
  closed,
)
export type Sentence = Static<typeof Sentence>
