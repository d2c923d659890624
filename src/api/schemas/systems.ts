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

export const DriftedField = field(
  Type.Object({
    record: text(['Record of the system', '来源记录名']),
    field: text(['Field', '字段']),
    count: count(['Times seen', '出现次数']),
    sample: nullable(
      Type.String(),
      ['Shape of a text', '内容形式'],
      [
        '9 a digit, a and A letters, 字 all else: the text may be of a person',
        '9 表示数字，a、A 表示字母，字 表示其他：内容可能涉及个人',
      ],
    ),
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
  expect: nullable(
    component('Expectation'),
    ['What is expected', '报送预期'],
    ['null: it is not watched', 'null 表示不监测'],
  ),
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
      Type.Array(component('DriftedField')),
      ['Unmapped fields', '未映射字段'],
      ['Fields that the system sends and no mapping reads', '系统发送而映射未读取的字段'],
    ),
  }),
  ['System with its unmapped fields', '对接系统详情'],
)

const NewValue = field(
  Type.Object({
    record: text(['Record of the system', '来源记录名']),
    field: text(['Field', '字段']),
    value: text(['Value', '取值']),
    count: count(['Times seen', '出现次数']),
    receipt: text(['Receipt of the first', '首次出现的回执号']),
    firstSeen: time(['First seen', '首次出现']),
    lastSeen: time(['Last seen', '最近出现']),
  }),
  ['Value that nothing names', '未登记的取值'],
)

const NullShare = field(
  Type.Object({
    record: text(['Record of the system', '来源记录名']),
    field: text(['Field', '字段']),
    day: field(Type.String({ format: 'date' }), ['Day', '日期']),
    seen: count(['Records looked at', '抽查条数'], ['The first 20 of each message', '每份报文前 20 条']),
    share: field(Type.Number(), ['Share of empty ones', '空值占比'], ['0 to 1', '0 至 1']),
    seenBefore: count(['Records of the 14 days before', '前 14 天抽查条数']),
    shareBefore: nullable(Type.Number(), ['Share of empty ones before', '之前的空值占比']),
    alarm: field(
      Type.Boolean(),
      ['Moved', '明显变化'],
      [
        'By more than 0.2, with at least 50 records on the day and 200 before it',
        '变化超过 0.2，且当日不少于 50 条、之前不少于 200 条',
      ],
    ),
  }),
  ['Share of empty values', '空值占比'],
)

export const SystemDrift = field(
  Type.Object({
    system: text(['System', '对接系统']),
    fields: field(Type.Array(component('DriftedField')), ['Unmapped fields', '未映射字段']),
    values: field(Type.Array(NewValue), ['New values', '新出现的取值']),
    nulls: field(
      Type.Array(NullShare),
      ['Empty values', '空值'],
      ['Those that moved come first', '变化者在前'],
    ),
  }),
  ['Drift of a system', '对接系统变化'],
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

const doubts = field(
  Type.Array(component('Mistake')),
  ['Surely not meant', '多半不合本意之处'],
  [
    'Places that work, such as a bare word that is read as a field where a value was meant',
    '可用但多半写错的位置，例如本应为固定值的词被当作字段读取',
  ],
)

export const SystemCheck = field(
  Type.Object({
    ok: field(
      Type.Boolean(),
      ['Nothing is wrong', '无问题'],
      ['Also where there are doubts', '存在 doubts 时仍可为 true'],
    ),
    mistakes: field(Type.Array(component('Mistake')), ['Mistakes in the mappings', '映射错误']),
    doubts,
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
    whole: Type.Optional(
      field(
        Type.Object({
          key: field(Type.Array(Type.String()), ['Key of the order or the title', '整单或标题的主键']),
          lines: nullable(
            Type.Integer(),
            ['Lines', '明细数'],
            [
              'null: the key of one cannot be read, and nothing ends',
              'null 表示有明细的主键无法读取，不作废任何明细',
            ],
          ),
          ends: field(
            Type.Integer(),
            ['Lines that end', '作废的明细数'],
            [
              'Of those that the same order has before in the sample; a hub may know more',
              '指样例中同一整单此前的明细；平台内已有的可能更多',
            ],
          ),
        }),
        ['Order or sheet that is told with all its lines', '整单报送的订单或工作表'],
        ['At its last line, where the mapping says `whole`', '映射写有 whole 时，见于其最后一条明细'],
      ),
    ),
  }),
  ['Result of one source record', '一条来源记录的结果'],
)

export const MappingTrial = field(
  Type.Object({
    mapping: text(['Mapping and version', '映射及版本']),
    encoding: text(['Encoding of the sample', '样例编码']),
    encodingMismatch: field(Type.Boolean(), ['Declared encoding is wrong', '声明的编码有误']),
    received: count(['Source records of the sample', '样例条数']),
    rejected: count(['Source records rejected', '退回条数']),
    drift: field(
      Type.Record(Type.String(), Type.Integer()),
      ['Unmapped fields', '未映射字段'],
      ['With the number of source records that have them', '及含有该字段的条数'],
    ),
    doubts,
    unseen: field(
      Type.Array(component('Mistake')),
      ['Fields that the sample lacks', '样例中没有的字段'],
      [
        'Places of the mapping that read a field which no record of the sample has: misspelt, or the sample does not show it',
        '读取了样例中没有的字段：字段名写错，或样例未包含该字段',
      ],
    ),
    results: field(Type.Array(TriedSource), ['Results', '结果'], ['Of the first 100', '前 100 条']),
  }),
  ['Trial of a mapping', '映射试运行'],
)
