import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasMosquitto } from '#test/mqtt-broker.ts'

/** Runs the command line as a person does, with a data folder of its own. */
async function hub(
  args: string[],
  data: string,
): Promise<{ code: number | null; out: string; errors: string }> {
  const child = spawn(process.execPath, ['bin/hub', ...args], {
    env: { ...process.env, HUB_DATA: data, HUB_PORT: '0', HUB_LANG: 'en', DATABASE_URL: '', REDIS_URL: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let errors = ''
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, errors }
}

describe('hub demo --once', () => {
  let data = ''
  let run: { code: number | null; out: string; errors: string }
  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'hub-demo-'))
    // Root's PostgreSQL runs as another user: where that one cannot enter, the data would lie in /var/lib and stay there.
    await chmod(data, 0o755)
    run = await hub(['demo', '--once'], data)
  })
  afterAll(() => rm(data, { recursive: true, force: true }))

  it('ends with 0 and one line of JSON in which nothing is missing', () => {
    const last = run.out.trimEnd().split('\n').at(-1) ?? ''
    expect(run.code, run.errors).toBe(0)
    expect(run.errors).toBe('')
    const { demo } = JSON.parse(last)
    expect(demo).toMatchObject({
      systems: 3,
      messages: 19,
      received: 166,
      accepted: 148,
      unchanged: 4,
      rejected: 14,
      missing: 0,
    })
    expect(demo.delivered).toBeGreaterThan(0)
  })

  it('reads a folder, a database and a query interface by channels, and scales where there is a broker', () => {
    const { demo } = JSON.parse(run.out.trimEnd().split('\n').at(-1) ?? '')
    const found = new Map(
      demo.channels.map(({ channel, adapter, received, rejected }: Record<string, unknown>) => [
        channel,
        [adapter, received, rejected],
      ]),
    )
    expect(found.get('mofcom-city/city-files')).toEqual(['files', 17, 0])
    expect(found.get('quzhou-animal-quarantine/station-db')).toEqual(['database', 7, 0])
    expect(found.get('zj-agri-certificate/query')).toEqual(['pull', expect.any(Number), 0])
    expect((found.get('zj-agri-certificate/query') as number[])[1]).toBeGreaterThanOrEqual(50)
    expect(found.get('market-scales/scales')).toEqual(hasMosquitto ? ['mqtt', 50, 0] : undefined)
  })

  it('explains one rejection: where, what, why, how to mend it', () => {
    expect(run.out).toContain('meat_out_info_detail[3]/tran_id')
    expect(run.out).toContain('3.30603E+19')
    expect(run.out).toContain('E_PRECISION_LOST')
    expect(run.out).toMatch(/Mend: {2}\S/)
  })

  it('traces a pork lot and a tomato lot back to their certificates', () => {
    for (const code of [
      '33060300100120000157',
      '3306041501',
      '3308000217',
      'JXSG2024041500018',
      'HGZ20240415-7K3M',
      '33082500724041400001',
    ]) {
      expect(run.out).toContain(code)
    }
  })

  it('shows what a void does to the certificate', () => {
    expect(run.out).toContain('HGZ20240415-M4ND: valid → void')
  })
})
