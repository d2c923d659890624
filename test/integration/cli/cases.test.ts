import type { AddressInfo } from 'node:net'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { caseCommand } from '#cli/case.ts'
import { findingCommand } from '#cli/finding.ts'
import { inspectionCommand } from '#cli/inspection.ts'
import { recallCommand } from '#cli/recall.ts'
import { WrongUsage } from '#cli/wrong-usage.ts'
import { beijingDay } from '#core/quality/record-counts.ts'
import { casesFollower } from '#flow/cases/follow-cases.ts'
import { judgeDue } from '#flow/findings/judge-due.ts'
import { logFollower } from '#flow/follow/log-follower.ts'
import { inspectionsReader } from '#flow/supervision/follow-inspections.ts'
import { createSystem } from '#store/systems.ts'
import { withApi } from '#test/api.ts'
import { followToTheEnd } from '#test/follow.ts'

const api = withApi()
const LOT = '33010500124041500888'
const commands = {
  case: caseCommand,
  finding: findingCommand,
  inspection: inspectionCommand,
  recall: recallCommand,
} as const
let where: string[]
let kase = ''
let failed: Readonly<Record<string, unknown>>

const follow = () => followToTheEnd(api.pool, casesFollower({ pool: api.pool, intake: api.intake }))

beforeAll(async () => {
  await api.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = api.app.server.address() as AddressInfo
  where = ['--hub', `http://127.0.0.1:${port}`, '--key', await api.key('read', 'case')]
  await createSystem(api.pool, { id: 'plain-market', title: { zh: '甲', en: 'A' } })
  const common = {
    system: 'plain-market',
    occurredAt: { at: `${beijingDay(Date.now())}T06:00:00+08:00`, precision: 'second' },
    region: { code: '330105', year: 2024 },
    sites: [{ role: 'market', name: '甲示例市场', ids: [{ scheme: 'cn.mofcom.node9', value: '330105012' }] }],
    product: { name: '菠菜', class: 'vegetable' },
    lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: LOT }],
  }
  failed = {
    ...{ ...common, kind: 'test', key: ['t'] },
    test: { item: '有机磷', verdict: 'fail', screening: true, method: '胶体金', raw: '阳性' },
  }
  const stored = await api.call('POST', '/v1/records', {
    body: [{ ...common, kind: 'entry', key: ['e'], quantity: { value: '40', unit: 'KGM' } }, failed],
  })
  expect(stored.json().rejected, stored.body).toBe(0)
  await follow()
  while ((await judgeDue({ pool: api.pool, intake: api.intake }, Date.now())).judged > 0);
  await follow()
  kase = (await api.call('GET', '/v1/cases')).json().cases[0].id
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  process.exitCode = undefined
})

interface Said {
  readonly out: string
  readonly error: string
  readonly code: typeof process.exitCode
}
/** What a command says in a language, and how it ends. */
async function hub(language: 'zh' | 'en', name: keyof typeof commands, ...argv: string[]): Promise<Said> {
  vi.stubEnv('HUB_LANG', language)
  const [out, error]: [string[], string[]] = [[], []]
  vi.spyOn(console, 'log').mockImplementation((line: string) => void out.push(line))
  vi.spyOn(console, 'error').mockImplementation((line: string) => void error.push(line))
  process.exitCode = undefined
  await commands[name]([...argv, ...where])
  return { out: out.join('\n'), error: error.join('\n'), code: process.exitCode }
}

describe('hub case', () => {
  test('lists a line for each case, and shows one with its lots, holds, events and findings, in both languages', async () => {
    const [zh, en] = [await hub('zh', 'case', 'list'), await hub('en', 'case', 'list', '--state', 'held')]
    expect(zh.out).toMatch(
      new RegExp(`^停售\\t菠菜\\t甲示例市场\\t来货 40 公斤\\t作出处理决定 截止 [\\d: -]+\\t${kase}$`),
    )
    expect(en.out).toMatch(
      new RegExp(`^held\\t菠菜\\t甲示例市场\\t40 kg came in\\tdecide by [\\d: -]+\\t${kase}$`),
    )
    const [shown, english] = [await hub('zh', 'case', 'show', kase), await hub('en', 'case', 'show', kase)]
    for (const text of [
      `受检  lot:${LOT}  甲示例市场  40 公斤  停售`,
      '立案  → 停售',
      'stop_sale v1',
      'test_failed open',
      'objection 提出异议',
    ])
      expect(shown.out).toContain(text)
    for (const text of [
      `tested  lot:${LOT}  甲示例市场  40 kg  held`,
      'opened  → held',
      'possible now objection objection, retest sent to a laboratory',
    ])
      expect(english.out).toContain(text)
    expect(JSON.parse((await hub('en', 'case', 'show', kase, '--json')).out)).toMatchObject({ id: kase })
    expect(shown.out).not.toContain('未全部列出')
    await api.pool.query('update cases set truncated = true where id = $1', [kase])
    expect((await hub('zh', 'case', 'show', kase)).out).toContain('批次超出单案上限，未全部列出')
    expect((await hub('en', 'case', 'show', kase)).out).toContain('not all of its lots are listed')
    expect(JSON.parse((await hub('en', 'case', 'list', '--json')).out)).toMatchObject({ id: kase })
  })

  test('says of a case without a lot why none is held, and what to send', async () => {
    const { lots: _, ...named } = failed
    const test = { ...named, key: ['unknown'], product: { name: '芹菜', class: 'vegetable' } }
    await api.call('POST', '/v1/records', { body: [test] })
    await follow()
    const own = (await api.call('GET', '/v1/cases')).json().cases[0].id
    const [zh, en] = [await hub('zh', 'case', 'show', own), await hub('en', 'case', 'show', own)]
    expect(zh.out).toMatch(/\n {2}未能停售任何批次：.*\n {2}请补充市场与摊位/)
    expect(en.out).toMatch(/\n {2}no lot is held: .*\n {2}Send the test again with the market and the stall/)
    expect((await hub('en', 'case', 'show', kase)).out).not.toContain('no lot is held')
    await api.call('POST', '/v1/records', { body: [{ ...test, status: 'void' }] })
    await follow()
  })

  test('says what is not possible and why, one reason a line', async () => {
    const [zh, en] = [
      await hub('zh', 'case', 'event', kase, 'dispose'),
      await hub('en', 'case', 'event', kase, 'dispose'),
    ]
    expect([zh.code, en.code]).toEqual([1, 1])
    expect(zh.error).toContain('当前不能进行此操作')
    expect(zh.error).toMatch(/needs_quantity: 须填写公斤数\n {2}needs_method: 须写明方式/)
    expect(en.error).toMatch(/It is not possible now[\s\S]*\n {2}needs_quantity: say how many kilograms/)
    expect((await hub('en', 'case', 'event', kase, 'nonsense')).error).toMatch(
      /\/event: one of objection, retest/,
    )
  })

  test('tells what is not there, an empty list, a wrong address and a hub that is away', async () => {
    const absent = '00000000-0000-4000-8000-000000000000'
    expect(await hub('zh', 'case', 'show', absent)).toMatchObject({
      code: 1,
      error: expect.stringContaining('未找到'),
    })
    expect(await hub('en', 'case', 'show', absent)).toMatchObject({
      code: 1,
      error: expect.stringContaining('Not found'),
    })
    expect(await hub('zh', 'case', 'list', '--state', 'closed')).toMatchObject({
      out: '',
      error: '没有符合条件的结果',
    })
    const good = where
    try {
      where = ['--hub', 'http://127.0.0.1:1', '--key', 'x']
      expect((await hub('zh', 'case', 'list')).error).toBe('平台 http://127.0.0.1:1 没有应答（ECONNREFUSED）')
      expect((await hub('en', 'case', 'list')).error).toBe(
        'the hub at http://127.0.0.1:1 does not answer (ECONNREFUSED)',
      )
      where = ['--hub', 'nowhere', '--key', 'x']
      expect(await hub('en', 'case', 'list')).toMatchObject({
        code: 1,
        error: expect.stringContaining('is no address'),
      })
    } finally {
      where = good
    }
    for (const argv of [
      [],
      ['show'],
      ['event', kase],
      ['open', LOT],
      ['list', 'more'],
      ['list', '--nonsense'],
    ])
      await expect(hub('en', 'case', ...argv)).rejects.toThrow(WrongUsage)
  })

  test('opens a case, and an event moves it', async () => {
    const opened = await hub('en', 'case', 'open', LOT, '--reason', 'reported', '--json')
    const { id } = JSON.parse(opened.out)
    expect((await hub('zh', 'case', 'event', id, 'clear', '--note', '查无此事')).out).toMatch(/^已解除\t菠菜/)
    expect((await hub('en', 'case', 'event', id, 'close')).out).toMatch(/^closed\t菠菜/)
  })
})

test('hub finding lists, acts and refuses in both languages', async () => {
  const zh = await hub('zh', 'finding', 'list', '--kind', 'test_failed')
  expect(zh.out).toMatch(/^serious\topen\t检测不合格\t/)
  const en = await hub('en', 'finding', 'list', '--kind', 'test_failed')
  expect(en.out).toMatch(/^serious\topen\tTest failed\t/)
  const id = en.out.split('\t').at(-1) as string
  expect((await hub('en', 'finding', 'acknowledge', id)).out).toMatch(/^serious\tacknowledged\t/)
  expect(await hub('zh', 'finding', 'acknowledge', id)).toMatchObject({
    code: 1,
    error: expect.stringContaining('当前不能进行此操作'),
  })
  expect((await hub('en', 'finding', 'reopen', 'nope')).error).toContain('Not found')
  expect((await hub('en', 'finding', 'list', '--kind', 'x')).error).toContain('?kind: one of no_paper')
  expect((await hub('en', 'finding', 'list', '--kind', 'unit_suspect')).error).toBe('nothing fits')
  await expect(hub('en', 'finding', 'assign', id)).rejects.toThrow(WrongUsage)
})

test('hub inspection lists, and says where there is none and what was asked wrongly', async () => {
  expect(await hub('zh', 'inspection', 'list')).toMatchObject({
    out: '',
    error: '没有符合条件的结果',
    code: undefined,
  })
  expect(await hub('en', 'inspection', 'list')).toMatchObject({ error: 'nothing fits' })
  expect((await hub('en', 'inspection', 'list', '--result', 'x')).error).toContain('?result: one of pass')
  await expect(hub('en', 'inspection', 'show')).rejects.toThrow(WrongUsage)
})

test('hub inspection lists every inspection a line each, newest first, over all pages, and as JSON', async () => {
  const key = await api.key('case')
  const inspection = (number: string, at: string, more: object) =>
    api.call('POST', '/v1/inspections', {
      key,
      body: { number, at, region: '330105', findings: [], inspector: { organisation: '甲局' }, ...more },
    })
  const site = { code: '330105012', name: '甲示例市场', stall: 'B-045' }
  const first = await inspection('X-1', '2024-04-15T09:30:00+08:00', {
    site,
    result: 'rectify',
    checklist: [{ item: '进货查验记录', result: 'fail' }],
    dueAt: '2024-04-18',
  })
  expect(first.statusCode, first.body).toBe(201)
  const ids: string[] = []
  // More than a page of the API.
  for (let n = 1; n <= 101; n++)
    ids.push(
      (
        await inspection(`P-${n}`, `2024-05-01T08:00:${String(n % 60).padStart(2, '0')}+08:00`, {
          site: { ...site, stall: `C-${n}` },
          result: 'pass',
        })
      ).json().id,
    )
  expect((await hub('zh', 'inspection', 'list')).error).toContain('尚未列入，请稍后再查')
  await follow()
  await followToTheEnd(api.pool, logFollower('inspections', 100, [inspectionsReader]))
  const { out, error } = await hub('zh', 'inspection', 'list')
  const lines = out.split('\n')
  expect(error).toBe('')
  expect(lines).toHaveLength(102)
  expect(lines.at(-1)).toBe(
    `2024-04-15T09:30\t甲示例市场\tB-045\t责令整改\t2024-04-18\t逾期未整改\t${first.json().id}`,
  )
  expect(new Set(lines.slice(0, -1).map((line) => line.split('\t').at(-1)))).toEqual(new Set(ids))
  const english = await hub('en', 'inspection', 'list', '--result', 'rectify')
  expect(english.out).toContain('\tB-045\trectify\t2024-04-18\toverdue\t')
  const some = await hub('en', 'inspection', 'list', '--result', 'rectify', '--json')
  expect(JSON.parse(some.out)).toMatchObject({ rectification: 'overdue', record: { id: first.json().id } })
})

test('names of persons are shown by --purpose to a key that may see them, which is noted with the purpose; else they are masked, and the command says why', async () => {
  const key = await api.key('read', 'case', 'personal')
  const made = await api.call('POST', '/v1/inspections', {
    key,
    body: {
      number: 'V-1',
      at: '2024-06-01T09:30:00+08:00',
      region: '330105',
      findings: ['王小明未索证'],
      inspector: { organisation: '甲局' },
      site: { code: '330105012', name: '甲示例市场', stall: '王小明' },
      result: 'fail',
    },
  })
  expect(made.statusCode, made.body).toBe(201)
  await followToTheEnd(api.pool, logFollower('inspections', 100, [inspectionsReader]))
  const asked = ['inspection', 'list', '--result', 'fail', '--json'] as const
  const noted = async () =>
    (
      await api.pool.query(
        `select facts::jsonb->>'purpose' as purpose from audit_log where kind = 'access' and action = 'listInspections' and facts::jsonb->>'full' = 'true' order by id`,
      )
    ).rows.map(({ purpose }) => purpose)
  const by = where
  try {
    where = [...by.slice(0, 3), key]
    const masked = await hub('zh', ...asked)
    expect([masked.out.includes('王小明'), masked.error, await noted()]).toEqual([false, '', []])
    const purpose = 'complaint; 12315 工单'
    const full = await hub('zh', ...asked, '--purpose', purpose)
    expect([full.out.includes('王小明'), full.error, await noted()]).toEqual([true, '', [purpose]])
    expect(await hub('en', ...asked, '--purpose', 'curiosity')).toMatchObject({
      out: '',
      error: expect.stringContaining('Hub-Purpose: one of supervision, recall'),
      code: 1,
    })
  } finally {
    where = by
  }
  const without = await hub('en', ...asked, '--purpose', 'recall')
  expect([without.out.includes('王小明'), without.error]).toEqual([
    false,
    'what may be of a person is masked: the key has not the scope personal',
  ])
  expect(await noted()).toHaveLength(1)
  for (const [command, ...rest] of [
    ['case', 'list'],
    ['case', 'show', kase],
    ['finding', 'list'],
    ['recall', 'notices', kase],
  ] as const)
    expect(await hub('zh', command, ...rest, '--purpose', 'recall')).toMatchObject({
      error: '个人信息已脱敏：该密钥没有 personal 权限',
      code: undefined,
    })
})

test('hub recall rehearses and prints who was told, in both languages', async () => {
  expect((await hub('zh', 'recall', 'rehearse', LOT)).out).toMatch(
    /批次 1[\s\S]*源头 40, 已查明 40, 未查明 0 公斤/,
  )
  expect((await hub('en', 'recall', 'rehearse', LOT)).out).toMatch(
    /lots 1[\s\S]*stated 40, found 40, not found 0 kg/,
  )
  expect((await hub('zh', 'recall', 'rehearse', 'NOPE-1')).error).toContain('未找到')
  expect((await hub('en', 'recall', 'rehearse', LOT, '--confidence', '7')).error).toContain('/confidence')
  expect((await hub('zh', 'recall', 'notices', kase)).out).toMatch(
    /^stop_sale v1 {2}甲示例市场 {2}place:330105012 {2}下达 [\d-]+ [\d:]+ \+08:00 {2}送达 - {2}确认 -$/,
  )
  expect((await hub('en', 'recall', 'notices', kase)).out).toMatch(
    /ordered [\d-]+ [\d:]+ \+08:00 {2}delivered - {2}acknowledged -$/,
  )
  // A number that was mistyped is not taken for a case of which nobody was told.
  expect(await hub('zh', 'recall', 'notices', 'nope')).toMatchObject({
    out: '',
    error: expect.stringContaining('未找到'),
    code: 1,
  })
  expect((await hub('en', 'recall', 'notices', 'nope')).error).toContain('Not found')
  await expect(hub('en', 'recall', 'nonsense', LOT)).rejects.toThrow(WrongUsage)
})
