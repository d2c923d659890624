import { describe, expect, it } from 'vitest'
import { KINDS } from '#adapters/database/kinds.ts'
import { formOf } from '#adapters/database/oracle/table.ts'
import { keptCells, pageStatement, type Reading } from '#adapters/database/reading.ts'
import type { Settings } from '#adapters/database/settings.ts'
import { typeText } from '#adapters/database/sqlserver/table.ts'
import type { Column } from '#adapters/database/table.ts'
import { standsAhead, unmetStatements } from '#adapters/database/unmet.ts'

const column = (name: string, type: string, more: Partial<Column> = {}): Column => ({
  name,
  type,
  form: 'text',
  nullable: false,
  padded: false,
  zoned: false,
  ...more,
})

const settings = (kind: Settings['kind'], more: Partial<Settings> = {}): Settings => ({
  kind,
  host: 'db',
  database: 'county',
  user: 'reader',
  tls: { mode: 'verify' },
  table: '检疫',
  scan: false,
  allowWriteAccount: false,
  padding: 'trim',
  binary: 'refuse',
  ...more,
})

function reading(
  kind: Settings['kind'],
  columns: readonly Column[],
  keys: readonly string[],
  on: string | null,
  more: Partial<Settings> = {},
): Reading {
  const found = (name: string): Column => columns.find((one) => one.name === name) as Column
  const indexes = [
    { name: 'PRIMARY', columns: [...keys], unique: true, primary: true },
    ...(on ? [{ name: 'by_time', columns: [on], unique: false, primary: false }] : []),
  ]
  return {
    dialect: KINDS[kind].dialect,
    settings: settings(kind, more),
    table: { schema: 'dbo', name: '检疫', isView: false, columns, indexes, rows: null },
    columns,
    key: keys.map(found),
    cursor:
      on === null
        ? null
        : {
            column: found(on),
            settings: { column: on, overlapSeconds: 60, overlapUnits: 10, lagSeconds: 5 },
          },
  }
}

const inSqlserver = [
  column('编号', 'varchar(20)'),
  column('金额', 'decimal(18, 4)', { form: 'number' }),
  column('价', 'money', { form: 'number' }),
  column('有效', 'bit', { form: 'bool' }),
  column('更新', 'datetime2(3)', { form: 'time' }),
]
const inOracle = [
  column('NO', 'VARCHAR2'),
  column('MASS', 'NUMBER', { form: 'number' }),
  column('AT', 'DATE', { form: 'time' }),
]

describe('a page of SQL Server', () => {
  const from = { value: '2024-04-14 08:00:00.123', key: ["A'1"], done: false }

  it('begins at the cursor, in its own types, with every value made a text by the server', () => {
    expect(pageStatement(reading('sqlserver', inSqlserver, ['编号'], '更新'), from, null, 100)).toEqual({
      text:
        'SELECT TOP (100) CONVERT(nvarchar(max), [编号]) AS [trace_hub_0], CONVERT(varchar(64), [金额]) AS [trace_hub_1], ' +
        'CONVERT(varchar(64), CAST([价] AS decimal(19, 4))) AS [trace_hub_2], CONVERT(varchar(1), [有效]) AS [trace_hub_3], CONVERT(varchar(40), [更新], 121) AS [trace_hub_4] ' +
        'FROM [dbo].[检疫] WHERE [更新] >= CAST(@p4 AS datetime2(3)) AND ([更新] > CAST(@p1 AS datetime2(3)) OR ([更新] = CAST(@p2 AS datetime2(3)) ' +
        'AND ([编号] > CAST(@p3 AS varchar(20))))) AND [更新] <= CAST(DATEADD(second, -5, SYSDATETIME()) AS datetime2(3)) ORDER BY [更新], [编号]',
      values: ['2024-04-14 08:00:00.123', '2024-04-14 08:00:00.123', "A'1", '2024-04-14 08:00:00.123'],
    })
  })

  it('after an end goes back by the overlap, and marks what it gave before', () => {
    const { text, values } = pageStatement(
      reading('sqlserver', inSqlserver, ['编号'], '更新'),
      { ...from, done: true },
      { ...from, done: true },
      100,
    )
    expect(text).toContain(
      "CASE WHEN [更新] > CAST(@p1 AS datetime2(3)) OR ([更新] = CAST(@p2 AS datetime2(3)) AND ([编号] > CAST(@p3 AS varchar(20)))) THEN '1' ELSE '0' END",
    )
    expect(text).toContain('WHERE [更新] >= DATEADD(second, -60, CAST(@p4 AS datetime2(3)))')
    expect(values).toHaveLength(4)
  })

  it('by a row version ends below the oldest transaction that is open', () => {
    const columns = [
      column('id', 'int', { form: 'number' }),
      column('版本', 'timestamp', { form: 'rowversion' }),
    ]
    const { text, values } = pageStatement(
      reading('sqlserver', columns, ['id'], '版本'),
      { value: '00000000000007d1', key: ['5'], done: true },
      null,
      10,
    )
    expect(text).toContain(
      '[版本] >= CONVERT(binary(8), @p1, 2) AND [版本] <= CAST(CAST(MIN_ACTIVE_ROWVERSION() AS bigint) - 1 AS binary(8))',
    )
    expect(values).toEqual(['00000000000007d1'])
  })

  it('of text with a declared encoding asks for its bytes, except of the key that it goes on by', () => {
    const one = reading('sqlserver', inSqlserver, ['编号'], '更新', { encoding: 'gb18030' })
    const { text } = pageStatement(one, null, null, 10)
    expect(text).toContain('CAST([编号] AS varbinary(max)) AS [trace_hub_0]')
    expect(text).toContain('CONVERT(nvarchar(max), [编号]) AS [trace_hub_5]')
    expect(keptCells(one, null)).toEqual({ cells: [4, 5], mark: null })
  })

  it('of a column of the old type text gets at its bytes by a type that has some', () => {
    const columns = [...inSqlserver, column('备注', 'text')]
    const one = reading('sqlserver', columns, ['编号'], '更新', { encoding: 'gb18030' })
    expect(pageStatement(one, null, null, 10).text).toContain(
      'CAST(CAST([备注] AS varchar(max)) AS varbinary(max))',
    )
  })

  it('is followed by a look at what lies in the future, in which nothing is a comment', () => {
    const { future } = unmetStatements(reading('sqlserver', inSqlserver, ['编号'], '更新'))
    expect(future?.text).toContain('[更新] > CAST(DATEADD(second, 3600, SYSDATETIME()) AS datetime2(3))')
  })

  it.each([
    ['2099-12-31 00:00:00', true],
    ['2099/12/31', true],
    ['20991231000000', true],
    ['2026-11-29 08:00:00', false],
    ['20261128235959123', false],
    // Numbers of papers, which begin with a region, are no times.
    ['2099123100', false],
    ['2110120345', false],
  ])('by a text that was moved to %s is told to stand ahead of the clock: %s', (value, is) => {
    const nowMs = Date.parse('2026-11-28T08:00:00Z')
    const columns = [column('id', 'int', { form: 'number' }), column('时间', 'varchar(20)')]
    const one = reading('mysql', columns, ['id'], '时间')
    const told = standsAhead(one, { value, key: ['5'], done: true }, nowMs)
    expect(told !== null).toBe(is)
    if (told) expect(JSON.stringify(told)).not.toContain('2099')
    const timed = reading(
      'mysql',
      [column('id', 'int'), column('时间', 'datetime', { form: 'time' })],
      ['id'],
      '时间',
    )
    expect(standsAhead(timed, { value, key: ['5'], done: true }, nowMs)).toBeNull()
  })

  it('by a date goes back by seconds, which a date has none of', () => {
    const columns = [column('id', 'int', { form: 'number' }), column('日期', 'date', { form: 'date' })]
    const state = { value: '2024-04-14', key: ['5'], done: true }
    expect(pageStatement(reading('sqlserver', columns, ['id'], '日期'), state, null, 10).text).toContain(
      '[日期] >= CAST(DATEADD(second, -60, CAST(CAST(@p1 AS date) AS datetime2)) AS date)',
    )
  })

  it('after a text of the code page of its column compares with that text, whatever the code page of the database', () => {
    const columns = [
      column('编号', 'varchar(20)', { collation: 'Chinese_PRC_CI_AS' }),
      column('名', 'nvarchar(20)', { collation: 'Chinese_PRC_CI_AS' }),
    ]
    const of = (...key: [string, string]) =>
      pageStatement(reading('sqlserver', columns, ['编号', '名'], null), { key, done: false }, null, 10).text
    expect(of('浙A1', '浙')).toContain(
      '[编号] > CAST(@p1 COLLATE Chinese_PRC_CI_AS AS varchar(20)) OR ([编号] = CAST(@p2 COLLATE Chinese_PRC_CI_AS AS varchar(20)) AND ([名] > CAST(@p3 AS nvarchar(20))))',
    )
    expect(of('A1', '浙')).not.toContain('COLLATE')
  })

  it('writes no name of a collation that is more than letters, digits and underscores', () => {
    const columns = [column('编号', 'varchar(20)', { collation: 'x); DROP TABLE 记录 --' })]
    const key = { key: ['浙A1'] as [string], done: false }
    expect(pageStatement(reading('sqlserver', columns, ['编号'], null), key, null, 10).text).not.toMatch(
      /COLLATE|DROP/,
    )
  })

  it('counts up to the very millisecond, whatever the column has', () => {
    const { atMs } = KINDS.sqlserver.dialect
    const at =
      "CAST(DATEADD(millisecond, 1, DATEADD(second, 1713081600, CAST('1970-01-01' AS datetime2(3)))) AS datetimeoffset(3))"
    const zone = '+08:00'
    expect(
      atMs(
        column('更新', 'datetime2(0)', { form: 'time' }),
        1_713_081_600_001,
        settings('sqlserver', { zone }),
      ),
    ).toBe(`CAST(SWITCHOFFSET(${at}, '+08:00') AS datetime2(3))`)
    expect(
      atMs(
        column('更新', 'datetimeoffset(0)', { form: 'time', zoned: true }),
        1_713_081_600_001,
        settings('sqlserver'),
      ),
    ).toBe(at)
  })

  it('has types as a CAST takes them', () => {
    expect([
      typeText('nvarchar', 40, '0', '0'),
      typeText('varchar', -1, '0', '0'),
      typeText('decimal', 9, '18', '4'),
      typeText('datetime2', 8, '27', '7'),
      typeText('int', 4, '10', '0'),
    ]).toEqual(['nvarchar(20)', 'varchar(max)', 'decimal(18, 4)', 'datetime2(7)', 'int'])
  })
})

describe('a page of Oracle', () => {
  it('binds its values, reads times in one form, and takes its rows by ROWNUM', () => {
    const from = { value: '2024-04-14 08:00:00', key: ['A1'], done: false }
    const { text, values } = pageStatement(reading('oracle', inOracle, ['NO'], 'AT'), from, null, 50)
    expect(text).toBe(
      `SELECT * FROM (SELECT "NO" AS "trace_hub_0", TO_CHAR("MASS", 'TM9', 'NLS_NUMERIC_CHARACTERS=''.,''') AS "trace_hub_1", ` +
        `TO_CHAR("AT", 'YYYY-MM-DD HH24:MI:SS') AS "trace_hub_2" FROM "dbo"."检疫" WHERE "AT" >= TO_DATE(:4, 'YYYY-MM-DD HH24:MI:SS') AND ` +
        `("AT" > TO_DATE(:1, 'YYYY-MM-DD HH24:MI:SS') OR ("AT" = TO_DATE(:2, 'YYYY-MM-DD HH24:MI:SS') AND ("NO" > :3))) AND ` +
        `"AT" <= CAST(LOCALTIMESTAMP - NUMTODSINTERVAL(5, 'SECOND') AS DATE) ORDER BY "AT", "NO") WHERE ROWNUM <= 50`,
    )
    expect(values).toEqual(['2024-04-14 08:00:00', '2024-04-14 08:00:00', 'A1', '2024-04-14 08:00:00'])
  })

  it('knows which types can be ordered and which are bytes', () => {
    expect(['DATE', 'TIMESTAMP(6)', 'NUMBER', 'VARCHAR2', 'CLOB', 'BLOB', 'XMLTYPE'].map(formOf)).toEqual([
      'time',
      'time',
      'number',
      'text',
      'text',
      'binary',
      'other',
    ])
  })
})

describe('a page of PostgreSQL and MySQL', () => {
  const columns = [column('编号', 'varchar(20)'), column('更新', 'timestamp', { form: 'time' })]
  const from = { value: '2024-04-14 08:00:00', key: [`x'; DROP TABLE t; --\\`], done: false }

  it('holds a value of a state as a text that nothing in it can end', () => {
    expect(pageStatement(reading('postgres', columns, ['编号'], '更新'), from, null, 5).text).toContain(
      `("更新", "编号") > ('2024-04-14 08:00:00', 'x''; DROP TABLE t; --\\')`,
    )
    expect(pageStatement(reading('mysql', columns, ['编号'], '更新'), from, null, 5).text).toContain(
      "`编号` > 'x\\'; DROP TABLE t; --\\\\'",
    )
  })

  it('of SQL Server holds a name that nothing in it can end', () => {
    const { dialect } = KINDS.sqlserver
    expect(dialect.quote('a]; DROP TABLE x; --')).toBe('[a]]; DROP TABLE x; --]')
  })

  it('names to MySQL the index that it is to use', () => {
    expect(pageStatement(reading('mysql', columns, ['编号'], '更新'), null, null, 5).text).toContain(
      'FORCE INDEX (`by_time`)',
    )
    expect(pageStatement(reading('mysql', columns, ['编号'], null), null, null, 5).text).toContain(
      'FORCE INDEX (`PRIMARY`)',
    )
  })

  it.each(['postgres', 'mysql', 'sqlserver', 'oracle'] as const)(
    'of %s refuses a state whose number is none',
    (kind) => {
      const numbers = [column('id', 'bigint', { form: 'number' })]
      expect(() =>
        pageStatement(reading(kind, numbers, ['id'], 'id'), { key: ['1 OR 1=1'], done: false }, null, 5),
      ).toThrow(expect.objectContaining({ class: 'config', setting: '/state' }))
    },
  )

  it('over a key of three columns orders by all of them', () => {
    const three = ['a', 'b', 'c'].map((name) => column(name, 'int', { form: 'number' }))
    const state = { key: ['1', '2', '3'], done: false }
    expect(pageStatement(reading('postgres', three, ['a', 'b', 'c'], null), state, null, 5).text).toContain(
      '("a", "b", "c") > (\'1\', \'2\', \'3\')',
    )
    expect(pageStatement(reading('mysql', three, ['a', 'b', 'c'], null), state, null, 5).text).toContain(
      '`a` >= 1 AND (`a` > 1 OR (`a` = 1 AND (`b` > 2 OR (`b` = 2 AND (`c` > 3)))))',
    )
  })
})
