import { HubError } from '#core/errors.ts'
import { counted } from '#core/in-number.ts'
import { type Words, words } from '#core/mapping/words.ts'
import type { Receipt } from '#core/receipt.ts'
import type { GoldenSample } from '#flow/systems/golden.ts'
import { setSystemSecrets } from '#store/system-secrets.ts'
import { type Check, skipped, type Trial, type TrialHub, verdictOf } from './check.ts'
import { decodedSamples } from './decoded.ts'
import { missingFlags, otherCounts, otherResults } from './silver-reading.ts'

const SENDERS = 8
const TWO_DAYS_MS = 2 * 86_400_000

/** What a system needs to be trusted: resends, order, crossing senders, clocks. On a real PostgreSQL. */
export const SILVER: readonly Check[] = [
  {
    id: 'stored',
    level: 'silver',
    title: {
      en: 'Every sample, sent after those it follows, is created, updated, voided, unchanged or rejected as its golden says',
      zh: '样例按顺序发送后，逐条结果（新建、更新、作废、无变化、退回）与期望一致',
    },
    run: (trial) =>
      withHub(trial, async (hub) => {
        const findings: Words[] = []
        for (const sample of trial.samples) {
          await hub.empty()
          for (const before of earlier(trial, sample)) await push(hub, trial, before)
          const receipt = await push(hub, trial, sample)
          const { expected, name } = sample
          if ('refused' in receipt) {
            if (expected.refused?.code !== receipt.refused)
              findings.push(
                words(`${name}: refused with ${receipt.refused}`, `${name}：以 ${receipt.refused} 拒收`),
              )
            if (!(await isKeptRefused(hub)))
              findings.push(
                words(
                  `${name}: the refused message was not kept, with no counts`,
                  `${name}：拒收的报文未保留，或被计数`,
                ),
              )
            continue
          }
          if (expected.refused) findings.push(words(`${name}: it was taken`, `${name}：已被接收，应拒收`))
          findings.push(...otherCounts(receipt, sample), ...otherResults(receipt, sample))
          findings.push(...(await missingFlags(hub, receipt, sample)))
          const { received, accepted, unchanged, rejected } = receipt
          if (received !== accepted + unchanged + rejected)
            findings.push(words(`${name}: the counts do not add up`, `${name}：计数不符`))
        }
        return findings
      }),
  },
  {
    id: 'resend',
    level: 'silver',
    title: {
      en: 'All samples sent again make no new version',
      zh: '全部样例重发一遍不产生新版本',
    },
    run: (trial) =>
      withHub(trial, async (hub) => {
        const findings: Words[] = []
        for (const sample of trial.samples) {
          await hub.empty()
          for (const before of earlier(trial, sample)) await push(hub, trial, before)
          await push(hub, trial, sample)
          const before = await versions(hub)
          await push(hub, trial, sample)
          const after = await versions(hub)
          if (after !== before)
            findings.push(
              words(
                `${sample.name}: ${counted(before, 'version')}, ${after} after the same bytes again`,
                `${sample.name}：原有 ${before} 个版本，重发后为 ${after} 个`,
              ),
            )
        }
        return findings
      }),
  },
  {
    id: 'crossing',
    level: 'silver',
    title: {
      en: `A sample sent by ${SENDERS} senders at once is stored once`,
      zh: `同一样例由 ${SENDERS} 个发送方同时发送，只入库一次`,
    },
    run: (trial) =>
      withHub(trial, async (hub) => {
        const findings: Words[] = []
        for (const sample of trial.samples.filter(({ name }) => name.startsWith('valid/'))) {
          await hub.empty()
          for (const before of earlier(trial, sample)) await push(hub, trial, before)
          const before = await versions(hub)
          const receipts = await Promise.all(Array.from({ length: SENDERS }, () => push(hub, trial, sample)))
          const made = (await versions(hub)) - before
          const told = receipts.reduce((sum, receipt) => sum + changed(receipt), 0)
          await hub.empty()
          for (const one of earlier(trial, sample)) await push(hub, trial, one)
          const alone = await versions(hub)
          await push(hub, trial, sample)
          const wanted = (await versions(hub)) - alone
          if (made !== wanted)
            findings.push(
              words(
                `${sample.name}: ${counted(made, 'version')} instead of ${wanted} (${told} told)`,
                `${sample.name}：产生 ${made} 个版本，应为 ${wanted} 个（回执共 ${told} 个）`,
              ),
            )
        }
        return findings
      }),
  },
  {
    id: 'idempotency-key',
    level: 'silver',
    title: {
      en: 'The same Idempotency-Key gives the same receipt, and another body under it is refused',
      zh: '相同 Idempotency-Key 返回同一回执，内容不同则拒绝',
    },
    run: (trial) =>
      withHub(trial, async (hub) => {
        await hub.empty()
        const [first, second] = trial.samples.filter(({ name }) => name.startsWith('valid/'))
        if (!first || !second) return [words('two valid samples are needed', '至少需要两个有效样例')]
        const one = await push(hub, trial, first, 'key-1')
        const again = await push(hub, trial, first, 'key-1')
        const other = await push(hub, trial, second, 'key-1').catch((error: unknown) => error)
        const findings: Words[] = []
        if ('refused' in one || 'refused' in again || one.receipt !== again.receipt)
          findings.push(words('the receipt is another one', '回执不同'))
        if (!(other instanceof HubError && other.code === 'idempotency_conflict'))
          findings.push(words('another body under the same key was taken', '同一键下的不同内容被接收'))
        return findings
      }),
  },
  {
    id: 'rejections-kept',
    level: 'silver',
    title: {
      en: 'Each rejected record waits with its source and its reason',
      zh: '每条退回的记录均连同来源与原因保留',
    },
    run: (trial) =>
      withHub(trial, async (hub) => {
        await hub.empty()
        let rejected = 0
        for (const sample of trial.samples) {
          const receipt = await push(hub, trial, sample)
          if (!('refused' in receipt)) rejected += receipt.rejected
        }
        const { rows } = await hub.pool.query<{ seen: number; bare: number }>(
          `select coalesce(sum(seen), 0)::int as seen, count(*) filter (where source = 'null' or issues = '[]')::int as bare from rejections`,
        )
        const [found] = rows
        const findings: Words[] = []
        if (found?.seen !== rejected)
          findings.push(
            words(
              `${rejected} were rejected, ${found?.seen} are kept`,
              `退回 ${rejected} 条，保留 ${found?.seen} 条`,
            ),
          )
        if (found?.bare)
          findings.push(
            words(`${found.bare} are kept without source or reason`, `${found.bare} 条保留时缺少来源或原因`),
          )
        return findings
      }),
  },
  {
    id: 'clock-skew',
    level: 'silver',
    title: {
      en: 'A sender whose clock is two days ahead is marked and not rejected',
      zh: '发送方时钟快两天时只作标记，不退回',
    },
    run: async (trial) => {
      const findings: Words[] = []
      let tried = 0
      for (const { sample, mapping, records } of await decodedSamples(trial)) {
        for (const source of records) {
          const now = mapping.map(source, trial)
          const at = now.records[0]?.body?.occurredAt?.at
          if (now.rejected || at === undefined) continue
          tried++
          const early = mapping.map(source, { receivedAtMs: Date.parse(at) - TWO_DAYS_MS })
          const marked = early.records[0]?.body?.flags.includes('W_FUTURE_TIME') === true
          if (early.rejected || !marked)
            findings.push(
              words(
                `${sample.name} ${source.path}: ${early.rejected ? 'rejected' : 'not marked'}`,
                `${sample.name} ${source.path}：${early.rejected ? '被退回' : '未标记'}`,
              ),
            )
        }
      }
      return tried === 0 ? skipped('no record has a time', '没有带时间的记录') : verdictOf(findings)
    },
  },
]

type Pushed = Receipt | { readonly refused: string }

async function push(
  { intake, pool }: TrialHub,
  { system }: Trial,
  { bytes, expected }: GoldenSample,
  idempotencyKey?: string,
): Promise<Pushed> {
  if (expected.secrets) await setSystemSecrets(pool, system.id, expected.secrets)
  try {
    return await intake.push({
      system: system.id,
      record: expected.record,
      bytes,
      contentType: expected.contentType,
      keyId: null,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    })
  } catch (error) {
    if (error instanceof HubError && (error.code === 'unreadable_message' || error.code === 'bad_signature'))
      return { refused: error.parts.issues?.[0]?.code ?? 'E_SCHEMA' }
    throw error
  }
}

/** The samples that are sent before this one, in their order. */
function earlier({ samples }: Trial, { expected }: GoldenSample): GoldenSample[] {
  const names = [expected.sendAfter ?? []].flat()
  return names.flatMap((name) => {
    const before = samples.find((sample) => sample.name === name || sample.name === `valid/${name}`)
    return before ? [...earlier({ samples } as Trial, before), before] : []
  })
}

/** The last message stands as refused, and nothing of it is counted. */
async function isKeptRefused({ pool }: TrialHub): Promise<boolean> {
  const { rows } = await pool.query<{ state: string; received: number }>(
    'select state, received from messages order by id desc limit 1',
  )
  return rows[0]?.state === 'refused' && rows[0].received === 0
}

const changed = (receipt: Pushed): number => ('refused' in receipt ? 0 : receipt.accepted)

async function versions({ pool }: TrialHub): Promise<number> {
  const { rows } = await pool.query<{ count: number }>('select count(*)::int as count from record_versions')
  return rows[0]?.count ?? 0
}

async function withHub(trial: Trial, run: (hub: TrialHub) => Promise<Words[]>) {
  if (trial.hub === null) return skipped('no database to try it on', '没有可用于测试的数据库')
  return verdictOf(await run(trial.hub))
}
