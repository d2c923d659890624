import { AdapterError, type AdapterErrorClass, type SettingCheck, type Words } from '#adapters/adapter.ts'

const ZH: Readonly<Record<AdapterErrorClass, string>> = {
  retry: '来源暂时没有应答',
  auth: '来源不允许访问',
  config: '设置有误',
  source: '来源的应答与设置不符',
}

export const good = (setting: string, zh: string, en: string): SettingCheck => ({
  setting,
  ok: true,
  reason: { zh, en },
})

export const bad = (setting: string, reason: Words, advice?: Words): SettingCheck => ({
  setting,
  ok: false,
  reason,
  ...(advice ? { advice } : {}),
})

/** What an error says of a setting; it is thrown on where it is none of a source. */
export function badOf(error: unknown, setting: string): SettingCheck {
  if (!(error instanceof AdapterError)) throw error
  const reason = { zh: `${ZH[error.class]}：${error.message}`, en: error.message }
  return bad(error.setting ?? setting, reason, ADVICE[error.class])
}

const ADVICE: Readonly<Record<AdapterErrorClass, Words>> = {
  retry: { zh: '稍后再试，或与来源联系', en: 'Try later, or ask the source' },
  auth: { zh: '核对密钥与认证方式', en: 'Compare the secret and how it is sent' },
  config: { zh: '按接口文档改正', en: 'Mend it by the interface document' },
  source: {
    zh: '对照接口文档核对路径与参数',
    en: 'Compare paths and parameters with the interface document',
  },
}
