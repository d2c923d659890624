import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runChannel } from '#flow/channels/run.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import type { Intake } from '#flow/intake/intake.ts'
import { type ChannelBench, channelConformance } from '#test/adapters/channel-suite.ts'
import { withApi } from '#test/api.ts'
import { hasMariadb, MARIADB, mariadbSource, type Source } from './source.ts'
import { type Row, SAMPLES, SYSTEM, sampleRows } from './station-rows.ts'

const PATH = `/v1/systems/${SYSTEM}/channels/station-db`
const CERTIFICATES = 1200

const api = withApi()
const mariadb = await hasMariadb()

const hex = (bytes = ''): string =>
  bytes === '' ? "''" : `X'${Buffer.from(bytes, 'latin1').toString('hex')}'`

/** The station's table as such databases have it: Chinese names, every date a text, bytes of GB 18030 in a table of some charset. */
async function stationTable(
  source: Source,
  charset: string,
): Promise<(rows: readonly Row[], at: string) => Promise<void>> {
  const columns = Object.keys((await sampleRows('valid/one')).rows[0] ?? {})
  const types = columns.map((name) => `\`${name}\` varchar(200)`)
  await source.run(
    `CREATE TABLE \`动物检疫证明B\` (${types.join(', ')}, \`更新时间\` datetime NOT NULL, \`序号\` int NOT NULL AUTO_INCREMENT PRIMARY KEY,
     KEY by_time (\`更新时间\`)) CHARACTER SET ${charset}`,
  )
  return async (rows, at) => {
    const values = rows.map((row) => `(${columns.map((name) => hex(row[name])).join(', ')}, '${at}')`)
    const names = [...columns, '更新时间'].map((name) => `\`${name}\``)
    await source.run(`INSERT INTO \`动物检疫证明B\` (${names.join(', ')}) VALUES ${values.join(', ')}`)
  }
}

const given = (source: Source, more: object = {}) => ({
  settings: {
    host: MARIADB.host,
    port: MARIADB.port,
    database: source.database,
    user: source.reader.user,
    tls: { mode: 'off' },
    key: ['序号'],
    ...more,
  },
  secrets: { password: source.reader.password },
  allowAddress: [`${MARIADB.host}/32:${MARIADB.port}`],
})

const station: ChannelBench = {
  system: SYSTEM,
  channel: 'station-db',
  kind: 'document',
  async start() {
    const source = await mariadbSource()
    const [one = {}] = (await sampleRows('valid/one')).rows
    const insert = await stationTable(source, 'gbk')
    const many = Array.from({ length: CERTIFICATES }, (_, i) => ({ ...one, 编号: String(3_308_100_000 + i) }))
    // Twelve times, a hundred rows of each: pages end in the middle of them.
    for (let i = 0; i < 12; i++)
      await insert(many.slice(i * 100, i * 100 + 100), `2024-04-14 08:00:${10 + i}`)
    return {
      given: { ...given(source), limits: { pageRows: 70 } },
      keys: many.map((row) => row['编号'] ?? ''),
      stop: () => source.drop(),
    }
  },
}

if (!mariadb)
  it.skip('not run: start MariaDB on 127.0.0.1:3306 (root without a password) to test channels of a database', () => {})
describe.skipIf(!mariadb)('with MariaDB', () => {
  channelConformance(api, station)

  describe('the database of the livestock station, which keeps the bytes of GB 18030 in a table of Latin letters', () => {
    let source: Source
    let insert: (rows: readonly Row[], at: string) => Promise<void>
    let intake: Intake
    beforeAll(async () => {
      source = await mariadbSource()
      insert = await stationTable(source, 'latin1')
      const onCommitted = () => {}
      intake = createIntake({
        pool: api.pool,
        registry: api.registry,
        clock: Date.now,
        onCommitted,
        onWaiting: () => {},
      })
      await api.call('POST', `${PATH}/reset`, { body: { state: null } })
    })
    afterAll(async () => {
      await intake.close()
      await source.drop()
    })

    const channel = async () => (await api.call('GET', PATH)).json()
    const run = async (): Promise<void> => {
      const log = { info: () => {}, warn: () => {} }
      const parts = { pool: api.pool, registry: api.registry, intake, now: Date.now, folders: [], log }
      await api.pool.query('update channels set next_at = null')
      await runChannel(parts, { system: SYSTEM, name: 'station-db' }, new AbortController().signal)
      expect((await channel()).error).toBeNull()
    }
    const pushed = async (bytes: Buffer) =>
      (await api.push(`${SYSTEM}/animal-b`, bytes, { type: 'text/csv; charset=gbk' })).json()

    it('is checked setting by setting', async () => {
      await insert((await sampleRows('valid/one')).rows, '2024-04-14 09:00:00')
      expect(
        (await api.call('PATCH', PATH, { body: { ...given(source, { encoding: 'gb18030' }), on: true } }))
          .statusCode,
      ).toBe(200)
      const checked = (await api.call('POST', `${PATH}/check`, { body: {} })).json()
      expect(JSON.stringify(checked)).toContain('/settings/cursor/column')
      expect(checked.checks.filter(({ ok }: { ok: boolean }) => !ok)).toEqual([])
    })

    it('gives the very records that the dumped file gives: sent after it, each is unchanged', async () => {
      for (const [i, file] of ['valid/day', 'valid/fifty', 'valid/years'].entries())
        await insert((await sampleRows(file)).rows, `2024-04-14 09:01:0${i}`)
      await run()
      for (const file of ['valid/one', 'valid/day', 'valid/fifty', 'valid/years']) {
        const { bytes, rows } = await sampleRows(file)
        expect(await pushed(bytes), file).toMatchObject({
          received: rows.length,
          unchanged: rows.length,
          rejected: 0,
        })
      }
    })

    it('voids what a later change of the row voids, as the file does', async () => {
      const { bytes, rows } = await sampleRows('valid/void')
      for (const row of rows)
        await source.run(`DELETE FROM \`动物检疫证明B\` WHERE \`编号\` = '${row['编号']}'`)
      await insert(rows, '2024-04-14 09:02:00')
      await run()
      expect(await pushed(bytes)).toMatchObject({ received: 2, unchanged: 2, rejected: 0 })
    })

    it('rejects the rows that the file rejects', async () => {
      const { rows } = await sampleRows('invalid/mixed')
      const expected = JSON.parse(await readFile(`${SAMPLES}/invalid/mixed.expected.json`, 'utf8'))
      const before = await channel()
      await insert(rows, '2024-04-14 09:03:00')
      await run()
      const after = await channel()
      expect(after.rejected - before.rejected).toBe(expected.rejected)
    })
  })
})
