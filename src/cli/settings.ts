import type { MetricsAccess } from '#api/metrics-access.ts'
import type { ProviderSettings } from '#flow/operators/provider.ts'
import type { Suite } from '#store/personal/cipher.ts'
import type { DataKeySettings } from '#store/personal/data-keys.ts'
import type { Sentence } from '#store/refusal.ts'
import { plainForOthers } from './settings-listening.ts'
import { unknownNames } from './settings-names.ts'
import { readProvider } from './settings-oidc.ts'
import { type Reading, readers } from './settings-values.ts'

export type Role = 'all' | 'api' | 'worker'
export type Language = 'zh' | 'en'
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

/** The settings of one hub process; every value is checked. */
export interface Settings {
  readonly host: string
  /** Connections that one address may hold open at once. */
  readonly connectionsPerAddress: number
  /** Units in a second that a key, and an address, may use; null: no bound. */
  readonly rates: { readonly perKey: number | null; readonly perAddress: number | null }
  /** Who gets `/metrics` without a key. */
  readonly metrics: MetricsAccess
  /** TCP port of the API; 0 takes a free one. */
  readonly port: number
  readonly role: Role
  /** Absent: the hub runs its own PostgreSQL below `data`. */
  readonly databaseUrl: string | undefined
  /** Absent: the queues live in the same PostgreSQL. */
  readonly redisUrl: string | undefined
  readonly mappings: string
  readonly data: string
  readonly adminKey: string | undefined
  /** Absent: what the database says, made up at first. */
  readonly hubId: string | undefined
  /** Absolute folders below which links may write files; none where it is not set. */
  readonly dropFolders: readonly string[]
  /** Absolute folders below which channels may read files; none where it is not set. */
  readonly pickupFolders: readonly string[]
  /** A file to which every signed head of the log is added; none where it is not set. */
  readonly anchorFile: string | undefined
  /** Failed tests of an earlier day open no case; absent: all do. */
  readonly casesFrom: string | undefined
  /** Seconds for which sealing and anchoring may fail before intake stops; null: it never does. */
  readonly evidenceLimit: number | null
  /** Address under which anyone reaches the public pages, without a slash at its end. */
  readonly publicUrl: string | undefined
  /** Addresses and CIDR blocks of proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[]
  /** Files of PEM with which the API serves TLS; plain HTTP where they are not set. */
  readonly tlsCert: string | undefined
  readonly tlsKey: string | undefined
  /** A file of authorities whose client certificates are judged beside those of the hub's own. */
  readonly tlsClientCa: string | undefined
  /** 32 bytes under which the keys of stored messages are wrapped; without it messages are stored as they are. */
  readonly dataKey: Buffer | undefined
  /** The one before, while they are exchanged. */
  readonly dataKeyBefore: Buffer | undefined
  readonly dataCipher: Suite
  /** A provider of OpenID Connect that vouches for operators. */
  readonly oidc: ProviderSettings | undefined
  readonly lang: Language
  readonly log: LogLevel
}

/** One setting that cannot be used. `value` is absent where it is, or may hold, a secret. */
export interface SettingMistake {
  readonly name: string
  readonly value?: string
  readonly reason: Sentence
  readonly fix: Sentence
}

export type SettingsReading =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly mistakes: readonly SettingMistake[] }

/**
 * Reads all settings at once and reports every mistake, not only the first. An empty value counts as not set.
 * A name that begins with HUB_ and is not known is a mistake too: a misspelt setting must not be passed over in silence.
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): SettingsReading {
  const mistakes: SettingMistake[] = unknownNames(env)
  const take = <T>(name: string, read: (text: string) => Reading<T>, otherwise: T): T => {
    const text = env[name]?.trim()
    if (text === undefined || text === '') return otherwise
    const reading = read(text)
    if (reading.ok) return reading.value
    const { shown, reason, fix } = reading
    mistakes.push({ name, ...(shown === undefined ? {} : { value: shown }), reason, fix })
    return otherwise
  }
  const publicUrl = take<string | undefined>('HUB_PUBLIC_URL', readers.publicUrl, undefined)
  const settings: Settings = {
    host: take('HUB_HOST', readers.host, '127.0.0.1'),
    connectionsPerAddress: take('HUB_CONNECTIONS_PER_ADDRESS', readers.count, 1000),
    rates: {
      perKey: take<number | null>('HUB_RATE_KEY', readers.countOrOff, 30_000),
      perAddress: take<number | null>('HUB_RATE_ADDRESS', readers.countOrOff, 60_000),
    },
    metrics: take('HUB_METRICS', readers.metrics, 'local'),
    port: take('HUB_PORT', readers.port, 8080),
    role: take('HUB_ROLE', readers.role, 'all'),
    databaseUrl: take<string | undefined>('DATABASE_URL', readers.databaseUrl, undefined),
    redisUrl: take<string | undefined>('REDIS_URL', readers.redisUrl, undefined),
    mappings: take('HUB_MAPPINGS', readers.folder, 'mappings'),
    data: take('HUB_DATA', readers.folder, '.hub'),
    adminKey: take<string | undefined>('HUB_ADMIN_KEY', readers.adminKey, undefined),
    hubId: take<string | undefined>('HUB_ID', readers.hubId, undefined),
    dropFolders: take<readonly string[]>('HUB_DROP_FOLDERS', readers.folders, []),
    pickupFolders: take<readonly string[]>('HUB_PICKUP_FOLDERS', readers.folders, []),
    casesFrom: take<string | undefined>('HUB_CASES_FROM', readers.day, undefined),
    anchorFile: take<string | undefined>('HUB_ANCHOR_FILE', readers.file, undefined),
    evidenceLimit: take<number | null>('HUB_EVIDENCE_LIMIT', readers.secondsOrOff, 14_400),
    publicUrl,
    trustedProxies: take<readonly string[]>('HUB_TRUSTED_PROXIES', readers.proxies, []),
    tlsCert: take<string | undefined>('HUB_TLS_CERT', readers.file, undefined),
    tlsKey: take<string | undefined>('HUB_TLS_KEY', readers.file, undefined),
    tlsClientCa: take<string | undefined>('HUB_TLS_CLIENT_CA', readers.file, undefined),
    dataKey: take<Buffer | undefined>('HUB_DATA_KEY', readers.dataKey, undefined),
    dataKeyBefore: take<Buffer | undefined>('HUB_DATA_KEY_BEFORE', readers.dataKey, undefined),
    dataCipher: take('HUB_DATA_CIPHER', readers.dataCipher, 'aes-256-gcm'),
    oidc: readProvider(take, publicUrl, mistakes),
    lang: take('HUB_LANG', readers.lang, 'zh'),
    log: take('HUB_LOG', readers.log, 'info'),
  }
  if (settings.role !== 'all' && !env['DATABASE_URL']?.trim())
    mistakes.push(splitWithoutDatabase(settings.role))
  if ((settings.tlsCert === undefined) !== (settings.tlsKey === undefined)) mistakes.push(halfTls(settings))
  if (!take('HUB_INSECURE_HOST', readers.isOn, false)) mistakes.push(...plainForOthers(settings))
  return mistakes.length === 0 ? { ok: true, settings } : { ok: false, mistakes }
}

/** What the settings say of sealing stored messages. */
export const dataKeysOf = ({ dataKey, dataKeyBefore, dataCipher }: Settings): DataKeySettings => ({
  key: dataKey,
  before: dataKeyBefore,
  suite: dataCipher,
})

/** The language for messages about the settings themselves, even where another setting is wrong. */
export function languageOf(env: Readonly<Record<string, string | undefined>>): Language {
  return env['HUB_LANG']?.trim() === 'en' ? 'en' : 'zh'
}

/** The mistakes as lines for a terminal, one a line. */
export function describeMistakes(mistakes: readonly SettingMistake[], lang: Language): string {
  return mistakes
    .map(({ name, value, reason, fix }) => {
      const shown = value === undefined ? name : `${name}=${value}`
      return lang === 'zh' ? `${shown}：${reason.zh}${fix.zh}` : `${shown}: ${reason.en} ${fix.en}`
    })
    .join('\n')
}

function halfTls({ tlsKey }: Settings): SettingMistake {
  return {
    name: tlsKey === undefined ? 'HUB_TLS_KEY' : 'HUB_TLS_CERT',
    reason: { zh: '没有设置。', en: 'It is not set.' },
    fix: {
      zh: 'HUB_TLS_CERT 与 HUB_TLS_KEY 须同时设置。',
      en: 'HUB_TLS_CERT and HUB_TLS_KEY go together.',
    },
  }
}

function splitWithoutDatabase(role: Role): SettingMistake {
  return {
    name: 'HUB_ROLE',
    value: role,
    reason: {
      zh: '拆分进程需要共用的数据库，而 DATABASE_URL 没有设置。',
      en: 'Processes that share the work need a shared database, and DATABASE_URL is not set.',
    },
    fix: {
      zh: '请设置 DATABASE_URL，或改用 HUB_ROLE=all。',
      en: 'Set DATABASE_URL, or use HUB_ROLE=all.',
    },
  }
}
