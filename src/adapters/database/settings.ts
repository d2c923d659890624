import { type Static, Type } from 'typebox'
import { field } from '#core/model/field.ts'

const Name = Type.String({ minLength: 1, maxLength: 128, pattern: '^[^\\u0000-\\u001f]+$' })

const Tls = Type.Object(
  {
    mode: field(
      Type.Enum(['verify', 'require', 'off'], { default: 'verify' }),
      ['Encryption', '加密方式'],
      [
        'verify: encrypted, certificate and name checked; require: encrypted, not checked; off: not encrypted',
        'verify：加密并核对证书与主机名；require：加密但不核对；off：不加密',
      ],
    ),
    ca: Type.Optional(
      field(
        Type.String({ maxLength: 65_536 }),
        ['Certificate authority', 'CA 证书'],
        [
          'PEM text of the certificate that signed that of the server; without it those of the system',
          '签发服务器证书的 CA 证书（PEM 文本）；不填则用系统自带的',
        ],
      ),
    ),
  },
  { additionalProperties: false, default: { mode: 'verify' } },
)

const Cursor = Type.Object(
  {
    column: field(Name, ['Column', '列名'], [
      'A time, a growing number or a row version that every change of a row moves forward; the key itself where rows only are added',
      '每次改动都会变大的列：更新时间、递增号或行版本号；只增不改的表可直接用主键',
    ] as const),
    overlapSeconds: field(
      Type.Integer({ minimum: 0, maximum: 7 * 86_400, default: 60 }),
      ['Overlap in seconds', '重读秒数'],
      [
        'Of a time: how far before the last row a new reading begins, for transactions that took long and clocks that differ',
        '时间列：每次从上次读到的最后一行往前多少秒重读，防止长事务和时钟误差漏数',
      ],
    ),
    overlapUnits: field(
      Type.Integer({ minimum: 0, maximum: 1_000_000, default: 0 }),
      ['Overlap in numbers', '重读号段'],
      [
        'Of a number: how far before the last row a new reading begins',
        '数字列：每次从上次读到的最后一个号往前多少个号重读',
      ],
    ),
    lagSeconds: field(
      Type.Integer({ minimum: 0, maximum: 86_400, default: 5 }),
      ['Safety lag in seconds', '安全滞后秒数'],
      [
        'Of a time: rows younger than this, by the clock of the database, are left for the next reading',
        '时间列：按数据库自己的时钟，比这更新的行留到下次再读',
      ],
    ),
  },
  { additionalProperties: false },
)

/** How a table or view of a database is read. There is no SQL in it: what it names is looked up in the catalogue and quoted. */
export const Settings = Type.Object(
  {
    kind: field(
      Type.Enum(['postgres', 'mysql', 'sqlserver', 'oracle']),
      ['Kind of database', '数据库类型'],
      ['mysql is MariaDB too', 'mysql 也包括 MariaDB'],
    ),
    host: field(
      Type.String({ minLength: 1, maxLength: 255, pattern: '^[^\\s/@]+$' }),
      ['Host', '主机'],
      [
        'Name or address; one of a private network must be allowed for the channel',
        '主机名或地址；内网地址须在通道中放行',
      ],
    ),
    port: Type.Optional(
      field(
        Type.Integer({ minimum: 1, maximum: 65_535 }),
        ['Port', '端口'],
        ['Without it the usual one of the kind', '不填则用该类数据库的常用端口'],
      ),
    ),
    database: field(
      Name,
      ['Database', '数据库'],
      ['Name of the database; of Oracle the service', '数据库名；Oracle 填服务名'],
    ),
    user: field(Name, ['User', '用户'], ['An account that may only read', '只有查询权限的账号']),
    tls: field(Tls, ['Encryption of the connection', '连接加密'], ['Off must be said', '不加密须写明 off']),
    schema: Type.Optional(
      field(
        Name,
        ['Schema', '模式'],
        [
          'Where the table is: without it public, the database itself (mysql), dbo, or that of the user (oracle)',
          '表所在模式；不填则为 public、数据库本身（mysql）、dbo 或用户自己的（oracle）',
        ],
      ),
    ),
    table: field(
      Name,
      ['Table or view', '表或视图'],
      [
        'As the catalogue spells it. Joins belong into a view of the source',
        '与数据字典中的写法完全一致；多表关联请在来源库建视图',
      ],
    ),
    columns: Type.Optional(
      field(
        Type.Array(Name, { minItems: 1, maxItems: 1000, uniqueItems: true }),
        ['Columns', '列'],
        ['Those that are read; without it all', '要读取的列；不填则全部'],
      ),
    ),
    key: Type.Optional(
      field(
        Type.Array(Name, { minItems: 1, maxItems: 8, uniqueItems: true }),
        ['Key', '主键'],
        [
          'Columns that together are different in every row and never empty; without it the primary key',
          '合起来每行都不同且不为空的列；不填则用主键',
        ],
      ),
    ),
    cursor: Type.Optional(
      field(
        Cursor,
        ['Cursor', '增量游标'],
        [
          'By what a reading goes on where the last one ended; without it every reading reads the whole table, in pieces',
          '靠哪一列接着上次读；不填则每次分块读全表',
        ],
      ),
    ),
    scan: field(
      Type.Boolean({ default: false }),
      ['Scan', '允许全表扫描'],
      [
        'Read although no index serves the cursor and the table is large: each page costs the source a full scan',
        '没有合适的索引且表很大时也读：每一页都会让来源库全表扫描',
      ],
    ),
    allowWriteAccount: field(
      Type.Boolean({ default: false }),
      ['Allow an account that may write', '允许可写账号'],
      ['Without it an account that may change rows is refused', '不允许时，能改数据的账号会被拒绝'],
    ),
    encoding: Type.Optional(
      field(
        Type.Enum(['gb18030', 'gbk', 'big5', 'utf-8']),
        ['Encoding of text', '文本编码'],
        [
          'What the bytes of text columns really are, where the database says something else (GBK in latin1 or SQL_ASCII); without it the database converts',
          '文本列字节的真实编码，用于数据库声明有误时（latin1、SQL_ASCII 里存 GBK）；不填则由数据库转换',
        ],
      ),
    ),
    padding: field(
      Type.Enum(['trim', 'keep'], { default: 'trim' }),
      ['Blanks of CHAR', 'CHAR 末尾空格'],
      ['Blanks at the end of columns of fixed length', '定长列末尾的空格：去掉或保留'],
    ),
    binary: field(
      Type.Enum(['refuse', 'hex'], { default: 'refuse' }),
      ['Binary columns', '二进制列'],
      ['refuse: such a column is an error; hex: as hexadecimal digits', 'refuse：报错；hex：读成十六进制'],
    ),
    zone: Type.Optional(
      field(
        Type.String({ pattern: '^[+-](0\\d|1[0-4]):[0-5]\\d$' }),
        ['Time zone', '时区'],
        [
          'Of times without one, such as +08:00; without it that of the database',
          '不带时区的时间所属时区，如 +08:00；不填则按数据库自己的',
        ],
      ),
    ),
  },
  { additionalProperties: false },
)

export type Settings = Static<typeof Settings>
export type CursorSettings = NonNullable<Settings['cursor']>

/** Largest table of which a full scan is no burden to its source. */
export const SCAN_ROWS = 10_000
