import Type, { type Static } from 'typebox'
import { field } from '#core/model/field.ts'
import { closed, name, path } from './field.ts'

const PARAMETER = (en: string, zh: string) => name(['Parameter', '参数名'], [en, zh])

/** What an answer says of how much there is; none is needed, each saves a request and shows what a source holds back. */
const EXTENT = {
  size: Type.Optional(
    name(
      ['Size parameter', '每页条数参数'],
      ['Name of the parameter that takes the rows of a page', '每页条数的参数名'],
    ),
  ),
  total: Type.Optional(
    path(['Total', '总条数'], ['Where the answer says how many rows there are', '应答中总条数的路径']),
  ),
  more: Type.Optional(
    path(
      ['Whether more follow', '是否还有'],
      ['Where the answer says whether more follow', '应答中是否还有下一页的路径'],
    ),
  ),
  maxPages: Type.Optional(
    field(
      Type.Integer({ minimum: 1, maximum: 1_000_000 }),
      ['Pages at most', '最多页数'],
      [
        'Where the source stops although more exist; reading goes on from the last value',
        '来源最多给出的页数；之后从最后的值继续',
      ],
    ),
  ),
} as const

const PAGE = field(
  Type.Object(
    {
      parameter: PARAMETER('Name of the parameter that takes the number of the page', '页码的参数名'),
      first: Type.Optional(
        field(
          Type.Integer({ minimum: 0, maximum: 1 }),
          ['First page', '首页页码'],
          ['0 or 1; 1 where not given', '0 或 1，默认 1'],
        ),
      ),
      pages: Type.Optional(
        path(
          ['Number of pages', '总页数'],
          ['Where the answer says how many pages there are', '应答中总页数的路径'],
        ),
      ),
      ...EXTENT,
    },
    closed,
  ),
  ['By page number', '按页码'],
  ['The next page has the next number', '下一页页码加一'],
)

const OFFSET = field(
  Type.Object(
    {
      parameter: PARAMETER(
        'Name of the parameter that takes how many rows are passed over',
        '偏移量的参数名',
      ),
      ...EXTENT,
    },
    closed,
  ),
  ['By offset', '按偏移量'],
  ['The next page begins behind the rows that were given', '下一页从已取条数之后开始'],
)

const CURSOR_PARTS = {
  parameter: PARAMETER('Name of the parameter that takes the cursor', '游标的参数名'),
  next: path(['Next cursor', '下一游标'], ['Where the answer has the next cursor', '应答中下一游标的路径']),
  size: EXTENT.size,
  more: EXTENT.more,
  keep: Type.Optional(
    field(
      Type.Boolean(),
      ['Kept between readings', '跨次保留'],
      [
        'The cursor is a place in a feed that goes on for ever, and the next reading begins there',
        '游标是持续变更流中的位置，下次读取从此继续',
      ],
    ),
  ),
} as const

const CURSOR = field(
  Type.Object(CURSOR_PARTS, closed),
  ['By cursor', '按游标'],
  ['Each answer names the cursor of the next page', '每页应答给出下一页游标'],
)

const TOKEN = field(
  Type.Object(CURSOR_PARTS, closed),
  ['By token in the body', '按请求体令牌'],
  ['As by cursor, and sent in the body of a POST', '同游标，放在 POST 请求体中'],
)

const LINK = field(
  Type.Object({ size: EXTENT.size }, closed),
  ['By Link header', '按 Link 头'],
  ['Link: <…>; rel="next", followed on the same origin only', '响应头 Link rel="next"，仅限同源'],
)

export const PagingSettings = field(
  Type.Object(
    {
      page: Type.Optional(PAGE),
      offset: Type.Optional(OFFSET),
      cursor: Type.Optional(CURSOR),
      token: Type.Optional(TOKEN),
      link: Type.Optional(LINK),
    },
    { ...closed, maxProperties: 1 },
  ),
  ['Paging', '分页'],
  ['How the next page is asked for: one way, or none', '翻页方式，只能选一种；不填表示不分页'],
)
export type PagingSettings = Static<typeof PagingSettings>
