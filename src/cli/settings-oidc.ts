import { parseAllowed } from '#adapters/http/addresses.ts'
import type { ProviderSettings } from '#flow/operators/provider.ts'
import type { SettingMistake } from './settings.ts'
import type { Reading } from './settings-values.ts'

export const OIDC_NAMES = [
  'HUB_OIDC_ISSUER',
  'HUB_OIDC_CLIENT_ID',
  'HUB_OIDC_CLIENT_SECRET',
  'HUB_OIDC_ROLE_CLAIM',
  'HUB_OIDC_ALLOW_ADDRESS',
] as const

const text =
  (most: number) =>
  (value: string): Reading<string> =>
    value.length <= most && /^[\x21-\x7e]+$/.test(value)
      ? { ok: true, value }
      : {
          ok: false,
          reason: {
            zh: '含有空格或非 ASCII 字符，或过长。',
            en: 'It has blanks or characters beyond ASCII, or is too long.',
          },
          fix: { zh: '请按身份认证平台给出的值填写。', en: 'Write it as the provider gave it.' },
        }

function issuer(value: string): Reading<string> {
  const url = URL.parse(value)
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:'
  if (url && isWeb && !url.search && !url.hash && !url.username) return { ok: true, value }
  return {
    ok: false,
    reason: { zh: '不是身份认证平台的地址。', en: 'This is not the address of a provider.' },
    fix: {
      zh: '写法如 https://id.example.cn/realms/a。',
      en: 'Write it like https://id.example.cn/realms/a.',
    },
  }
}

function addresses(value: string): Reading<readonly string[]> {
  const all = value.split(',').map((one) => one.trim())
  const wrong = all.find((one) => parseAllowed(one) === null)
  if (wrong === undefined) return { ok: true, value: all }
  return {
    ok: false,
    shown: wrong,
    reason: { zh: '不是 CIDR:端口。', en: 'This is not CIDR:port.' },
    fix: {
      zh: '写法如 10.0.0.8/32:443，多个用逗号分隔。',
      en: 'Write it like 10.0.0.8/32:443, several divided by commas.',
    },
  }
}

type Take = <T>(name: string, read: (text: string) => Reading<T>, otherwise: T) => T

/** The provider of the settings; undefined where none is named. Half of one is a mistake. */
export function readProvider(
  take: Take,
  publicUrl: string | undefined,
  mistakes: SettingMistake[],
): ProviderSettings | undefined {
  const named = {
    HUB_OIDC_ISSUER: take<string | undefined>('HUB_OIDC_ISSUER', issuer, undefined),
    HUB_OIDC_CLIENT_ID: take<string | undefined>('HUB_OIDC_CLIENT_ID', text(255), undefined),
    HUB_OIDC_CLIENT_SECRET: take<string | undefined>('HUB_OIDC_CLIENT_SECRET', text(500), undefined),
  }
  const roleClaim = take('HUB_OIDC_ROLE_CLAIM', text(200), 'roles')
  const allowAddress = take<readonly string[]>('HUB_OIDC_ALLOW_ADDRESS', addresses, [])
  if (Object.values(named).every((value) => value === undefined)) return undefined
  for (const [name, value] of Object.entries({ ...named, HUB_PUBLIC_URL: publicUrl }))
    if (value === undefined && !mistakes.some((mistake) => mistake.name === name))
      mistakes.push({
        name,
        reason: { zh: '没有设置。', en: 'It is not set.' },
        fix: {
          zh: '统一身份认证需要 HUB_OIDC_ISSUER、HUB_OIDC_CLIENT_ID、HUB_OIDC_CLIENT_SECRET 与 HUB_PUBLIC_URL。',
          en: 'A provider needs HUB_OIDC_ISSUER, HUB_OIDC_CLIENT_ID, HUB_OIDC_CLIENT_SECRET and HUB_PUBLIC_URL.',
        },
      })
  const { HUB_OIDC_ISSUER: from, HUB_OIDC_CLIENT_ID: clientId, HUB_OIDC_CLIENT_SECRET: clientSecret } = named
  return from && clientId && clientSecret
    ? { issuer: from, clientId, clientSecret, roleClaim, allowAddress }
    : undefined
}
