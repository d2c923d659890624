import fc from 'fast-check'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { copyRows } from '#store/copy-binary.ts'
import { createPool } from '#store/database.ts'
import { writeTogether } from '#store/write-together.ts'
import { withDatabase } from '#test/database.ts'

const database = withDatabase()
let pool: Pool
beforeAll(async () => {
  pool = createPool({ url: database.url, max: 1 })
  await pool.query('create table rows (n serial, texts text[], decimal numeric, at timestamptz)')
})
afterAll(() => pool.end())

const text = fc.oneof(
  fc.string({ unit: 'binary' }).map((value) => value.toWellFormed().replaceAll('\0', '')),
  fc.constantFrom('NULL', 'null', '', '{}', 'a,b', '"', '\\', 'lot:3304ABC', '龙游', ' a', '{NULL}', 'NULLA'),
)
const decimal = fc
  .tuple(
    fc.boolean(),
    fc.bigInt({ min: 0n, max: 10n ** 24n }),
    fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 13 }),
  )
  .map(([isNegative, whole, fraction]) => {
    const value = `${whole}${fraction ? '.' : ''}${fraction}`
    return isNegative && /[1-9]/.test(value) ? `-${value}` : value
  })
const FIRST = Date.parse('0001-01-01T00:00:00Z')
const LAST = Date.parse('9999-12-31T23:59:59.999Z')
const ms = fc.oneof(
  fc.integer({ min: FIRST, max: LAST }),
  fc.constantFrom(
    FIRST,
    LAST,
    0,
    -1,
    946_684_799_999,
    946_684_800_000,
    946_684_800_000 + 2 ** 32,
    946_684_800_000 - 2 ** 32,
  ),
)
const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null })

it('lists of texts, decimals of any length and times from year 1 to 9999 are read as they were written', async () => {
  const row = fc.tuple(nullable(fc.array(text, { maxLength: 4 })), nullable(decimal), nullable(ms))
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 40 }), async (written) => {
      const rows = copyRows(64)
      for (const [texts, value, at] of written) {
        rows.row(3)
        rows.textArray(texts)
        rows.numeric(value)
        rows.timestamp(at)
      }
      const client = await pool.connect()
      try {
        await client.query('truncate rows')
        const copy = 'copy rows (texts, decimal, at) from stdin (format binary)'
        await writeTogether(client, ['begin', { copy, rows }, 'commit'])
        const { rows: read } = await client.query('select texts, decimal, at from rows order by n')
        expect(read).toEqual(
          written.map(([texts, value, at]) => ({
            texts,
            decimal: value,
            at: at === null ? null : new Date(at).toISOString(),
          })),
        )
      } finally {
        client.release()
      }
    }),
  )
})
