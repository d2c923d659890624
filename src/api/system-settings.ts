import type { Pool } from 'pg'
import { parseAllowed } from '#adapters/http/addresses.ts'
import { AddressRefused, checkAddress, checkUrl } from '#adapters/http/guard.ts'
import { reach } from '#adapters/http/reach.ts'
import { peerOf } from '#core/peers/peer.ts'
import { readEgressRules } from '#store/egress.ts'
import type { System } from '#store/systems.ts'
import type { Language } from './language.ts'

/** One setting that is wrong. */
export interface SettingMistake {
  readonly setting: string
  readonly reason: string
  readonly advice: string
}

/** A record that the system.yaml names while none of its mappings is in force. */
export const lacksMapping = (system: string, record: string, language: Language): SettingMistake => ({
  setting: `records.${record}`,
  ...{
    en: {
      reason: 'no mapping of the record is in force, so that nothing can be pushed to it',
      advice: `Add one with POST /v1/systems/${system}/mappings and activate it.`,
    },
    zh: {
      reason: '该记录没有生效的映射，无法推送',
      advice: `请用 POST /v1/systems/${system}/mappings 添加映射并启用。`,
    },
  }[language],
})

type Words = Readonly<Record<Language, string>>
interface Found {
  readonly reason: Words
  readonly advice: Words
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')

/** Settings that a system may have, each with its check. */
const KNOWN: Readonly<
  Record<
    string,
    (
      value: unknown,
      all: Readonly<Record<string, unknown>>,
      rules: readonly string[],
    ) => Promise<Found | null>
  >
> = {
  url: async (value, all, rules) => {
    if (typeof value !== 'string') return notA({ en: 'a text', zh: '文本' })
    const allow = isTexts(all['allowAddress']) ? all['allowAddress'] : []
    try {
      checkUrl(value)
      const allowed = [...allow.filter((one) => parseAllowed(one) !== null), ...rules]
      await checkAddress(value, allowed)
      const found = await reach(value, allowed)
      return found.reached ? null : notReached(found.detail)
    } catch (error) {
      const reason = error instanceof AddressRefused ? error.reason : 'the name cannot be resolved'
      return {
        reason: { en: reason, zh: `地址不可用：${reason}` },
        advice: {
          en: 'Give the address of the receiver; name a private network in allowAddress as CIDR:port.',
          zh: '请填写接收方地址；内网地址须在 allowAddress 中以 CIDR:端口 声明。',
        },
      }
    }
  },
  allowAddress: async (value) => {
    if (!isTexts(value)) return notA({ en: 'a list of texts', zh: '文本列表' })
    const wrong = value.find((one) => parseAllowed(one) === null)
    if (wrong === undefined) return null
    return {
      reason: { en: `"${wrong}" is not CIDR:port`, zh: `“${wrong}”不是 CIDR:端口` },
      advice: { en: 'Write it like 10.1.2.0/24:8443.', zh: '格式如 10.1.2.0/24:8443。' },
    }
  },
  peer: async (value) =>
    peerOf('', { peer: value })
      ? null
      : {
          reason: { en: 'no hub is named rightly', zh: '平台标识不合规范' },
          advice: {
            en: 'Write it like {"hub": "zj-hangzhou", "carries": ["zj-hangzhou-*"]}.',
            zh: '写法如 {"hub": "zj-hangzhou", "carries": ["zj-hangzhou-*"]}。',
          },
        },
}

const notReached = (detail: string): Found => ({
  reason: { en: `nobody answers there: ${detail}`, zh: `该地址无应答：${detail}` },
  advice: {
    en: 'Start the receiver, or open the way to it in the firewall.',
    zh: '请启动接收方，或在防火墙中放行。',
  },
})

const notA = (what: Words): Found => ({
  reason: { en: `not ${what.en}`, zh: `不是${what.zh}` },
  advice: { en: `Give ${what.en}.`, zh: `请填写${what.zh}。` },
})

/** Everything that is wrong with the settings of a system: unknown names, wrong values, addresses that may not be used. */
export async function checkSettings(
  pool: Pool,
  { id, settings }: Pick<System, 'id' | 'settings'>,
  language: Language,
): Promise<SettingMistake[]> {
  const rules = await readEgressRules(pool, { system: id })
  const found = await Promise.all(
    Object.entries(settings).map(async ([setting, value]): Promise<SettingMistake[]> => {
      const check = Object.hasOwn(KNOWN, setting) ? KNOWN[setting] : undefined
      const mistake = check ? await check(value, settings, rules) : unknownSetting()
      return mistake ? [{ setting, reason: mistake.reason[language], advice: mistake.advice[language] }] : []
    }),
  )
  return found.flat()
}

const unknownSetting = (): Found => ({
  reason: { en: 'there is no such setting', zh: '没有此设置项' },
  advice: {
    en: `Known settings: ${Object.keys(KNOWN).join(', ')}.`,
    zh: `可用的设置项：${Object.keys(KNOWN).join('、')}。`,
  },
})
