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

const pre = Array.from({length: 160}, () => mk(500))
let k = 0
async function runPre(batches: number, conc: number) {
  const t0 = performance.now(); const c0 = process.cpuUsage()
  let left = batches
  await Promise.all(Array.from({ length: conc }, async () => { while (left-- > 0) await group.write(pre[k++] as any) }))
  const s = (performance.now() - t0) / 1000; const c = process.cpuUsage(c0)
  console.log(`${batches}x500 conc ${conc}: ${Math.round(batches * 500 / s)} trades/s, node cpu ${Math.round((c.user + c.system) / 1000)} of ${Math.round(s * 1000)} ms`)
}
await runPre(40, 1); await runPre(40, 2); await runPre(40, 4); await runPre(40, 4)
await pool.end(); await e.stop()
