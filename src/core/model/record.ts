import Type, { type TObject } from 'typebox'
import type { Body } from './body.ts'
import { field } from './field.ts'
import { BODY_SCHEMAS, KINDS, type Kind, kindDefinition } from './kinds.ts'

/** Version of the canonical schema, stored with each record. Raised when a reader must know the difference. */
export const SCHEMA_VERSION = 1

export const STATUSES = ['active', 'void'] as const
export type Status = (typeof STATUSES)[number]

/** One version of one canonical record, as the API gives it. */
export interface CanonicalRecord extends Body {
  kind: Kind
  id: string
  system: string
  record: string
  key: string[]
  version: number
  status: Status
  schema: number
  receivedAt: string
  message: string
  mapping: string
  /** The replay that made this version; absent where it came as it was received. */
  replay?: string
}

const envelope = {
  kind: field(Type.Enum([...KINDS]), ['Kind', '类型']),
  id: field(
    Type.String(),
    ['Identifier', '标识'],
    ['urn:cnft:<kind>:<system>:<record>:<key>', '由类型、系统、记录名与来源主键构成'],
  ),
  system: field(Type.String(), ['System', '对接系统']),
  record: field(Type.String(), ['Record of the system', '来源记录名']),
  key: field(
    Type.Array(Type.String()),
    ['Key', '来源主键'],
    ['The source’s own key, part by part', '来源自己的主键各部分'],
  ),
  version: field(Type.Integer({ minimum: 1 }), ['Version', '版本']),
  status: field(Type.Enum([...STATUSES]), ['Status', '状态'], ['active or void', 'active 有效，void 作废']),
  schema: field(Type.Integer(), ['Schema version', '模型版本']),
  receivedAt: field(
    Type.String(),
    ['Received', '接收时间'],
    ['When the hub got the message', '平台收到报文的时间'],
  ),
  message: field(
    Type.String(),
    ['Message', '原始报文'],
    ['The message that this version came from', '该版本来自的报文'],
  ),
  mapping: field(
    Type.String(),
    ['Mapping', '映射'],
    ['Mapping and version that made it', '生成该版本的映射及其版本'],
  ),
  replay: Type.Optional(
    field(
      Type.String(),
      ['Replay', '重放'],
      [
        'The replay that made this version anew; absent where intake made it',
        '由重放重新生成时的重放编号；接收时生成则无',
      ],
    ),
  ),
}

/** Schema of a whole canonical record, by kind. */
export const RECORD_SCHEMAS = Object.fromEntries(
  KINDS.map((kind) => [
    kind,
    field(
      Type.Object(
        { ...envelope, kind: field(Type.Literal(kind), ['Kind', '类型']), ...BODY_SCHEMAS[kind].properties },
        { additionalProperties: false },
      ),
      kindDefinition(kind).title,
      kindDefinition(kind).description,
    ),
  ]),
) as unknown as Record<Kind, TObject>
