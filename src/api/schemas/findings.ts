import Type from 'typebox'
import { FINDING_KINDS, FINDING_SEVERITIES, FINDING_STATES } from '#core/findings/finding-kinds.ts'
import { field } from '#core/model/field.ts'
import { component, count, nullable, text, time, words } from './fields.ts'

const decimal = (en: string, zh: string) => nullable(Type.String(), [en, zh], ['Decimal text', '十进制文本'])

export const FindingView = field(
  Type.Object({
    id: text(['Identifier', '标识']),
    version: count(['Version', '版本']),
    findingKind: Type.Enum([...FINDING_KINDS]),
    title: words,
    severity: Type.Enum([...FINDING_SEVERITIES]),
    state: Type.Enum([...FINDING_STATES]),
    isOverdue: field(
      Type.Boolean(),
      ['Overdue', '已逾期'],
      ['Pending beyond its deadline', '未处理且已过期限'],
    ),
    subject: nullable(Type.String(), ['Subject', '对象']),
    cases: field(
      Type.Array(Type.String({ format: 'uuid' })),
      ['Cases', '案件'],
      ['Of its test, lot or paper, the newest first', '所涉检测、批次或凭证的案件，最新在前'],
    ),
    occurredAt: component('When'),
    foundAt: time(['Found', '首次发现']),
    changedAt: time(['Changed', '最近变更']),
    dueAt: nullable(component('When') as never, ['Deadline', '期限']),
    owner: nullable(component('FindingOwner') as never, ['Who has to act', '责任方']),
    decidedBy: nullable(
      Type.String(),
      ['State set by', '状态由谁设定'],
      ['hub or official', 'hub 或 official'],
    ),
    sentence: nullable(component('Sentence') as never, ['In words', '说明']),
    numbers: field(Type.Array(component('FindingNumber')), ['Figures', '数据']),
    region: nullable(component('Region') as never, ['Region', '区划']),
    sites: field(Type.Array(component('SitePart')), ['Places', '场所']),
    lots: field(Type.Array(component('LotPart')), ['Lots', '批次']),
    documents: field(Type.Array(component('DocumentPart')), ['Papers', '凭证']),
    product: nullable(component('ProductPart') as never, ['Product', '产品']),
    evidence: field(Type.Array(component('FindingEvidence')), ['Rests on', '依据记录']),
    note: nullable(Type.String(), ['Note of an official', '处理备注']),
  }),
  ['Finding', '发现'],
)

const balanceFigures = {
  verdict: field(
    Type.Enum(['even', 'stock', 'over', 'unknown']),
    ['Verdict', '结论'],
    [
      'even: as much out as in, within the tolerance; stock: some is left; over: more out than in; unknown: not told what came in, or no unit tells all of it, or how much of a shared quantity was of this lot, so that it cannot be compared',
      'even 出入相符；stock 有结余；over 出多于入；unknown 入数未知，计量单位不一，或合计数量中本批所占多少不明，无法比较',
    ],
  ),
  in: decimal('In', '入'),
  out: decimal('Out', '出'),
  lost: decimal('Lost', '损耗'),
  left: decimal('In less out', '结余'),
  tolerance: decimal('Tolerance', '容差'),
}
/** A figure of a lot that is known within bounds. */
const atMost = (names: [en: string, zh: string]) =>
  nullable(Type.String(), names, [
    'Where a share of a quantity of several lots is not known; null where the figure is',
    '多个批次合计数量中本批份额不明时的上限；数值确知时为 null',
  ])
const told = {
  record: text(['Record', '记录']),
  version: count(['Version', '版本']),
  flow: text(
    ['Flow', '流向'],
    [
      'made, entered, sold, sent, taken, used, lost, returned',
      '产出、进场、销售、发出、被接收、投入、损耗、退回',
    ],
  ),
  system: text(['System', '对接系统']),
  kilograms: decimal('Kilograms', '千克'),
}

export const LotBalances = field(
  Type.Object({
    code: text(['Code asked for', '查询代码']),
    lots: Type.Array(
      Type.Object({
        code: text(['Code in the graph', '图中代码']),
        sameGoods: field(Type.Array(Type.String()), ['Also written down as', '同一货物的其他记载']),
        unit: nullable(Type.String(), ['Unit', '单位']),
        ...balanceFigures,
        inMost: atMost(['In at most', '入至多']),
        outMost: atMost(['Out at most', '出至多']),
        flows: field(
          Type.Record(Type.String(), Type.String()),
          ['By flow', '按流向'],
          ['What is told of this lot alone', '仅计单独述及本批次的数量'],
        ),
        together: field(
          Type.Array(
            Type.Object({
              lots: field(Type.Array(Type.String()), ['Lots', '批次'], ['This one among them', '含本批次']),
              verdict: balanceFigures.verdict,
              in: balanceFigures.in,
              out: balanceFigures.out,
              left: balanceFigures.left,
              tolerance: balanceFigures.tolerance,
            }),
          ),
          ['Together', '合计平衡'],
          [
            'Lots that a record names with one quantity, in the same unit: what is known of all of them together',
            '同一记录以一个数量述及的多个批次（计量单位相同）的合计出入',
          ],
        ),
        isPartial: field(Type.Boolean(), ['More is told than was read', '记录过多，未全部读取']),
        records: Type.Array(
          Type.Object({
            ...told,
            count: decimal('Count', '数量'),
            countUnit: nullable(Type.String(), ['Unit of the count', '计数单位']),
            beside: field(
              Type.Array(Type.String()),
              ['Also of', '同时涉及'],
              ['Other lots of which its quantity is as well', '其数量同时包含的其他批次'],
            ),
          }),
        ),
      }),
    ),
  }),
  ['Balance of lots', '批次平衡'],
)

export const SiteBalances = field(
  Type.Object({
    site: text(
      ['Place', '场所'],
      [
        'Its code; where only its name is known, the name with its region: 大关湾示例农贸市场@330105',
        '场所代码；仅知名称时为名称与区划，如 大关湾示例农贸市场@330105',
      ],
    ),
    siteName: nullable(Type.String(), ['Name', '名称']),
    day: text(['Day', '日期']),
    candidates: Type.Optional(
      field(
        Type.Array(
          Type.Object({
            site: text(['Place', '场所'], ['Send it as `site`', '以 site 发送']),
            region: Type.Optional(text(['Region', '区划'], ['GB/T 2260 code', 'GB/T 2260 代码'])),
            regionName: Type.Optional(text(['Name of the region', '区划名称'])),
          }),
        ),
        ['Candidates', '候选'],
        [
          'Where several places bear the name: each of them. `products` has only what names no region',
          '多个场所重名时列出各场所；products 仅含未注明区划的记录',
        ],
      ),
    ),
    note: Type.Optional(field(words, ['Note', '说明'], ['Beside candidates', '有候选时出现'])),
    products: Type.Array(
      Type.Object({
        goods: text(['Product', '产品'], ['As name:…, class:… or code:…', '形如 name:…、class:…、code:…']),
        unit: field(
          Type.Enum(['KGM', 'HEA']),
          ['Unit', '单位'],
          [
            'HEA where heads alone tell all, or more than there were',
            '仅按头（只）数可比较，或头（只）数已超出时为 HEA',
          ],
        ),
        opening: text(['Stock of the days before', '前期结存']),
        ...balanceFigures,
        records: Type.Array(Type.Object(told)),
      }),
    ),
  }),
  ['Balance of a place and day', '场所当日平衡'],
)
