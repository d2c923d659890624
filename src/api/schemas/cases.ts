import Type from 'typebox'
import { listOf } from '#api/page.ts'
import { CASE_EVENTS, CASE_STATES, OFFICIAL_EVENTS } from '#core/cases/states.ts'
import { UNKNOWN_GOODS } from '#core/cases/unknown-goods.ts'
import { FINDING_KINDS, FINDING_SEVERITIES, FINDING_STATES } from '#core/findings/finding-kinds.ts'
import { HOLD_KINDS } from '#core/lineage/graph.ts'
import { field } from '#core/model/field.ts'
import { component, count, nullable, text, time } from './fields.ts'

const string = Type.String()
const instant = Type.String({ format: 'date-time' })
const state = Type.Enum([...CASE_STATES])
const mass = (en: string, zh: string) =>
  nullable(string, [en, zh], ['Kilograms, exact decimal text', '千克，十进制文本'])

const kase = {
  id: field(Type.String({ format: 'uuid' }), ['Identifier', '标识']),
  state: field(
    state,
    ['State', '状态'],
    [
      'suspect, held, objected, retest, cleared, confirmed, disposal, notified, closed (docs/cases.md)',
      'suspect 可疑、held 停售、objected 异议、retest 复检、cleared 解除、confirmed 确认不合格、disposal 处置、notified 已通报、closed 结案',
    ],
  ),
  narrow: field(
    Type.Boolean(),
    ['Does not spread', '不扩散'],
    [
      'Only the tested lots at their stalls, until a laboratory confirms. false where a part of its goods spreads: which ones do not tells narrow of each lot',
      '实验室确认前仅限受检批次及其摊位；部分货物扩散时为 false，各批次以其 narrow 为准',
    ],
  ),
  openedBy: field(Type.Enum(['test', 'official']), ['Opened by', '立案方式']),
  test: nullable(string, ['Test', '检测记录']),
  code: nullable(string, ['Code that was stopped', '责令停售的编码']),
  cause: text(['Cause', '原因']),
  product: field(
    Type.Object({ name: Type.Union([string, Type.Null()]), class: Type.Union([string, Type.Null()]) }),
    ['Product', '产品'],
  ),
  region: nullable(string, ['Region', '区划']),
  site: nullable(string, ['Site', '场所']),
  stall: nullable(string, ['Stall', '摊位']),
  toldAt: time(['Result told', '结果告知时间']),
  objectionUntil: time(
    ['Objection until', '异议截止'],
    [
      'The end of the time for an objection to what was told last. It stays as it was where somebody objected or that is decided; whether one is possible now says possible',
      '对最近告知的结果提出异议的截止时间；提出异议或已有结论后保持不变，当前能否提出见 possible',
    ],
  ),
  openedAt: time(['Opened', '立案时间']),
  stateAt: time(['In this state since', '进入该状态的时间']),
  due: nullable(
    string,
    ['What is due', '待办'],
    [
      'retest, decision, laboratory, disposal, notice, closing',
      '送检、处理决定、实验室结果、处置、通报、结案',
    ],
  ),
  dueAt: nullable(instant, ['Due', '期限']),
  heldMass: nullable(
    string,
    ['Mass of the held lots', '停售批次重量'],
    [
      'Kilograms of the lots as they came in: each once, those of a lot that came from another held one as part of it, and of goods that were used up what was made of them. What was sold since is not taken off, and lots that no record weighs are not among them: what should be left where is told by a rehearsed recall. Null where no record weighs any, where nothing is held, and for who sees a part',
      '千克，按批次来货重量计：每千克只计一次，由其他停售批次分出的不重复计，已加工用尽的以加工所得计；其后已售的未扣除，无重量记录的批次未计入，各场所应存量见召回推演。均无重量记录、已无停售或仅可见部分时为 null',
    ],
  ),
  weighed: nullable(
    Type.Boolean(),
    ['All weighed', '数量齐全'],
    [
      'Whether all lots that heldMass counts tell their kilograms; false: more may be held. null for who sees a part',
      '计入 heldMass 的批次是否均有千克数；false 表示实际可能更多。仅可见部分时为 null',
    ],
  ),
  disposedMass: nullable(
    string,
    ['Disposed of', '已处置数量'],
    ['Kilograms; null for who sees a part', '千克；仅可见部分时为 null'],
  ),
  truncated: nullable(
    Type.Boolean(),
    ['Cut', '未列全'],
    [
      'More goods are reached than a case holds; null for who sees a part',
      '涉及批次超过上限；仅可见部分时为 null',
    ],
  ),
}

export const Case = field(Type.Object(kase), ['Case', '案件'])
export const CasePage = field(listOf('cases', 'Case'), ['Cases', '案件列表'])

export const CaseLot = field(
  Type.Object({
    code: text(['Graph code', '图编码']),
    kind: Type.Enum(['lot', 'document']),
    role: field(
      Type.Enum(['tested', 'upstream', 'downstream', 'sold', 'origin']),
      ['Role', '角色'],
      [
        'upstream up to the nearest dispatch; sold: tickets; origin: behind the dispatch, told and not held',
        'upstream 上溯至准出；sold 已零售；origin 准出之前，仅告知不停售',
      ],
    ),
    depth: nullable(
      Type.Integer({ minimum: 0 }),
      ['Steps', '步数'],
      ['null for who sees a part', '仅可见部分时为 null'],
    ),
    narrow: field(
      Type.Boolean(),
      ['Does not spread', '不扩散'],
      [
        'A suspect: tests are in doubt of it alone, so it is not sold where it was tested, and goods that came of it are free',
        '可疑批次：仅有存疑检测，只在受检场所停售，由其产生的货物不受影响',
      ],
    ),
    via: nullable(
      Type.Object({
        code: string,
        record: string,
        rule: string,
        confidence: Type.Number(),
      }),
      ['Found by', '关联依据'],
    ),
    site: nullable(string, ['Site', '场所']),
    stall: nullable(string, ['Stall', '摊位']),
    region: nullable(string, ['Region', '区划']),
    product: nullable(string, ['Product', '产品']),
    mass: mass('Mass', '数量'),
    occurredAt: nullable(instant, ['When', '时间']),
    held: field(Type.Boolean(), ['Held', '停售中']),
    hold: nullable(
      string,
      ['Hold record', '停售记录'],
      [
        'At its main place; null where it is not held, and for who sees a part',
        '主要所在场所的停售记录；未停售或仅可见部分时为 null',
      ],
    ),
    places: field(
      Type.Array(
        Type.Object({
          hold: text(['Hold record', '停售记录']),
          order: field(
            Type.Enum(['stop_sale', 'recall']),
            ['Order', '措施'],
            [
              'In a case that is confirmed, what only a rapid test failed is stopped and not recalled',
              '已确认的案件中，仅快检不合格的批次停售而不召回',
            ],
          ),
          site: nullable(string, ['Site', '场所']),
          region: nullable(string, ['Region', '区划']),
        }),
      ),
      ['Held at', '停售场所'],
      [
        'Each place at which it is held: one code stands for goods in several markets',
        '该批次停售所及的各场所：同一编码的货物可在多个市场',
      ],
    ),
  }),
  ['Lot of a case', '涉案批次'],
)

export const CaseHold = field(
  Type.Object({
    record: text(['Hold record', '停售记录']),
    version: count(['Newest version', '最新版本']),
    kind: Type.Enum([...HOLD_KINDS]),
    place: text(['Place', '场所键']),
    since: time(['Since', '起始时间']),
  }),
  ['Hold of a case', '案件的停售记录'],
)

export const CaseFinding = field(
  Type.Object({
    id: text(['Finding', '发现']),
    findingKind: Type.Enum([...FINDING_KINDS]),
    severity: Type.Enum([...FINDING_SEVERITIES]),
    state: Type.Enum([...FINDING_STATES]),
    subject: text(['Subject', '对象']),
  }),
  ['Finding of a case', '案件相关的发现'],
)

export const CaseEvent = field(
  Type.Object({
    no: count(['Number', '序号']),
    event: Type.Enum([...CASE_EVENTS]),
    from: nullable(state, ['From', '原状态']),
    to: field(state, ['To', '新状态']),
    at: time(['When', '发生时间']),
    recordedAt: time(['Recorded', '登记时间']),
    actor: nullable(
      string,
      ['Who', '操作者'],
      [
        'hub, administrator, or the identifier of a key; null for who sees a part',
        'hub、administrator 或密钥标识；仅可见部分时为 null',
      ],
    ),
    quantity: mass('Quantity', '数量'),
    heldMass: nullable(
      string,
      ['Known to be held then', '当时已知停售'],
      [
        'Of a disposal: kilograms; null where not all lots were weighed, and for all else',
        '处置时已知的停售千克数；批次数量不齐或非处置事件为 null',
      ],
    ),
    method: nullable(string, ['Method', '方法']),
    note: nullable(string, ['Note', '备注']),
    record: nullable(string, ['Record', '依据记录']),
    version: nullable(Type.Integer(), ['Version', '版本']),
  }),
  ['Event of a case', '案件事件'],
)

export const CaseCard = field(
  Type.Object({
    ...kase,
    unknownGoods: nullable(
      Type.Object({
        code: Type.Enum([...UNKNOWN_GOODS]),
        detail: text(['Why', '原因']),
        fix: text(['What to send', '应补报的内容']),
      }),
      ['Goods that nobody knows', '批次不明'],
      [
        'Why no lot is held though the goods are stopped: the hold names their place and product alone. null where one is held, and for who sees a part',
        '货物已停售而未能落实到批次的原因：停售记录仅写明场所与品种。已有停售批次或仅可见部分时为 null',
      ],
    ),
    heldAfterVoid: nullable(
      Type.Object({
        code: Type.Enum(['void_since']),
        records: field(Type.Array(string), ['Void records', '作废的记录']),
        lots: field(Type.Array(string), ['Lots', '批次']),
        detail: text(['Why', '原因']),
        fix: text(['What to do', '处理建议']),
      }),
      ['Held after a void', '作废后仍停售'],
      [
        'Lots that are held over a sale, a dispatch or a paper that was made void since, because other records in force say that the goods are there. null where there are none, and for who sees a part',
        '据以停售的销售、调出记录或凭证其后作废、但其他有效记录载明货物仍在的批次。没有此类批次或仅可见部分时为 null',
      ],
    ),
    disposedBeyond: nullable(
      Type.Object({
        code: Type.Enum(['more_than_held']),
        held: text(['Known to be held', '已知停售']),
        disposed: text(['Disposed of', '已处置']),
        detail: text(['Why', '原因']),
        fix: text(['What to do', '处理建议']),
      }),
      ['More disposed of than held', '处置多于停售'],
      [
        'Kilograms, where more were disposed of than are known to be held and all of these were weighed; it is taken all the same',
        '处置公斤数多于已知停售且停售批次数量齐全时给出；处置照常登记',
      ],
    ),
    lots: field(Type.Array(component('CaseLot')), ['Lots', '涉案批次']),
    holds: field(Type.Array(component('CaseHold')), ['Holds', '停售记录']),
    events: field(Type.Array(component('CaseEvent')), ['Events', '事件']),
    findings: field(
      Type.Array(component('CaseFinding')),
      ['Findings', '相关发现'],
      ['Of its tests, lots and papers; pending ones first', '所涉检测、批次与凭证的发现，未处理的在前'],
    ),
    possible: field(
      Type.Array(Type.Enum([...OFFICIAL_EVENTS])),
      ['Possible', '可用事件'],
      [
        'What the caller may say of it now, with what the event needs; none for who may only read. What happened in time and is told late is taken with its `at` all the same',
        '调用者当前可提交的事件（须补齐该事件所需内容）；仅有读取权限的为空。及时发生而迟报的事件可凭 `at` 提交',
      ],
    ),
    needs: field(
      Type.Array(
        Type.Object({
          event: Type.Enum([...OFFICIAL_EVENTS]),
          code: text(['Code', '代码']),
          reason: text(['Why', '原因']),
        }),
      ),
      ['What possible events need', '可用事件所需内容'],
      [
        'Of each that is refused where nothing is said with it: the code and the reason of that refusal, such as needs_method',
        '不附内容提交将被拒绝的事件及其拒绝代码与原因，例如 needs_method',
      ],
    ),
  }),
  ['Case with its lots, holds and events', '案件详情'],
)
