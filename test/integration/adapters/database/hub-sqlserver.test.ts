import { describe, it } from 'vitest'
import { type ChannelBench, channelConformance } from '#test/adapters/channel-suite.ts'
import { withApi } from '#test/api.ts'
import { hasSqlserver, SQLSERVER_NOT_RUN, sqlserverSource } from './sqlserver-source.ts'
import { gb18030, SYSTEM, sampleRows } from './station-rows.ts'

const CERTIFICATES = 1200

/** The station's table as an SQL Server has it: the letters are Unicode there. */
const station: ChannelBench = {
  system: SYSTEM,
  channel: 'station-db',
  kind: 'document',
  async start() {
    const source = await sqlserverSource()
    const [one = {}] = (await sampleRows('valid/one')).rows
    const names = Object.keys(one)
    await source.run(
      `CREATE TABLE [动物检疫证明B] (${names.map((name) => `[${name}] nvarchar(200)`).join(', ')}, [更新时间] datetime2(0) NOT NULL,
         [序号] int IDENTITY PRIMARY KEY)`,
      'CREATE INDEX by_time ON [动物检疫证明B] ([更新时间])',
    )
    const keys = Array.from({ length: CERTIFICATES }, (_, i) => String(3_308_100_000 + i))
    const text = (value: string): string => `N'${value.replaceAll("'", "''")}'`
    // Twelve times, a hundred rows of each: pages end in the middle of them.
    for (let i = 0; i < 12; i++) {
      const values = keys.slice(i * 100, i * 100 + 100).map((key) => {
        const cells = names.map((name) => text(name === '编号' ? key : gb18030(one[name] ?? '')))
        return `(${cells.join(', ')}, '2024-04-14 08:00:${10 + i}')`
      })
      const columns = [...names, '更新时间'].map((name) => `[${name}]`)
      await source.run(`INSERT INTO [动物检疫证明B] (${columns.join(', ')}) VALUES ${values.join(', ')}`)
    }
    return {
      given: {
        settings: {
          kind: 'sqlserver',
          host: '127.0.0.1',
          port: source.port,
          database: source.database,
          user: source.reader.user,
          tls: { mode: 'off' },
          key: ['序号'],
        },
        secrets: { password: source.reader.password },
        allowAddress: [`127.0.0.1/32:${source.port}`],
        limits: { pageRows: 70 },
      },
      keys,
      stop: () => source.drop(),
    }
  },
}

const api = withApi()
if (!hasSqlserver()) it.skip(SQLSERVER_NOT_RUN, () => {})
describe.skipIf(!hasSqlserver())('with SQL Server', () => channelConformance(api, station))
