import { nearest } from './nearest.ts'
import type { SettingMistake } from './settings.ts'
import { OIDC_NAMES } from './settings-oidc.ts'

/** Names that begin like a setting but belong to the project's own tests. */
const namesOfTests = [
  'HUB_TEST_DATABASE_URL',
  'HUB_TEST_OLDER_DATABASE_URL',
  'HUB_TEST_REQUIRE_SERVICES',
  'HUB_TEST_SQLSERVER_URL',
]

const names = [
  'HUB_HOST',
  'HUB_PORT',
  'HUB_INSECURE_HOST',
  'HUB_CONNECTIONS_PER_ADDRESS',
  'HUB_RATE_KEY',
  'HUB_RATE_ADDRESS',
  'HUB_METRICS',
  'HUB_ROLE',
  'HUB_MAPPINGS',
  'HUB_DATA',
  'HUB_ADMIN_KEY',
  'HUB_ID',
  'HUB_DROP_FOLDERS',
  'HUB_PICKUP_FOLDERS',
  'HUB_CASES_FROM',
  'HUB_ANCHOR_FILE',
  'HUB_EVIDENCE_LIMIT',
  'HUB_PUBLIC_URL',
  'HUB_TRUSTED_PROXIES',
  'HUB_TLS_CERT',
  'HUB_TLS_KEY',
  'HUB_TLS_CLIENT_CA',
  'HUB_DATA_KEY',
  'HUB_DATA_KEY_BEFORE',
  'HUB_DATA_CIPHER',
  ...OIDC_NAMES,
  'HUB_LANG',
  'HUB_LOG',
  'DATABASE_URL',
  'REDIS_URL',
] as const

/** A name that begins with HUB_ and is not known is a mistake: a misspelt setting must not be passed over in silence. */
export function unknownNames(env: Readonly<Record<string, string | undefined>>): SettingMistake[] {
  const known: readonly string[] = [...names, ...namesOfTests]
  const unknown = Object.keys(env).filter((name) => name.startsWith('HUB_') && !known.includes(name))
  return unknown.sort().map((name) => {
    const meant = nearest(name, names) ?? nearest(name.slice('HUB_'.length), names)
    return {
      name,
      reason: { zh: '没有这个设置项。', en: 'There is no such setting.' },
      fix: meant
        ? { zh: `是否想写 ${meant}？`, en: `Did you mean ${meant}?` }
        : { zh: `可用的有：${names.join('、')}。`, en: `The settings are: ${names.join(', ')}.` },
    }
  })
}
