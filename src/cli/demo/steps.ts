import { setTimeout as pause } from 'node:timers/promises'
import type { Hub } from '#cli/hub.ts'
import type { TraceGraph } from '#core/lineage/graph.ts'
import { traceTree } from '#core/lineage/tree.ts'
import type { Receipt } from '#core/receipt.ts'
import { headPosition } from '#store/changes.ts'
import type { Calls } from './calls.ts'
import type { Printer } from './printer.ts'
import type { ReceiverProcess } from './receiver-process.ts'
import { demoFiles, readSample, type SampleFile, voidFiles } from './sample-files.ts'

export const DEMO_SYSTEMS = ['shaoxing-slaughter', 'zj-agri-certificate', 'jiaxing-wholesale'] as const

/** A key for each system, and a link to the receiver. */
export async function registerAll(
  calls: Calls,
  receiver: ReceiverProcess,
  printer: Printer,
): Promise<{ keys: Map<string, string>; link: string }> {
  printer.heading('登记三个系统和一个接收方', 'Three systems and a receiver are registered')
  const keys = new Map<string, string>()
  for (const system of DEMO_SYSTEMS) {
    const { key } = await calls.post<{ key: string }>('/v1/keys', {
      name: system,
      scopes: [`push:${system}`],
    })
    keys.set(system, key)
    printer.line(`${system}：推送密钥 ${key.slice(0, 8)}…`, `${system}: key ${key.slice(0, 8)}…`)
  }
  const link = await calls.post<{ id: string; secret: string }>('/v1/links', {
    name: '杭州市追溯平台（演示）',
    url: `http://127.0.0.1:${receiver.port}/changes`,
    allowAddress: `127.0.0.1/32:${receiver.port}`,
    filter: {},
    mapping: 'canonical',
    sees: ['public', 'partner', 'restricted'],
  })
  await receiver.useSecret(link.secret)
  printer.line(
    `同步链路 ${link.id}：全部变更，不含个人信息与来源原文，签名投递`,
    `Link ${link.id}: all changes, without what is of persons or as sources wrote it; signed`,
  )
  return { keys, link: link.id }
}

export async function pushFiles(
  calls: Calls,
  keys: ReadonlyMap<string, string>,
  mappings: string,
  printer: Printer,
): Promise<{ sample: SampleFile; receipt: Receipt }[]> {
  printer.heading('各系统按自己的格式推送', 'Each system pushes in its own format')
  const receipts: { sample: SampleFile; receipt: Receipt }[] = []
  for (const sample of demoFiles)
    receipts.push({ sample, receipt: await pushOne(calls, keys, mappings, sample, printer) })
  return receipts
}

async function pushOne(
  calls: Calls,
  keys: ReadonlyMap<string, string>,
  mappings: string,
  sample: SampleFile,
  printer: Printer,
): Promise<Receipt> {
  const bytes = await readSample(mappings, sample)
  const path = `/v1/systems/${sample.system}/records/${sample.record}`
  const response = await calls.push(path, keys.get(sample.system) as string, sample.contentType, bytes)
  const receipt = (await response.json()) as Receipt
  if (!response.ok) throw new Error(`${path} ${sample.file}: ${response.status} ${JSON.stringify(receipt)}`)
  const word = (wanted: string): number => receipt.results.filter(({ result }) => result === wanted).length
  const name = `${sample.system}/${sample.record} ${sample.file}`.padEnd(52)
  printer.line(
    `${name} 新建 ${word('created')}  更新 ${word('updated')}  作废 ${word('voided')}  无变化 ${receipt.unchanged}  退回 ${receipt.rejected}   ${sample.about.zh}`,
    `${name} created ${word('created')}  updated ${word('updated')}  voided ${word('voided')}  unchanged ${receipt.unchanged}  rejected ${receipt.rejected}   ${sample.about.en}`,
  )
  return receipt
}

/** One rejection in full: where, what, why, how to mend it. */
export function showRejection(
  receipts: readonly { sample: SampleFile; receipt: Receipt }[],
  printer: Printer,
): void {
  const found = receipts.find(({ sample }) => sample.file === 'invalid/trade-mixed.xml')
  const rejected = found?.receipt.results.find(
    ({ result, issues }) => result === 'rejected' && issues?.[0]?.code === 'E_PRECISION_LOST',
  )
  const issue = rejected?.issues?.[0]
  if (!found || !issue) throw new Error('the demo expects a rejection of a damaged voucher number')
  printer.heading('一条退回记录的完整说明', 'One rejection, explained in full')
  printer.line(
    `回执 ${found.receipt.receipt}，第 ${rejected.index + 1} 条`,
    `Receipt ${found.receipt.receipt}, source record ${rejected.index + 1}`,
  )
  printer.line(`位置：${issue.path}`, `Where: ${issue.path}`)
  if (issue.value !== undefined) printer.line(`内容：${issue.value}`, `What:  ${issue.value}`)
  printer.line(`原因：${issue.code} ${issue.reason}`, `Why:   ${issue.code} ${issue.reason}`)
  if (issue.fix) printer.line(`处理：${issue.fix}`, `Mend:  ${issue.fix}`)
  printer.line('同一报文的其余记录已入库。', 'Its neighbours in the same message were stored.')
}

export async function pushVoids(
  calls: Calls,
  keys: ReadonlyMap<string, string>,
  mappings: string,
  printer: Printer,
): Promise<void> {
  printer.heading('作废及其影响', 'A void and its effect')
  const document = '/v1/documents/promise_cert/HGZ20240415-M4ND?on=2024-04-15'
  const before = await calls.get<{ verdict: string }>(document)
  for (const sample of voidFiles) await pushOne(calls, keys, mappings, sample, printer)
  const after = await calls.get<{ verdict: string }>(document)
  printer.line(
    `合格证 HGZ20240415-M4ND：${before.verdict} → ${after.verdict}；03:55 的销售仍在，其凭证标为作废`,
    `Certificate HGZ20240415-M4ND: ${before.verdict} → ${after.verdict}; the sale of 03:55 stays, its document is void`,
  )
}

/** How long the receiver is waited for. */
export const PATIENCE_MS = 20_000

/** Shows the receiver's count going up until it has every change. */
export async function waitForReceiver(hub: Hub, receiver: ReceiverProcess, printer: Printer): Promise<void> {
  printer.heading('变更到达接收方', 'The changes arrive at the receiver')
  const untilMs = Date.now() + PATIENCE_MS
  let shown = -1
  for (;;) {
    const { rows } = await hub.pool.query('select count(*)::int as changes from record_versions')
    const changes = rows[0].changes as number
    const { events, voids } = await receiver.report()
    if (events !== shown) {
      shown = events
      printer.line(
        `接收方 ${events} / ${changes}（其中作废 ${voids}）`,
        `Receiver ${events} of ${changes} (${voids} void)`,
      )
    }
    if (events >= changes) return
    if (Date.now() > untilMs) {
      printer.line(
        `仍缺 ${changes - events} 条，位置 ${await headPosition(hub.pool)}`,
        `${changes - events} missing, head at ${await headPosition(hub.pool)}`,
      )
      return
    }
    await pause(100)
  }
}

export async function showTraces(calls: Calls, printer: Printer): Promise<void> {
  const traces = [
    ['33060300100120000157', '猪肉：从交易凭证追到产地检疫证', 'Pork: from a trade back to its certificates'],
    [
      'JXSG2024041500018',
      '番茄：从批发单追到合格证与地头批次',
      'Tomatoes: from a wholesale bill back to the certificate and the field',
    ],
  ] as const
  for (const [code, zh, en] of traces) {
    printer.heading(zh, en)
    const graph = await calls.get<TraceGraph>(`/v1/trace/${code}?direction=back`)
    printer.text(traceTree(graph, printer.language))
  }
}
