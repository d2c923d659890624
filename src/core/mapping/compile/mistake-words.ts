import { listEn, listZh, oneOf, type Sentence, words } from './mistake-parts.ts'
import { OF_READING } from './mistakes-of-reading.ts'
import { OF_SYSTEMS } from './mistakes-of-systems.ts'

/** Every mistake that a mapping file can have. `found` is what the file says, `wanted` what belongs there. */
export const MISTAKES = {
  ...OF_READING,
  ...OF_SYSTEMS,
  unknown_name: (parts) =>
    words([`"${parts.found}" is not known here`, `此处没有“${parts.found}”这一项`], oneOf(parts)),
  unknown_value: (parts) =>
    words(
      [`"${parts.found}" is not one of the values allowed here`, `此处不允许取值“${parts.found}”`],
      oneOf(parts),
    ),
  missing: ({ wanted }) =>
    words([`"${wanted}" is missing`, `缺少“${wanted}”`], [`Add "${wanted}".`, `请补充“${wanted}”。`]),
  not_map: ({ wanted }) =>
    words(
      ['Names with values are expected here', '此处应为“名称: 值”'],
      [`Write ${wanted ?? 'name: value'}.`, `请写成 ${wanted ?? '名称: 值'}。`],
    ),
  not_list: () =>
    words(
      ['A list is expected here', '此处应为列表'],
      ['Write [first, second].', '请写成 [第一项, 第二项]。'],
    ),
  not_two: () =>
    words(
      ['Two texts are expected here', '此处应为两个文本'],
      ['Write [first, second].', '请写成 [第一项, 第二项]。'],
    ),
  key_optional: () =>
    words(
      ['A key of which every part may be missing is none', '每一部分都可缺失的主键不成立'],
      ['Take "optional" from at least one part.', '请至少去掉其中一处“optional”。'],
    ),
  not_text: () =>
    words(['A single text is expected here', '此处应为单个文本'], ['Write one value.', '请只写一个值。']),
  empty: () =>
    words(['The value is empty', '值为空'], ['Write a value or take the line out.', '请填写值或删去此行。']),
  not_name: ({ found }) =>
    words(
      [`"${found}" is not <system>/<record>`, `“${found}”不是 <系统>/<记录>`],
      [
        'Use lower-case letters, digits and hyphens, as in jiaxing-wholesale/trade.',
        '请使用小写字母、数字与连字符，如 jiaxing-wholesale/trade。',
      ],
    ),
  same_name: ({ found, wanted }) =>
    words(
      [
        `"${found}" and "${wanted}" are one name in any case`,
        `不分大小写时“${found}”与“${wanted}”是同一名称`,
      ],
      ['Write the field in one spelling everywhere.', '请在各处使用同一写法。'],
    ),
  not_version: ({ found }) =>
    words(
      [`"${found}" is not a version`, `“${found}”不是版本号`],
      [
        'Use a whole number from 1; raise it with every change of an active mapping.',
        '请使用从 1 开始的整数，启用后的映射每次改动都要加一。',
      ],
    ),
  forbidden_path: ({ found }) =>
    words(
      [`The path "${found}" is not allowed`, `不允许路径“${found}”`],
      ['Name fields of the source only.', '只能写来源字段名。'],
    ),
  no_source: ({ wanted }) =>
    words(
      ['Nothing says where the value comes from', '没有说明取值来源'],
      [
        `Add ${wanted ?? 'from, const, concat, choose, call or each'}.`,
        `请补充 ${wanted ?? 'from、const、concat、choose、call 或 each'}。`,
      ],
    ),
  two_sources: ({ known }) =>
    words(
      [`Only one of ${listEn(known)} may stand here`, `${listZh(known)} 只能有一个`],
      ['Keep the one that is meant.', '请只保留需要的一项。'],
    ),
  bad_format: (parts) =>
    words(
      [`The time format is wrong: ${parts.found}`, `时间格式有误：${parts.found}`],
      [
        parts.meant
          ? `Did you mean "${parts.meant}"?`
          : 'Use yyyy M d H m s, or iso, epoch-ms, epoch-s, excel.',
        parts.meant
          ? `是否应为“${parts.meant}”？`
          : '请使用 yyyy M d H m s，或 iso、epoch-ms、epoch-s、excel。',
      ],
    ),
  bad_zone: ({ found }) =>
    words(
      [`"${found}" is not a time zone`, `“${found}”不是时区`],
      ['Use Asia/Shanghai, UTC or +08:00.', '请使用 Asia/Shanghai、UTC 或 +08:00。'],
    ),
  bad_number: ({ found }) =>
    words(
      [`"${found}" is not a number`, `“${found}”不是数字`],
      ['Write digits, as in 0 or 12.5.', '请写数字，如 0 或 12.5。'],
    ),
  bad_unit: ({ found }) =>
    words(
      [`"${found}" is not a known unit`, `“${found}”不是已知单位`],
      [
        'Use 公斤, 斤, 克, 吨, 头, 只, 个, 箱 or another unit of docs/model.md.',
        '请使用 公斤、斤、克、吨、头、只、个、箱 等已知单位。',
      ],
    ),
  no_table: (parts) =>
    words(
      [`There is no table "${parts.found}"`, `没有代码表“${parts.found}”`],
      [
        parts.meant ? `Did you mean "${parts.meant}"?` : `Add tables/${parts.found}.yaml beside the mapping.`,
        parts.meant ? `是否应为“${parts.meant}”？` : `请在映射旁增加 tables/${parts.found}.yaml。`,
      ],
    ),
  no_miss: () =>
    words(
      [
        'It is not said what happens to a code that the table does not have',
        '没有说明代码表中查不到时如何处理',
      ],
      [
        'Add miss: keep (the text as written), none (nothing), flag (nothing, and marked) or reject.',
        '请补充 miss：keep（保留原文）、none（不填）、flag（不填并标记）或 reject（拒收）。',
      ],
    ),
  no_void: () =>
    words(
      ['"void" needs "status": nothing says when a record is void', '“void”需要“status”：没有说明何时作废'],
      [
        'Add status: { from: …, active: […], void: […] }.',
        '请补充 status: { from: …, active: […], void: […] }。',
      ],
    ),
  void_untold: () =>
    words(
      [
        'The status has void values, but nothing says what a void does',
        '状态有作废值，但没有说明作废如何处理',
      ],
      [
        'Add void: { body: new } where the whole body is sent again, or void: { of: [field], keeps: content }.',
        '若作废时重发全部内容，请写 void: { body: new }；否则写 void: { of: [字段], keeps: content }。',
      ],
    ),
  no_time: ({ found }) =>
    words(
      [`A ${found} needs occurredAt`, `${found} 需要 occurredAt`],
      ['Add occurredAt: { from: …, date: […] }.', '请补充 occurredAt: { from: …, date: […] }。'],
    ),
  no_who: ({ found }) =>
    words(
      [`A ${found} needs a party or a site`, `${found} 需要主体或场所`],
      ['Add parties.<role> or sites.<role>.', '请补充 parties.<角色> 或 sites.<角色>。'],
    ),
  no_what: ({ found }) =>
    words(
      [`A ${found} needs a product, a lot or a document`, `${found} 需要产品、批次或凭证`],
      ['Add product, lots or documents.', '请补充 product、lots 或 documents。'],
    ),
  no_line_unit: () =>
    words(
      ['"per: unit" needs the quantity of the same record', '“per: unit”需要同一记录的 quantity'],
      [
        'Add quantity, or say per: kg, 500g, piece or head.',
        '请补充 quantity，或写 per: kg、500g、piece、head。',
      ],
    ),
  wrong_arguments: ({ found, wanted }) =>
    words(
      [`"${found}" takes ${wanted} arguments`, `“${found}”需要 ${wanted} 个参数`],
      ['See docs/mapping-language.md.', '见 docs/mapping-language.md。'],
    ),
  bad_scheme: (parts) =>
    words([`"${parts.found}" is not an identifier scheme`, `“${parts.found}”不是标识体系`], oneOf(parts)),
  word_is_field: ({ found }) =>
    words(
      [`"${found}" is read as a field of the source`, `“${found}”在此按来源字段读取`],
      [
        `Did you mean { const: ${found} }? Where the source has a field of this name, write { from: ${found} }.`,
        `是否应为 { const: ${found} }？若来源确有此字段，请写 { from: ${found} }。`,
      ],
    ),
  expected_subject: () =>
    words(
      [
        'The lot that a record is about is fulfilled by the record itself: nothing is ever waited for',
        'role: subject 的批次由本记录自身满足，永远不会等待',
      ],
      [
        'Take "expected" out, or say it of a lot with the role source or input, which another record brings.',
        '请删去 expected，或将其写在由其他记录建立的批次（role 为 source 或 input）上。',
      ],
    ),
  field_unseen: (parts) =>
    words(
      [`No record of the samples has the field "${parts.found}"`, `样例中没有任何记录含字段“${parts.found}”`],
      parts.meant
        ? oneOf(parts)
        : [
            'Compare its name with the interface document, or add a sample that has it.',
            '请对照接口文档核对字段名，或补充含此字段的样例。',
          ],
    ),
} as const satisfies Record<string, Sentence>

export type MistakeCode = keyof typeof MISTAKES
