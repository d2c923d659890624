import { createHash } from 'node:crypto'
import { createPool } from '#store/database.ts'
import { migrate } from '#store/migrate.ts'
import { createGroupCommit } from '#flow/intake/group-commit.ts'
import { prepared } from '#flow/intake/prepare.ts'
import { messageId } from '#flow/intake/message-id.ts'
import { startEmbedded } from './src/cli/embedded.ts'
import { recordId } from '#core/model/identity.ts'
import pino from 'pino'
const e = await startEmbedded({ dataDir: '/tmp/perf-hub', log: pino({level:'warn'}) })
const pool = createPool({ url: e.url, max: 8 })
await migrate(pool)
await pool.query('truncate record_versions, lot_edges, messages')
let n = Date.now() % 1e9
const mk = (count: number) => {
  const rows = [], sources = []
  for (let i = 0; i < count; i++) {
    const bill = 'JX' + String(n++).padStart(17, '0')
    const cert = 'HGZ20240415-' + (n % 5000)
    const when = { at: '2024-04-15T03:42:10+08:00', precision: 'second', raw: '2024/4/15 3:42:10' }
    const parties = [{ ids: [{ scheme: 'cn.mofcom.operator13', value: '3304020030107' }], name: '嘉禾示例果蔬商行', role: 'seller' }, { ids: [{ scheme: 'cn.mofcom.operator13', value: '33010501200' + (n%90+10) }], name: '秀英示例蔬菜摊', role: 'buyer' }]
    const region = { code: '330402', name: '南湖区', year: 2024 }
    const sites = [{ ids: [{ scheme: 'cn.mofcom.node9', value: '330402003' }], name: '嘉兴南湖示例果蔬批发市场', role: 'market' }]
    const amount = { currency: 'CNY', raw: '480.00', value: '480' }
    const sale: any = { amount, documents: [{ number: cert, role: 'upstream', type: 'promise_cert' }, { number: bill, role: 'voucher', type: 'sales_voucher' }], flags: [], occurredAt: when, origin: { code: '330825', name: '龙游县', year: 2024 }, parties, price: { currency: 'CNY', per: 'KGM', raw: '4.80', value: '4.8' }, product: { class: 'vegetable', code: '01233401', name: '番茄' }, quantity: { raw: '100.0', rawUnit: '公斤', unit: 'KGM', value: '100' }, region, saleKind: 'wholesale', sites, vehicle: '浙F00X00' }
    const payment: any = { amount, documents: [{ number: bill, role: 'voucher', type: 'sales_voucher' }], flags: [], method: 'market_card', occurredAt: when, parties, region, sites }
    const s = 'jiaxing-wholesale'
    sources.push(prepared({ index: i, key: [bill], rejected: false, issues: [], records: [
      { kind: 'sale', id: recordId('sale', s, 'trade', [bill]), key: [bill], operation: 'upsert', body: sale },
      { kind: 'payment', id: recordId('payment', s, 'trade', [bill]), key: [bill], operation: 'upsert', body: payment }] } as any))
    rows.push({ billNo: bill, sellerName: '嘉禾示例果蔬商行', marketCode: '330402003', sellerCode: '3304020030107', buyerCode: '3301050120045', buyerName: '秀英示例蔬菜摊', cardNo: '00018823', goodsCode: '01233401', goodsName: '番茄', netWeight: '100.0', unit: '公斤', price: '4.80', amount: '480.00', originCode: '330825', originName: '龙游', certNo: cert, plateNo: '浙F00X00', tradeTime: '2024/4/15 3:42:10', payType: '4', status: '1' })
  }
  const bytes = Buffer.from(JSON.stringify(rows))
  const at = Date.now()
  return { id: messageId(at), receivedAtMs: at, system: 'jiaxing-wholesale', record: 'trade', mapping: 'jiaxing-wholesale/trade@1', sha256: createHash('sha256').update(bytes).digest(), bytes, contentType: 'application/json', encoding: 'utf-8', keyId: null, idempotencyKey: undefined, sources, values: rows as any, drift: new Map() }
}
const group = createGroupCommit(pool, () => {})
async function run(batches: number, size: number, conc: number) {
  const t0 = performance.now(); let prep = 0
  let left = batches
  await Promise.all(Array.from({ length: conc }, async () => { while (left-- > 0) { const p = performance.now(); const m = mk(size); prep += performance.now() - p; await group.write(m as any) } }))
  const s = (performance.now() - t0) / 1000
  console.log(`${batches}x${size} conc ${conc}: ${Math.round(batches * size / s)} trades/s, prep ${Math.round(prep)} of ${Math.round(s * 1000)} ms`)
}
await run(10, 500, 2)
await run(60, 500, 1); await run(60, 500, 2); await run(60, 500, 4)
await run(10000, 1, 64)
// COPY baseline: the same rows
const rows = Number((await pool.query('select count(*) from record_versions')).rows[0].count)
const c = await pool.connect()
const { from } = await import('pg-copy-streams'); const { to } = await import('pg-copy-streams')
const read = async (sql: string) => { const chunks: Buffer[] = []; for await (const x of c.query(to(sql))) chunks.push(x as Buffer); return Buffer.concat(chunks) }
const slices: Buffer[][] = []
const ids = (await c.query('select id, received_at from messages where received = 500 order by id limit 60')).rows
for (const { id } of ids) slices.push([await read(`copy (select * from messages where id='${id}') to stdout`), await read(`copy (select * from record_versions where message_id='${id}') to stdout`), await read(`copy (select * from lot_edges where record_id in (select record_id from record_versions where message_id='${id}')) to stdout`)])
await c.query('truncate record_versions, lot_edges, messages')
const put = async (cl: any, t: string, b: Buffer) => new Promise<void>((res, rej) => { const s = cl.query(from(`copy ${t} from stdin`)); s.on('finish', res); s.on('error', rej); s.end(b) })
const copyRun = async (conc: number) => {
  await c.query('truncate record_versions, lot_edges, messages')
  const t0 = performance.now(); let i = 0
  await Promise.all(Array.from({ length: conc }, async () => { const cl = await pool.connect(); while (i < slices.length) { const s = slices[i++]!; await cl.query('begin'); await put(cl, 'messages', s[0]!); await put(cl, 'record_versions', s[1]!); await put(cl, 'lot_edges', s[2]!); await cl.query('commit') } cl.release() }))
  const s = (performance.now() - t0) / 1000
  console.log(`COPY conc ${conc}: ${Math.round(slices.length * 500 / s)} trades/s`)
}
await copyRun(1); await copyRun(2)
console.log('rss', Math.round(process.memoryUsage().rss / 1e6), 'bytes/version', slices[0]![1]!.length / 1000)
c.release(); await pool.end(); await e.stop()
