import Type, { type Static } from 'typebox'
import type { Body } from '#core/model/body.ts'
import { chinaTime } from '#core/model/china-time.ts'
import { field } from '#core/model/field.ts'
import type { PartyPart, SitePart } from '#core/model/parts.ts'
import { regionName } from '#core/regions/path.ts'

const closed = { additionalProperties: false }
const short = (most = 200) => Type.String({ minLength: 1, maxLength: most })

/** What an official says of an inspection. */
export const InspectionWish = field(
  Type.Object(
    {
      number: Type.Optional(
        field(
          Type.String({ pattern: '^[A-Za-z0-9-]{1,64}$' }),
          ['Number', '编号'],
          [
            'Of the paper form; the same number again is the same inspection',
            '检查单编号；同一编号为同一次检查',
          ],
        ),
      ),
      at: field(
        Type.String({ format: 'day-or-time' }),
        ['When', '检查时间'],
        ['Day, or time with its zone', '日期，或带时区的时间'],
      ),
      region: field(
        Type.String({ pattern: '^\\d{6}$' }),
        ['Region', '区划'],
        ['Code of GB/T 2260 in the year of the inspection', '检查当年的区划代码'],
      ),
      site: field(
        Type.Object(
          {
            code: Type.Optional(
              field(short(100), ['Code', '代码'], ['Node code of the market', '市场节点码']),
            ),
            name: Type.Optional(field(short(), ['Name', '名称'])),
            stall: Type.Optional(field(short(60), ['Stall', '摊位'])),
          },
          closed,
        ),
        ['Where', '被检场所'],
        ['Code or name', '代码或名称'],
      ),
      result: field(Type.Enum(['pass', 'fail', 'rectify']), ['Result', '结论']),
      checklist: Type.Optional(
        field(
          Type.Array(
            Type.Object(
              {
                item: field(short(), ['What was checked', '检查项目']),
                result: field(Type.Enum(['pass', 'fail', 'not_applicable']), ['Result', '结果']),
                note: Type.Optional(field(short(1000), ['Remark', '备注'])),
              },
              closed,
            ),
            { maxItems: 200 },
          ),
          ['Checklist', '检查表'],
        ),
      ),
      findings: Type.Optional(
        field(Type.Array(short(1000), { maxItems: 100 }), ['What was wrong', '发现的问题']),
      ),
      answers: Type.Optional(
        field(
          Type.Array(Type.String({ pattern: '^urn:cnft:finding:', maxLength: 300 }), {
            maxItems: 100,
            uniqueItems: true,
          }),
          ['Answers', '回应的发现'],
          ['Identifiers of findings', '监管发现的标识'],
        ),
      ),
      dueAt: Type.Optional(
        field(
          Type.String({ format: 'day-or-time' }),
          ['To be put right by', '整改期限'],
          ['Day, until its end, or time', '日期（至当日结束）或时间'],
        ),
      ),
      inspector: field(
        Type.Object(
          {
            organisation: field(short(), ['Authority', '检查机关']),
            person: Type.Optional(
              field(
                short(60),
                ['Person', '检查人员'],
                [
                  'Sharing class personal: given to nobody who may not see persons',
                  '个人信息，不向无权限者提供',
                ],
              ),
            ),
          },
          closed,
        ),
        ['Who inspected', '检查方'],
      ),
      photos: Type.Optional(
        field(
          Type.Array(Type.String({ pattern: '^[0-9a-f]{64}$' }), { maxItems: 100, uniqueItems: true }),
          ['Photos', '照片'],
          ['SHA-256 of each; the hub keeps no photo', '各照片的 SHA-256；平台不保存照片'],
        ),
      ),
      note: Type.Optional(field(short(2000), ['Remark', '备注'])),
    },
    closed,
  ),
  ['An inspection', '监管检查'],
)
export type InspectionWish = Static<typeof InspectionWish>

export const InspectionWithdrawal = field(
  Type.Object({ reason: field(short(), ['Reason', '原因']) }, closed),
  ['Why it is made void', '作废原因'],
)
export type InspectionWithdrawal = Static<typeof InspectionWithdrawal>

const DAY = /^\d{4}-\d{2}-\d{2}$/

/** The content of the record. A day is one of China, and a deadline lasts until its end. */
export function inspectionBody(wish: InspectionWish): Body {
  const { site, inspector } = wish
  const year = Number(wish.at.slice(0, 4))
  const name = regionName(wish.region, year)
  const ids = site.code === undefined ? [] : [{ scheme: schemeOf(site.code), value: site.code }]
  const sites: SitePart[] = [
    { role: 'market', ids, ...(site.name === undefined ? {} : { name: site.name }) },
    ...(site.stall === undefined ? [] : [{ role: 'stall' as const, ids: [], name: site.stall }]),
  ]
  const parties: PartyPart[] = [
    { role: 'inspector', ids: [], name: inspector.organisation, kind: 'authority' },
    ...(inspector.person === undefined
      ? []
      : [
          {
            role: 'inspector' as const,
            ids: [],
            name: inspector.person,
            kind: 'person' as const,
            personal: true,
          },
        ]),
  ]
  const given = <K extends 'checklist' | 'findings' | 'answers' | 'photos' | 'note'>(name_: K) =>
    wish[name_] === undefined ? {} : { [name_]: wish[name_] }
  return {
    occurredAt: whenOf(wish.at, 'T00:00:00'),
    region: { code: wish.region, year, ...(name === undefined ? {} : { name }) },
    sites,
    parties,
    result: wish.result,
    ...(wish.dueAt === undefined ? {} : { dueAt: whenOf(wish.dueAt, 'T23:59:59') }),
    ...given('checklist'),
    ...given('findings'),
    ...given('answers'),
    ...given('photos'),
    ...given('note'),
    flags: [],
  } as Body
}

const schemeOf = (code: string): string =>
  /^\d{9}$/.test(code) ? 'cn.mofcom.node9' : /^[0-9A-Z]{18}$/.test(code) ? 'cn.uscc' : 'local.inspection'

function whenOf(text: string, edge: string): NonNullable<Body['occurredAt']> {
  if (DAY.test(text)) return { at: `${text}${edge}+08:00`, precision: 'day' }
  return chinaTime(Date.parse(text.replace(' ', '+')))
}
