import { expect, it, vi } from 'vitest'
import { personalCommand } from '#cli/personal.ts'
import { WrongUsage } from '#cli/wrong-usage.ts'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'
import { linesSaid } from '#test/said.ts'

const api = withApi()
const PERSON = '欧阳建国'
const said = linesSaid(() => ({ DATABASE_URL: api.database.url }))

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
  expect(said.join('')).toContain(`the legal hold ${rows[0].id} keeps what came then. Erase it when`)
  said.length = 0
  vi.stubEnv('HUB_LANG', 'zh')
  await personalCommand(['erase', '--record', id, '--reason', 'request'])
  expect(said.join('')).toContain(`法律保全 ${rows[0].id} 要求保留该时段的内容。所保全的内容不再需要时`)
  expect(await bodies(id)).toContain(PERSON)
  await api.pool.query('update legal_holds set ended_at = now()')
})

const RULE = ['--class', 'records', '--class', 'rejections', '--after-days', '731'] as const

it('hub personal rules sets a rule of age, counts what it would erase, reads it, lists it and ends it', async () => {
  const told = async (...argv: readonly string[]) => {
    said.length = 0
    await personalCommand(['rules', ...argv])
    return JSON.parse(said.join(''))
  }
  await pushed('P4')
  const { id } = await told('add', ...RULE, '--system', 'jiaxing-wholesale', '--reason', 'plan 4')
  expect(await told('preview', ...RULE)).toMatchObject({ records: 0, left: 0, complete: true })
  expect(await told('run')).toEqual({
    [id]: { records: 0, versions: 0, messages: 0, rejections: 0, left: 0 },
  })
  expect((await told()).rules).toMatchObject([
    { id, systems: ['jiaxing-wholesale'], createdBy: 'hub personal', last: { records: 0 } },
  ])
  expect(await told('end', id)).toEqual({ ended: id })
  expect((await told('list')).rules).toMatchObject([{ id, endedBy: 'hub personal' }])
  said.length = 0
  await personalCommand(['rules', 'end', id])
  expect([process.exitCode, said.join('')]).toEqual([1, `there is no erasure rule ${id} in force`])
})

it('hub personal rules refuses what the law wants kept for longer with the article and the exit code 1', async () => {
  await personalCommand(['rules', 'add', '--class', 'messages', '--after-days', '90', '--reason', 'too soon'])
  expect(process.exitCode).toBe(1)
  expect(said.join('')).toMatch(/^\/afterDays: .*网络安全法 art\. 23\(3\).*At least 184 days\.$/)
  said.length = 0
  vi.stubEnv('HUB_LANG', 'zh')
  await personalCommand(['rules', 'add', '--class', 'messages', '--after-days', '90', '--reason', 'too soon'])
  expect(said.join('')).toBe(
    '/afterDays: 法定保存期限更长：《网络安全法》第二十三条第（三）项，六个月 至少 184 天。',
  )
})

it.each([
  [['rules', 'add', ...RULE]],
  [['rules', 'add', '--class', 'records', '--reason', 'x']],
  [['rules', 'add', '--class', 'people', '--after-days', '731', '--reason', 'x']],
  [['rules', 'add', '--class', 'records', '--kind', 'hold', '--after-days', '731', '--reason', 'x']],
  [['rules', 'add', ...RULE, '--product', 'meat', '--reason', 'x']],
  [['rules', 'add', '--class', 'records', '--after-days', '1e3', '--reason', 'x']],
  [['rules', 'end', 'x']],
  [['rules', 'run', '--class', 'records']],
  [['rules', 'more']],
  [['erase', '--reason', 'x']],
  [['erase', '--record', 'a']],
  [['erase', '--record', 'a', '--reason', ' ']],
  [['erase', 'more', '--record', 'a', '--reason', 'x']],
  [['forget', '--record', 'a', '--reason', 'x']],
  [['erase', '--records', 'a', '--reason', 'x']],
])('%j is not how it is used', async (argv) => {
  await expect(personalCommand(argv)).rejects.toThrow(WrongUsage)
})
