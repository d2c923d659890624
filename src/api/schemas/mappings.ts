import Type from 'typebox'
import { listOf } from '#api/page.ts'
import { field } from '#core/model/field.ts'
import { nullable, text, time } from './fields.ts'

const record = text(
  ['Record of the system', '来源记录名'],
  ['`system.yaml` for the settings of the system', '系统设置为 system.yaml'],
)
const number = field(Type.Integer({ minimum: 1 }), ['Version', '版本'])
const version = {
  system: text(['System', '对接系统']),
  record,
  version: number,
  origin: field(
    Type.Enum(['folder', 'api']),
    ['Where it came from', '来源'],
    ['The folder of mappings, or this API', '映射文件夹或接口'],
  ),
  state: field(
    Type.Enum(['installed', 'draft', 'active', 'former', 'retired']),
    ['State', '状态'],
    [
      '`installed`: of the folder, and in force while no version is active',
      'installed 为文件夹中的版本，未启用其他版本时生效',
    ],
  ),
  replaced: nullable(
    Type.Integer(),
    ['Version that was in force before it', '启用前生效的版本'],
    ['Where a roll back leads', '回退到此版本'],
  ),
  createdAt: time(['Added', '添加时间']),
  createdBy: text(
    ['Added by', '添加者'],
    ['Identifier of a key, `administrator` or `folder`', '密钥编号、administrator 或 folder'],
  ),
  activatedAt: nullable(Type.String({ format: 'date-time' }), ['Last made active', '最近启用时间']),
}

export const MappingVersion = field(Type.Object(version), ['Version of a mapping', '映射版本'])

export const MappingVersionCard = field(
  Type.Object({
    ...version,
    text: text(['Text of the file', '文件内容']),
    tables: field(
      Type.Record(Type.String(), Type.String()),
      ['Code tables', '代码表'],
      ['Texts of the tables that belong to the version', '该版本所用代码表的内容'],
    ),
  }),
  ['Version of a mapping with its text', '映射版本详情'],
)

export const MappingVersionPage = field(listOf('mappings', 'MappingVersion'), [
  'Versions of mappings',
  '映射版本列表',
])

export const MappingStep = field(
  Type.Object({
    id: text(['Number', '序号']),
    at: time(['When', '时间']),
    who: text(['Who', '操作者'], ['Identifier of a key, or `administrator`', '密钥编号或 administrator']),
    action: field(Type.Enum(['created', 'activated', 'rolled back', 'retired']), ['What', '操作']),
    record,
    version: number,
  }),
  ['Step in the history of a mapping', '映射操作记录'],
)

export const MappingStepPage = field(listOf('steps', 'MappingStep'), ['History of mappings', '映射操作历史'])
