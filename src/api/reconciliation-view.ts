import type { Reconciliation } from '#store/reconciliations.ts'
import type { Language } from './language.ts'

const ADVICE: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  unsupported: {
    zh: '接收方未实现 /counts 与 /keys（见 openapi/receiver.json）；请以 CSV 提供接收方的数字或主键。',
    en: 'The receiver does not implement /counts and /keys of openapi/receiver.json: give its figures or keys as CSV.',
  },
  receiver_refused: {
    zh: '接收方拒绝或应答不合约定：请核对密钥、地址与 openapi/receiver.json。',
    en: 'The receiver refused, or answered against the contract: compare key, address and openapi/receiver.json.',
  },
  receiver_unavailable: {
    zh: '接收方约一小时内未应答：恢复后请重新对账。',
    en: 'The receiver did not answer for about an hour: ask again when it is back.',
  },
  mapping_broken: {
    zh: '链路的映射有误：修复后请重新对账。',
    en: 'The mapping of the link is broken: ask again when it is mended.',
  },
  too_slow: { zh: '数据库过慢：请缩小时段后重试。', en: 'The database was too slow: ask for fewer hours.' },
  figures: {
    zh: '仅凭数字无法在未定位（narrowed: false）的时段找到记录：请提供这些时段的主键清单。',
    en: 'Figures alone do not name the records of the hours with narrowed: false: give the keys of these hours.',
  },
  resend: {
    zh: '可用 POST /v1/reconciliations/{id}/resend 补送缺失与较旧的记录。',
    en: 'POST /v1/reconciliations/{id}/resend sends what is missing or outdated again.',
  },
}

/** A reconciliation as the API gives it. */
export function reconciliationView(one: Reconciliation, language: Language): Record<string, unknown> {
  const { linkId, fromHour, toHour, grain: _g, attempts: _a, startedAt: _s, ...rest } = one
  return {
    ...rest,
    link: linkId,
    from: fromHour,
    to: toHour,
    counts: Object.fromEntries(Object.entries(one.counts).filter(([name]) => name !== 'named')),
    advice: adviceOf(one)?.[language] ?? null,
  }
}

function adviceOf({ problem, outcome, side, counts, resend }: Reconciliation) {
  if (problem !== null) return ADVICE[problem]
  if (outcome === 'unsupported') return ADVICE['unsupported']
  if (outcome !== 'different') return undefined
  if (side === 'figures' && Number(counts['unnamed'] ?? 0) > 0) return ADVICE['figures']
  return resend ? undefined : ADVICE['resend']
}
