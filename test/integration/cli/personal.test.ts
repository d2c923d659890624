import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { personalCommand } from '#cli/personal.ts'
import { WrongUsage } from '#cli/wrong-usage.ts'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

const api = withApi()
const PERSON = '欧阳建国'
let said: string[]
beforeEach(() => {
  said = []
  vi.stubEnv('HUB_LANG', 'en')
  vi.stubEnv('DATABASE_URL', api.database.url)
  for (const name of ['log', 'error'] as const)
    vi.spyOn(console, name).mockImplementation((line: string) => void said.push(line))
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  process.exitCode = undefined
})

async function pushed(billNo: string): Promise<string> {
  const sent = await api.push(TRADES, JSON.stringify([trade(billNo, { buyerName: PERSON })]))
  return sent.json().results[0].records[0].id
}
const bodies = async (id: string): Promise<string> =>
  (
    await api.pool.query('select string_agg(body, $2) as text from record_versions where record_id = $1', [
      id,
      '\n',
    ])
  ).rows[0].text

it('hub personal erase takes what is of a person out of the records that are named, and says what it did', async () => {
  const [one, other] = [await pushed('P1'), await pushed('P2')]
  expect(await bodies(one)).toContain(PERSON)
  await personalCommand(['erase', '--record', one, '--reason', 'request of the person'])
  expect(JSON.parse(said.join(''))).toMatchObject({ records: 1, versions: 1, messages: 1, links: [] })
  expect(await bodies(one)).not.toContain(PERSON)
  expect(await bodies(other)).toContain(PERSON)
  const { rows } = await api.pool.query(`select who, facts from audit_log where action = 'erase'`)
  expect(rows).toHaveLength(1)
  expect(rows[0].who).toBe('hub personal')
  expect(JSON.parse(rows[0].facts)).toMatchObject({ reason: 'request of the person', records: 1 })
})

it('a legal hold stops it with a sentence and the exit code 1', async () => {
  const id = await pushed('P3')
  const { rows } = await api.pool.query(
    `insert into legal_holds (id, from_at, until_at, reason, created_by) values (gen_random_uuid(), '2020-01-01', '2099-01-01', 'court', 'test') returning id`,
  )
  await personalCommand(['erase', '--record', id, '--reason', 'request'])
  expect(process.exitCode).toBe(1)
  expect(said.join('')).toContain(rows[0].id)
  expect(await bodies(id)).toContain(PERSON)
  await api.pool.query('update legal_holds set ended_at = now()')
})

it.each([
  [['erase', '--reason', 'x']],
  [['erase', '--record', 'a']],
  [['erase', '--record', 'a', '--reason', ' ']],
  [['erase', 'more', '--record', 'a', '--reason', 'x']],
  [['forget', '--record', 'a', '--reason', 'x']],
  [['erase', '--records', 'a', '--reason', 'x']],
])('%j is not how it is used', async (argv) => {
  await expect(personalCommand(argv)).rejects.toThrow(WrongUsage)
})
