import Type, { type TProperties } from 'typebox'
import { type Bilingual, field } from '#core/model/field.ts'
import { component, count, nullable, text, time, words } from './fields.ts'

const mass = text(['Kilograms', '公斤'], ['Decimal text', '十进制文本'])
const amount = nullable(
  Type.String(),
  ['Yuan', '元'],
  [
    'Decimal text, of the records that tell an amount; null where there are records and none of them does',
    '十进制文本，为载明金额的记录之和；有记录而均未载明金额时为 null',
  ],
)

export const CountedGoods = field(Type.Object({ records: count(['Records', '记录数']), mass }), [
  'Records with their kilograms',
  '记录数与重量',
])
export const CountedSales = field(Type.Object({ records: count(['Records', '记录数']), mass, amount }), [
  'Records with kilograms and yuan',
  '记录数、重量与金额',
])

const goods = (title: Bilingual, description?: Bilingual) =>
  field(component('CountedGoods') as never, title, description)
const sold = (title: Bilingual, description?: Bilingual) =>
  field(component('CountedSales') as never, title, description)
const list = (members: TProperties, title: Bilingual) => field(Type.Array(Type.Object(members)), title)
const named = { code: text(['Code', '代码']), title: words }
const records = count(['Records', '记录数'])

const tests = {
  all: count(['Tests', '检测数']),
  passed: count(['Passed', '合格']),
  failed: count(['Failed', '不合格']),
  suspect: count(['Suspect', '可疑']),
  invalid: count(['Invalid', '无效']),
  unknown: count(['Without a verdict', '无结论']),
  byHalfPastEight: count(['Done by 08:30', '八点半前完成']),
  failedShare: nullable(
    Type.Number(),
    ['Share of failed', '不合格率'],
    ['Of those that passed or failed, four decimals', '占合格与不合格之和，四位小数'],
  ),
  byItem: list({ item: text(['Item', '项目']), tests: records, failed: count(['Failed', '不合格']) }, [
    'By item',
    '按项目',
  ]),
  byProduct: list({ ...named, tests: records, failed: count(['Failed', '不合格']) }, [
    'By main product',
    '按主要品种',
  ]),
  main: field(
    Type.Object({
      seen: count(['On sale', '在售']),
      tested: count(['With a result by 08:30', '八点半前有结果']),
      missing: count(['Without one', '无结果']),
      products: list(
        {
          ...named,
          seen: count(['On sale', '在售']),
          tested: count(['Tested', '已检']),
          missing: count(['Missing', '未检']),
        },
        ['Products', '品种'],
      ),
    }),
    ['The twenty main products', '二十个主要品种'],
    ['Counted as markets times products', '按市场×品种计数'],
  ),
}

const figures = {
  entries: field(
    Type.Object({
      all: goods(['All', '合计']),
      admitted: goods(['Admitted', '准予']),
      refused: goods(['Refused', '拒绝']),
      pending: goods(['Pending', '待定']),
      untold: goods(['Without a word on it', '未注明结论']),
      byClass: list({ ...named, records, mass }, ['By class', '按品类']),
      papers: field(
        Type.Object({
          complete: goods(['With all that the rules of the day ask for', '符合当日规定']),
          missing: goods(['Without', '缺凭证'], ['`none`, `unknown` and `incomplete`', '以下三项之和']),
          none: goods(['No paper', '无凭证']),
          unknown: goods(['Only papers of an unknown type', '类型不明']),
          incomplete: goods(['Some papers', '凭证不全']),
          notRequired: goods(['None required', '无需凭证']),
          untold: goods(['Goods without a class', '品类不明']),
        }),
        ['Papers', '凭证'],
      ),
    }),
    ['Entries', '进场准入'],
  ),
  sales: field(
    Type.Object({
      all: sold(['All', '合计']),
      wholesale: sold(['Wholesale', '批发']),
      tickets: sold(['Tickets', '零售小票']),
      summaries: sold(['Daily summaries', '日汇总']),
      untold: sold(['Kind not told', '类型不明']),
      refunds: sold(['Refunds', '退货'], ['Below zero; taken off in `all`', '为负数，已在合计中扣除']),
      byClass: list({ ...named, records, mass, amount }, ['By class', '按品类']),
    }),
    ['Sales', '交易'],
  ),
  payments: field(
    Type.Object({
      all: field(Type.Object({ records, amount }), ['All', '合计']),
      byMethod: list({ method: text(['Method', '方式']), records, amount }, ['By method', '按方式']),
    }),
    ['Payments', '支付'],
  ),
  tests: field(Type.Object(tests), ['Tests', '检测']),
  papers: field(
    Type.Object({
      issued: goods(['Issued on the day', '当日开具']),
      void: count(['Of them void', '其中已作废']),
      lastDay: count(['Valid for the last day', '当日到期']),
      byType: list(
        {
          ...named,
          records,
          mass,
          void: count(['Void', '已作废']),
          lastDay: count(['Last day', '当日到期']),
        },
        ['By type', '按类型'],
      ),
    }),
    ['Papers', '凭证'],
    ['Where they were issued', '按开具地统计'],
  ),
  holds: field(
    Type.Object({
      stopSale: count(['Stop of sale', '停止销售']),
      release: count(['Release', '解除']),
      recall: count(['Recall', '召回']),
    }),
    ['Holds', '停售与召回'],
  ),
  disposals: field(
    Type.Object({
      all: goods(['All', '合计']),
      destroyed: goods(['Destroyed', '销毁']),
      returned: goods(['Returned', '退货']),
      rendered: goods(['Rendered harmless', '无害化']),
    }),
    ['Disposals', '处置'],
    [
      'Records of disposals; what was disposed of in cases is `cases.disposed`',
      '处置记录；在案处置另见 `cases.disposed`',
    ],
  ),
  inspections: field(
    Type.Object({
      all: count(['All', '合计']),
      pass: count(['Passed', '通过']),
      fail: count(['Failed', '不通过']),
      rectify: count(['To be put right', '责令整改']),
      unknown: count(['Without a result', '无结论']),
    }),
    ['Inspections', '监管检查'],
  ),
  findings: field(
    Type.Object({
      all: count(['All', '合计']),
      pending: count(['To be dealt with', '待处理']),
      bySeverity: list(
        {
          severity: text(['Severity', '严重程度']),
          all: count(['All', '合计']),
          pending: count(['To be dealt with', '待处理']),
        },
        ['By severity', '按严重程度'],
      ),
    }),
    ['Findings', '监管发现'],
  ),
  sources: field(
    Type.Array(
      Type.Object({
        of: text(['What', '类别']),
        system: text(['System', '对接系统']),
        counted: sold(['Counted', '计入']),
        leftOut: sold(
          ['Left out', '未计入'],
          ['Another system told of more of the same goods', '另一系统对同一货物记录更全'],
        ),
      }),
    ),
    ['What is counted from which system', '计入来源'],
  ),
}

const scope = field(
  Type.Object({
    region: nullable(Type.String(), ['Region', '区划']),
    site: nullable(
      Type.String(),
      ['Market', '市场'],
      ['Its code, or name@region where it has none', '代码；无代码时为 名称@区划'],
    ),
    name: nullable(Type.String(), ['Name', '名称']),
  }),
  ['Of what', '范围'],
  ['All null: everything', '均为空表示全部'],
)
const asOf = field(
  Type.Object({
    position: nullable(
      Type.String(),
      ['Counted up to', '已统计至'],
      ['null for who sees a part of the log', '仅可见部分日志时为 null'],
    ),
    head: nullable(
      Type.String(),
      ['The log is at', '日志位点'],
      ['null for who sees a part of the log', '仅可见部分日志时为 null'],
    ),
    complete: field(Type.Boolean(), ['Nothing waits', '已无待统计']),
    at: time(['Read at', '读取时间']),
  }),
  ['As of', '截至'],
)

const around = {
  cases: field(
    Type.Object({
      opened: count(['Opened on the day', '当日立案']),
      cleared: count(['Cleared on the day', '当日解除']),
      closed: count(['Closed on the day', '当日结案']),
      open: count(['Open at its end', '当日末未结']),
      disposed: Type.Optional(
        nullable(
          Type.Object({
            all: goods(['All', '合计']),
            destroyed: goods(['Destroyed', '销毁']),
            returned: goods(['Returned', '退货']),
            rendered: goods(['Rendered harmless', '无害化']),
          }),
          ['Disposed of in cases', '在案处置'],
          [
            'What officials told in the cases on the day; counted apart from `disposals`, which are records and may tell of the same goods: never add the two. Null of a market for who sees a part; not there in reports that were published before 0.4.0',
            '当日在案件中登记的处置；与 `disposals`（处置记录）分列，两者可能是同一批货物，不可相加。仅可见部分数据者查询市场时为 null；0.4.0 之前发布的日报无此项',
          ],
        ),
      ),
    }),
    ['Cases', '案件'],
  ),
  silent: field(
    Type.Array(
      Type.Object({
        system: text(['System', '对接系统']),
        record: nullable(Type.String(), ['Record', '记录']),
        since: time(['Told since', '告警起始']),
        until: nullable(Type.String({ format: 'date-time' }), ['Until', '结束']),
      }),
    ),
    ['Systems that were silent', '中断上报的系统'],
    ['As long as alerts are kept, 90 days', '依据告警，保留 90 天'],
  ),
}

export const SupervisionDay = field(
  Type.Object({
    day: text(['Day of the events, China', '事件日（北京时间）']),
    scope,
    asOf,
    ...figures,
    ...around,
  }),
  ['Supervision of a day', '每日监管汇总'],
  ['docs/supervision.md says what each figure counts', '口径见 docs/supervision.md'],
)

const headline = {
  entries: goods(['Entries', '进场']),
  entriesWithoutPapers: goods(['Without papers', '缺凭证']),
  sales: sold(['Sales', '交易']),
  tests: field(
    Type.Object({
      all: tests.all,
      failed: tests.failed,
      failedShare: tests.failedShare,
      missing: count(['Missing', '未检']),
    }),
    ['Tests', '检测'],
  ),
  papers: field(Type.Object({ issued: count(['Issued', '开具']), void: count(['Void', '作废']) }), [
    'Papers',
    '凭证',
  ]),
  holds: count(['Stops and recalls', '停售与召回']),
  disposed: goods(['Disposed of', '处置']),
  inspections: count(['Inspections', '检查']),
}

export const SupervisionDays = field(
  Type.Object({
    from: text(['First day', '起始日']),
    to: text(['Last day', '截止日']),
    scope,
    asOf,
    total: field(Type.Object(headline), ['All days', '合计']),
    days: list({ day: text(['Day', '日期']), ...headline }, [
      'Days on which anything happened',
      '有记录的各日',
    ]),
  }),
  ['Supervision of several days', '多日监管汇总'],
)

export const SupervisionMarket = field(
  Type.Object({
    site: text(['Market', '市场']),
    name: nullable(Type.String(), ['Name', '名称']),
    region: text(['Region', '区划']),
    ...headline,
  }),
  ['A market on a day', '市场当日'],
)
