import { describe, expect, it } from 'vitest'
import { mysqlFailure } from '#adapters/database/mysql/failure.ts'
import { mysqlWriteRights, rolesOf, writeRightsOf } from '#adapters/database/mysql/rights.ts'
import { optionalDriver } from '#adapters/database/optional.ts'
import { oracleFailure } from '#adapters/database/oracle/failure.ts'
import { optionsOf } from '#adapters/database/oracle/session.ts'
import { postgresFailure } from '#adapters/database/postgres/failure.ts'
import { sqlserverFailure } from '#adapters/database/sqlserver/failure.ts'

describe('grants of MySQL', () => {
  it.each([
    ["GRANT USAGE ON *.* TO `r`@`%` IDENTIFIED BY PASSWORD '*X'", []],
    ['GRANT SELECT, SHOW VIEW ON `county`.* TO `r`@`%`', []],
    [
      'GRANT SELECT (`编号`, `insert`), REFERENCES ON `county`.`t` TO `r`@`%`',
      ['REFERENCES ON `county`.`t`'],
    ],
    ['GRANT SELECT, INSERT (`a`) ON `county`.`t` TO `r`@`%`', ['INSERT ON `county`.`t`']],
    ['GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION', ['ALL PRIVILEGES ON *.*']],
    ['GRANT SELECT, FILE ON *.* TO `r`@`%`', ['FILE ON *.*']],
    ['GRANT `writers`@`%` TO `r`@`%`', []],
  ])('%s', (line, expected) => {
    expect(writeRightsOf(line)).toEqual(expected)
  })

  it('of the database that everybody may write in count only for itself', async () => {
    const session = {
      ask: async () => [['GRANT INSERT ON `test`.* TO PUBLIC'], ['GRANT INSERT ON `test\\_%`.* TO PUBLIC']],
    } as never
    expect(await mysqlWriteRights(session, { database: 'county' } as never)).toEqual([])
    expect(await mysqlWriteRights(session, { database: 'test' } as never)).toHaveLength(2)
  })

  it('name the roles that may be taken on', () => {
    expect(rolesOf('GRANT `a`@`%`,`b`@`%` TO `r`@`%`')).toEqual(['`a`@`%`', '`b`@`%`'])
    expect(rolesOf('GRANT `a` TO `r`@`%`')).toEqual(['`a`'])
    expect(rolesOf('GRANT SELECT ON `x`.* TO `r`@`%`')).toEqual([])
  })
})

describe('an error of a server', () => {
  const error = (code: string, message: string, more: object = {}): Error =>
    Object.assign(new Error(message), { code, ...more })

  it.each([
    [
      'postgres',
      postgresFailure(error('28P01', 'password authentication failed for 王五')),
      'auth',
      '/secrets/password',
    ],
    ['postgres', postgresFailure(error('57014', 'canceling statement')), 'retry', undefined],
    ['postgres', postgresFailure(error('22P02', 'invalid input syntax: "13800000000"')), 'config', '/state'],
    ['postgres', postgresFailure(error('XX000', '13800000000')), 'source', undefined],
    ['mysql', mysqlFailure(error('ER_ACCESS_DENIED_ERROR', "for user '王五'")), 'auth', '/secrets/password'],
    ['mysql', mysqlFailure(error('', '', { errno: 1969 })), 'retry', undefined],
    ['mysql', mysqlFailure(error('ER_DUP_ENTRY', '13800000000')), 'source', undefined],
    ['sqlserver', sqlserverFailure(error('EREQUEST', '', { number: 229 })), 'auth', '/settings/table'],
    ['sqlserver', sqlserverFailure(error('ELOGIN', 'Login failed for 王五')), 'auth', '/secrets/password'],
    ['sqlserver', sqlserverFailure(error('ETIMEOUT', '')), 'retry', undefined],
    ['sqlserver', sqlserverFailure(error('ELOGIN', ''), [4060, 18456]), 'config', '/settings/database'],
    ['sqlserver', sqlserverFailure(error('ELOGIN', ''), [18456]), 'auth', '/secrets/password'],
    [
      'sqlserver',
      sqlserverFailure(
        new AggregateError([
          error('EREQUEST', '13800000000', { number: 207 }),
          error('EREQUEST', '', { number: 207 }),
        ]),
      ),
      'config',
      '/settings/columns',
    ],
    ['sqlserver', sqlserverFailure(error('ECLOSE', '')), 'retry', undefined],
    ['sqlserver', sqlserverFailure(error('EENCRYPT', '')), 'config', '/settings/tls/mode'],
    ['oracle', oracleFailure(error('ORA-01017', '')), 'auth', '/secrets/password'],
    ['oracle', oracleFailure(error('NJS-518', '')), 'config', '/settings/database'],
    ['oracle', oracleFailure(error('ORA-12345', '13800000000')), 'source', undefined],
  ] as const)('of %s is told by its code, without its text: %s', (_, failure, what, setting) => {
    expect([failure.class, failure.setting]).toEqual([what, setting])
    expect(`${failure.message}${String(failure.cause ?? '')}`).not.toMatch(/王五|13800000000/)
  })

  it('of the network may pass, and a certificate is to be mended', () => {
    expect(postgresFailure(error('ECONNRESET', ''))).toMatchObject({ class: 'retry' })
    expect(mysqlFailure(error('SELF_SIGNED_CERT_IN_CHAIN', ''))).toMatchObject({
      class: 'config',
      setting: '/settings/tls/ca',
    })
  })
})

it('a driver that is not installed is named with the command that installs it', async () => {
  await expect(optionalDriver('no-such-driver', '1.2.3')).rejects.toMatchObject({
    class: 'config',
    setting: '/settings/kind',
    message: 'the driver no-such-driver is not installed: npm install --save-exact no-such-driver@1.2.3',
  })
})

it('a service of Oracle stays a name in the descriptor, and the address is the one that was checked', () => {
  const parts = (database: string) =>
    ({
      settings: { database, user: 'u', tls: { mode: 'off' } },
      secrets: { password: 'p' },
      limits: { timeoutMs: 5000 },
    }) as never
  expect(optionsOf(parts('orcl.county'), '10.1.2.3')).toMatchObject({
    connectString: expect.stringContaining(
      '(ADDRESS=(PROTOCOL=TCP)(HOST=10.1.2.3)(PORT=1521))(CONNECT_DATA=(SERVICE_NAME=orcl.county))',
    ),
  })
  expect(() => optionsOf(parts('x))(ADDRESS=(HOST=127.0.0.1)'), '10.1.2.3')).toThrow(
    expect.objectContaining({ class: 'config', setting: '/settings/database' }),
  )
})
