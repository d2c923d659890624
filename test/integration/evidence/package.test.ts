import { beforeAll, expect, it } from 'vitest'
import { commitmentOf } from '#core/evidence/leaves.ts'
import { isConsistent, leafHash, rootByInclusion } from '#core/evidence/merkle.ts'
import { storedArchive } from '#core/mapping/backward/archive.ts'
import { sealBatch } from '#flow/evidence/seal.ts'
import { verifyLog } from '#flow/evidence/verify.ts'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

interface Tool {
  readonly readArchive: (bytes: Uint8Array) => Map<string, Buffer>
  readonly checkPackage: (
    bytes: Uint8Array,
    known?: { readonly key?: string; readonly anchors?: string },
  ) => { readonly isRight: boolean; readonly isProven: boolean; readonly lines: string[] }
}
/** Stands alone, in plain JavaScript, for who has nothing but Node. */
const TOOL = new URL('../../../tools/verify-evidence.mjs', import.meta.url).href
const { checkPackage, readArchive } = (await import(TOOL)) as Tool

const api = withApi()
const PURPOSE = { 'hub-purpose': encodeURIComponent('recall; 复核召回') }
let sender = ''
let receipt = ''
let record = ''
let lot = ''

beforeAll(async () => {
  sender = await api.key('push:jiaxing-wholesale')
  const trades = [trade('JX1'), trade('JX2', { netWeight: '7.0' }), trade('JX3', { netWeight: 'x' })]
  const pushed = await api.push(TRADES, JSON.stringify(trades), { key: sender })
  expect(pushed.statusCode).toBe(200)
  receipt = pushed.json().receipt
  const { rows } = await api.pool.query(
    `select record_id, codes from record_versions where kind = 'sale' order by position limit 1`,
  )
  record = rows[0].record_id
  lot = rows[0].codes[0]
  expect(await sealBatch(api.pool)).toBe('sealed')
})

const evidence = (type: string, id: string, headers = {}) =>
  api.call('GET', `/v1/evidence/${type}/${encodeURIComponent(id)}`, { headers, purpose: null })
const get = async (url: string, call = {}) => (await api.call('GET', url, call)).json()

it('logs each call that changes something with who, what and how it ended, and never what was secret in it', async () => {
  const made = await api.call('POST', '/v1/keys', { body: { name: 'auditor', scopes: ['audit'] } })
  const { key, id } = made.json()
  await api.call('DELETE', '/v1/keys/00000000-0000-4000-8000-000000000000')
  const { entries } = await get('/v1/audit/log?kind=administration', { key })
  expect(
    entries
      .slice(0, 4)
      .map((e: { action: string; who: string; facts: { status?: number } }) => [
        e.action,
        e.who,
        e.facts.status,
      ]),
  ).toEqual([
    ['revokeKey', 'administrator', 404],
    ['revokeKey', 'administrator', undefined],
    ['createKey', 'administrator', 201],
    ['createKey', 'administrator', undefined],
  ])
  const settings = await get('/v1/audit/log?kind=setting&limit=3', { key })
  expect(settings.entries[0]).toMatchObject({ action: 'insert', subject: `keys ${id}` })
  const all = await api.pool.query('select string_agg(facts, $1) as all from audit_log', ['\n'])
  expect(all.rows[0].all).not.toContain(key)
  expect((await api.call('GET', '/v1/audit/log', { key: sender })).statusCode).toBe(403)
  const next = await get(`/v1/audit/log?limit=2&after=${settings.next}`)
  expect(next.entries).toHaveLength(2)
})

it('notes who read which record with which purpose before it is given', async () => {
  await api.call('GET', `/v1/records/${encodeURIComponent(record)}`, { headers: PURPOSE })
  await api.call('GET', '/v1/records?limit=2')
  await api.call('GET', '/v1/changes?limit=2')
  await api.call('GET', `/v1/messages/${receipt}`)
  const { entries } = await get('/v1/audit/log?kind=access&limit=4')
  expect(entries.map((e: { action: string }) => e.action)).toEqual([
    'getMessage',
    'listChanges',
    'listRecords',
    'getRecord',
  ])
  expect(entries[3]).toMatchObject({ subject: record, facts: { purpose: 'recall; 复核召回', full: true } })
  expect(entries[2].facts.records).toHaveLength(2)
  const bad = await api.call('GET', `/v1/records/${encodeURIComponent(record)}`, {
    headers: { 'hub-purpose': '%zz' },
  })
  expect(bad.statusCode).toBe(400)
})

it('proves a receipt and its records to its sender, and to nobody else', async () => {
  const url = `/v1/receipts/${receipt}/proof`
  const proof = await get(url, { key: sender })
  const { leaf, opening, batch, tree } = proof.message
  const path = (of: string[]) => of.map((step) => Buffer.from(step, 'hex'))
  const root = rootByInclusion(leafHash(leaf), batch.index, batch.size, path(batch.path))
  expect(JSON.parse(batch.text)[8]).toBe(root?.toString('hex'))
  expect(rootByInclusion(leafHash(batch.text), tree.index, tree.size, path(tree.path))?.toString('hex')).toBe(
    proof.head.treeRoot,
  )
  expect(JSON.parse(leaf).at(-1)).toBe(commitmentOf(opening))
  expect(proof.records.length).toBeGreaterThan(0)
  for (const one of proof.records)
    expect(one.proof).toMatchObject({ opening: null, leaf: expect.stringContaining('version') })
  const other = await api.key('push:cold-chain')
  expect((await api.call('GET', url, { key: other })).statusCode).toBe(404)
  expect((await api.call('GET', '/v1/receipts/none/proof')).statusCode).toBe(404)
})

it('gives heads, and proves that each contains the earlier ones', async () => {
  await sealBatch(api.pool)
  await api.call('GET', '/v1/records?limit=1')
  await sealBatch(api.pool)
  const { heads } = await get('/v1/audit/heads')
  const last = heads[0].number
  const { from, to, path } = await get(`/v1/audit/consistency?from=1&to=${last}`)
  const tree = (head: { number: number; treeRoot: string }) => ({
    count: head.number,
    root: Buffer.from(head.treeRoot, 'hex'),
  })
  expect(
    isConsistent(
      tree(from),
      tree(to),
      path.map((step: string) => Buffer.from(step, 'hex')),
    ),
  ).toBe(true)
  expect((await api.call('GET', `/v1/audit/consistency?from=2&to=1`)).statusCode).toBe(400)
  expect((await api.call('GET', `/v1/audit/consistency?from=1&to=99999`)).statusCode).toBe(404)
})

it('packs all that shows a record, lot or receipt, which holds without the hub, and not for one byte of another', async () => {
  const { heads } = await get('/v1/audit/heads')
  const key = heads[0].publicKey
  const anchors = heads.map((head: object) => JSON.stringify(head)).join('\n')
  for (const [type, id] of [
    ['record', record],
    ['lot', lot],
    ['receipt', receipt],
  ] as const) {
    const made = await evidence(type, id, PURPOSE)
    expect(made.statusCode).toBe(200)
    const checked = checkPackage(made.rawPayload, { key, anchors })
    expect(checked.lines.filter((line) => line.startsWith('WRONG'))).toEqual([])
    expect(checked.isRight).toBe(true)
    expect(checked.lines.filter((line) => line.startsWith('proven')).length).toBeGreaterThan(2)
    expect(checked.lines).toContain('The anchors have the same head.')
  }
  const { rawPayload } = await evidence('receipt', receipt, PURPOSE)
  expect(checkPackage(rawPayload, { key: 'whpk_other' }).isRight).toBe(false)
  const files = [...readArchive(rawPayload)]
  for (const [changed] of files) {
    const forged = files.map(([name, content]): [string, Uint8Array] => {
      if (name !== changed) return [name, content]
      const bytes = Buffer.from(content)
      const at = bytes.length - 3
      bytes[at] = (bytes[at] as number) ^ 1
      return [name, bytes]
    })
    const isRefused = ((): boolean => {
      try {
        return !checkPackage(Buffer.from(storedArchive(forged)), { key }).isRight
      } catch {
        return true
      }
    })()
    expect([changed, isRefused]).toEqual([changed, true])
  }
})

it('leaves out what may be of a person, and the bytes, where nobody says why', async () => {
  const { rawPayload } = await evidence('record', record)
  const files = readArchive(rawPayload)
  expect([...files.keys()].filter((name) => name.startsWith('messages/'))).toEqual([])
  const { proven, isMasked } = JSON.parse(String(files.get('evidence.json')))
  expect(isMasked).toBe(true)
  for (const { about, proof } of proven)
    if (about === 'version' || about === 'message') expect(proof.opening).toBeNull()
  expect(checkPackage(rawPayload)).toMatchObject({ isRight: true, isProven: false })
  expect((await evidence('record', 'urn:cnft:sale:none:sale:1')).statusCode).toBe(404)
  expect((await evidence('case', 'no-case')).statusCode).toBe(404)
  expect((await evidence('lot', '\u0000')).statusCode).toBeLessThan(500)
  expect((await verifyLog(api.pool)).findings).toEqual([])
})
