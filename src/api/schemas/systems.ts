import Type from 'typebox'
import { listOf } from '#api/page.ts'
import { field } from '#core/model/field.ts'
import { KINDS } from '#core/model/kinds.ts'
import { component, count, nullable, text, time, words } from './fields.ts'

const SystemRecord = field(
  Type.Object({
    name: text(['Name', '名称'], ['As it stands in the path of the push', '推送路径中的名称']),
    title: field(words, ['Title', '标题']),
    accepts: field(Type.Array(Type.String()), ['Content types', '内容类型']),
    mapping: nullable(
      Type.String(),
      ['Mapping and version', '映射及版本'],
      ['null while it is broken', '映射有误时为 null'],
    ),
  }),
  ['Record of a system', '来源记录'],
)

const DriftedField = field(
  Type.Object({
    record: text(['Record of the system', '来源记录名']),
    field: text(['Field', '字段']),
    count: count(['Times seen', '出现次数']),
    sample: nullable(Type.String(), ['Sample', '样例']),
    firstSeen: time(['First seen', '首次出现']),
    lastSeen: time(['Last seen', '最近出现']),
  }),
  ['Unmapped field', '未映射字段'],
)

const system = {
  id: text(['Identifier', '标识']),
  title: field(words, ['Title', '标题']),
  description: field(Type.Partial(words), ['Description', '说明']),
  region: nullable(Type.String(), ['Region', '行政区划'], ['GB/T 2260', 'GB/T 2260 代码']),
  settings: field(Type.Record(Type.String(), Type.Unknown()), ['Settings', '设置']),
  secrets: field(
    Type.Array(Type.String()),
    ['Secrets that are set', '已设置的密钥'],
    ['Their names; a secret is never given back', '仅名称，密钥本身不返回'],
  ),
  installed: field(
    Type.Boolean(),
    ['Installed', '已安装'],
    ['Whether it has a folder of mappings', '是否有映射文件夹'],
  ),
  records: field(Type.Array(SystemRecord), ['Records', '来源记录']),
  createdAt: time(['Registered', '登记时间']),
  updatedAt: time(['Changed', '修改时间']),
}

export const System = field(Type.Object(system), ['System', '对接系统'])

export const SystemCard = field(
  Type.Object({
    ...system,
    drift: field(
      Type.Array(DriftedField),
      ['Unmapped fields', '未映射字段'],
      ['Fields that the system sends and no mapping reads', '系统发送而映射未读取的字段'],
    ),
  }),
  ['System with its unmapped fields', '对接系统详情'],
)

export const SystemPage = field(listOf('systems', 'System'), ['Systems', '对接系统列表'])

export const Mistake = field(
  Type.Object({
    path: text(['File', '文件']),
    line: field(Type.Integer(), ['Line', '行'], ['From 1', '从 1 起']),
    column: field(Type.Integer(), ['Column', '列'], ['From 1', '从 1 起']),
    target: text(['Place in the mapping', '映射中的位置']),
    message: text(['What is wrong', '问题']),
    advice: text(['What to do', '建议']),
  }),
  ['Mistake in a mapping', '映射错误'],
)

export const SystemCheck = field(
  Type.Object({
    ok: field(Type.Boolean(), ['Nothing is wrong', '无问题']),
    mistakes: field(Type.Array(component('Mistake')), ['Mistakes in the mappings', '映射错误']),
    settings: field(
      Type.Array(
        Type.Object({
          setting: text(['Setting', '设置项']),
          reason: text(['What is wrong', '问题']),
          advice: text(['What to do', '建议']),
        }),
      ),
      ['Mistakes in the settings', '设置错误'],
    ),
  }),
  ['Check of a system', '系统检查'],
)

const MappedRecord = Type.Object({
  kind: Type.Enum([...KINDS]),
  id: Type.String(),
  key: Type.Array(Type.String()),
  operation: Type.Enum(['upsert', 'void']),
  body: field(
    Type.Unknown(),
    ['Content', '内容'],
    ['null: a void that names no content', 'null 表示仅作废、不含内容'],
  ),
})

const TriedSource = field(
  Type.Object({
    index: Type.Integer(),
    key: nullable(Type.Array(Type.String()), ['Key of the source', '来源主键']),
    rejected: Type.Boolean(),
    issues: Type.Array(component('Issue')),
    records: Type.Array(MappedRecord),
    fields: field(
      Type.Array(
        Type.Object({
          target: text(['Field of the record', '目标字段']),
          from: field(Type.Array(Type.String()), ['Source fields', '来源字段']),
          verb: text(['Verb', '动词']),
          value: Type.Unknown(),
        }),
      ),
      ['Where each field came from', '各字段的来源'],
    ),
    unused: field(Type.Array(Type.String()), ['Unmapped fields', '未映射字段']),
  }),
  ['Result of one source record', '一条来源记录的结果'],
)

export const MappingTrial = field(
  Type.Object({
    mapping: text(['Mapping and version', '映射及版本']),
    encoding: text(['Encoding of the sample', '样例编码']),
    encodingMismatch: field(Type.Boolean(), ['Declared encoding is wrong', '声明的编码有误']),
    received: count(['Source records of the sample', '样例条数']),
    results: field(Type.Array(TriedSource), ['Results', '结果'], ['Of the first 100', '前 100 条']),
  }),
  ['Trial of a mapping', '映射试运行'],
)
