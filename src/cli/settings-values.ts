import { isIP } from 'node:net'
import { delimiter, isAbsolute, normalize, resolve, sep } from 'node:path'
import { isDayOrTime } from '#api/day-or-time.ts'
import { METRICS_ACCESS } from '#api/metrics-access.ts'
import { isHubId } from '#core/peers/hub-id.ts'
import { SUITES } from '#store/personal/cipher.ts'
import type { Sentence } from '#store/refusal.ts'
import { nearest } from './nearest.ts'

/** The value of one setting, or why it cannot be used; `shown` is the part of it that may be printed. */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly shown?: string; readonly reason: Sentence; readonly fix: Sentence }

/** How the text of each setting becomes a value. */
export const readers = {
  host,
  port,
  role: oneOf(['all', 'api', 'worker']),
  metrics: oneOf([...METRICS_ACCESS]),
  lang: oneOf(['zh', 'en']),
  log: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
  databaseUrl: address(['postgres:', 'postgresql:'], 'postgresql://user:password@host:5432/database'),
  redisUrl: address(['redis:', 'rediss:'], 'redis://host:6379'),
  folder,
  folders,
  file,
  secondsOrOff,
  count,
  countOrOff,
  isOn,
  day,
  adminKey,
  dataKey,
  dataCipher: oneOf([...SUITES]),
  hubId,
  publicUrl,
  proxies,
} as const

const minimumKeyLength = 16

function host(text: string): Reading<string> {
  const name = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i
  const digitsOnly = /^[0-9.]+$/
  if (isIP(text) !== 0 || (name.test(text) && !digitsOnly.test(text))) return { ok: true, value: text }
  return {
    ok: false,
    shown: text,
    reason: { zh: '不是主机名或 IP 地址。', en: 'This is not a host name or an IP address.' },
    fix: {
      zh: '只写地址，不带协议和端口，例如 127.0.0.1 或 0.0.0.0。',
      en: 'Write the address alone, without scheme and port, such as 127.0.0.1 or 0.0.0.0.',
    },
  }
}

function port(text: string): Reading<number> {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (value <= 65_535) return { ok: true, value }
  return {
    ok: false,
    shown: text,
    reason: { zh: '不是端口号。', en: 'This is not a port number.' },
    fix: {
      zh: '请写 0 到 65535 之间的整数；0 表示任选一个空闲端口。',
      en: 'Write a whole number from 0 to 65535; 0 takes any free port.',
    },
  }
}

function oneOf<const T extends string>(choices: readonly T[]): (text: string) => Reading<T> {
  return (text) => {
    const value = choices.find((choice) => choice === text)
    if (value !== undefined) return { ok: true, value }
    const meant = nearest(text, choices)
    const list = choices.join(', ')
    return {
      ok: false,
      shown: text,
      reason: { zh: '没有这个取值。', en: 'There is no such value.' },
      fix: meant
        ? {
            zh: `是否想写 ${meant}？可用的有：${list}。`,
            en: `Did you mean ${meant}? The values are: ${list}.`,
          }
        : { zh: `可用的有：${list}。`, en: `The values are: ${list}.` },
    }
  }
}

/** The text is never shown back: it may hold a password, and where it cannot be parsed nobody knows where. */
function address(schemes: readonly string[], example: string): (text: string) => Reading<string> {
  return (text) => {
    // A Unix socket leaves the host empty (postgresql://hub@/hub?host=/run/postgresql), which URL alone refuses.
    const parsed = URL.parse(text) ?? URL.parse(text.replace('@/', '@localhost/'))
    if (parsed && schemes.includes(parsed.protocol)) return { ok: true, value: text }
    const accepted = schemes.map((scheme) => `${scheme}//`)
    return {
      ok: false,
      reason: {
        zh: `不是以 ${accepted.join(' 或 ')} 开头的地址。`,
        en: `This is not an address that begins with ${accepted.join(' or ')}.`,
      },
      fix: {
        zh: `写法如 ${example}；密码中的特殊字符要写成 %XX。`,
        en: `Write it like ${example}; special characters in the password are written as %XX.`,
      },
    }
  }
}

function folder(text: string): Reading<string> {
  if (!text.includes('\0') && !/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return { ok: true, value: text }
  return {
    ok: false,
    shown: text.replaceAll('\0', '\\0'),
    reason: { zh: '不是文件夹路径。', en: 'This is not the path of a folder.' },
    fix: { zh: '请写本机上的路径。', en: 'Write a path on this machine.' },
  }
}

/** An absolute path of a file, so that it does not depend on where the hub was started. */
function file(text: string): Reading<string> {
  if (isAbsolute(text) && !text.includes('\0') && !text.endsWith(sep) && normalize(text) !== sep)
    return { ok: true, value: resolve(text) }
  return {
    ok: false,
    shown: text.replaceAll('\0', '\\0'),
    reason: { zh: '不是文件的绝对路径。', en: 'This is not the absolute path of a file.' },
    fix: {
      zh: '请写绝对路径，例如 /mnt/anchor/heads.ndjson。',
      en: 'Write an absolute path, such as /mnt/anchor/heads.ndjson.',
    },
  }
}

function secondsOrOff(text: string): Reading<number | null> {
  if (text === 'off') return { ok: true, value: null }
  const value = /^\d{1,8}$/.test(text) ? Number(text) : 0
  if (value >= 600) return { ok: true, value }
  return {
    ok: false,
    shown: text,
    reason: { zh: '不是秒数，或少于 600 秒。', en: 'This is not a number of seconds, or it is below 600.' },
    fix: {
      zh: '请写 600 以上的整数秒；off 表示不停止接收。',
      en: 'Write whole seconds from 600 on; off never stops intake.',
    },
  }
}

function count(text: string): Reading<number> {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0
  if (value > 0) return { ok: true, value }
  return {
    ok: false,
    shown: text,
    reason: { zh: '不是正整数。', en: 'This is not a whole number above 0.' },
    fix: { zh: '请写正整数，例如 1000。', en: 'Write a whole number such as 1000.' },
  }
}

const countOrOffFix = {
  zh: '请写正整数，例如 10000；off 表示不限。',
  en: 'Write a whole number such as 10000; off sets no bound.',
}

function countOrOff(text: string): Reading<number | null> {
  if (text === 'off') return { ok: true, value: null }
  const reading = count(text)
  return reading.ok ? reading : { ...reading, fix: countOrOffFix }
}

function isOn(text: string): Reading<boolean> {
  const reading = oneOf(['on', 'off'])(text)
  return reading.ok ? { ok: true, value: reading.value === 'on' } : reading
}

function hubId(text: string): Reading<string> {
  if (isHubId(text)) return { ok: true, value: text }
  return {
    ok: false,
    shown: text,
    reason: { zh: '不是平台标识。', en: 'This is not an identifier of a hub.' },
    fix: {
      zh: '请用小写字母、数字和连字符，例如 zj-hangzhou。',
      en: 'Use lower-case letters, digits and hyphens, such as zj-hangzhou.',
    },
  }
}

/** Absolute paths, divided as those of PATH are. The root of the file system would allow everything. */
function folders(text: string): Reading<readonly string[]> {
  const paths = text
    .split(delimiter)
    .map((path) => path.trim())
    .filter((path) => path !== '')
  const wrong = paths.find(
    (path) =>
      !isAbsolute(path) || path.includes('\0') || path.split(sep).includes('..') || normalize(path) === sep,
  )
  if (wrong === undefined && paths.length > 0) return { ok: true, value: paths.map((path) => resolve(path)) }
  return {
    ok: false,
    shown: (wrong ?? text).replaceAll('\0', '\\0'),
    reason: { zh: '不是绝对路径的文件夹。', en: 'This is not the absolute path of a folder.' },
    fix: {
      zh: `请写绝对路径，多个用 ${delimiter} 分隔，例如 /srv/drop；不能是根目录。`,
      en: `Write absolute paths, divided by ${delimiter}, such as /srv/drop; not the root of the file system.`,
    },
  }
}

function dataKey(text: string): Reading<Buffer> {
  if (/^[0-9a-f]{64}$/i.test(text)) return { ok: true, value: Buffer.from(text, 'hex') }
  return {
    ok: false,
    reason: { zh: '不是 32 字节的十六进制密钥。', en: 'This is not a key of 32 bytes in hexadecimal.' },
    fix: {
      zh: '请用 openssl rand -hex 32 生成，并与数据库备份分开保管。',
      en: 'Make one with openssl rand -hex 32, and keep it apart from the backups of the database.',
    },
  }
}

function adminKey(text: string): Reading<string> {
  const length = [...text].length
  if (length < minimumKeyLength) {
    return {
      ok: false,
      reason: {
        zh: `管理密钥只有 ${length} 个字符，太短。`,
        en: `The admin key has only ${length} characters, which is too short.`,
      },
      fix: {
        zh: `至少 ${minimumKeyLength} 个字符，例如用 openssl rand -hex 24 生成。`,
        en: `Use ${minimumKeyLength} characters or more, for example from openssl rand -hex 24.`,
      },
    }
  }
  if (/^[\x21-\x7e]+$/.test(text)) return { ok: true, value: text }
  return {
    ok: false,
    reason: {
      zh: '管理密钥含有空格或非 ASCII 字符，无法放进 Authorization 请求头。',
      en: 'The admin key has spaces or characters beyond ASCII, which an Authorization header cannot carry.',
    },
    fix: { zh: '请只用字母、数字和符号。', en: 'Use letters, digits and punctuation only.' },
  }
}

/** An address of the web without query, fragment and password; its path may not be empty behind a proxy that serves more. */
function publicUrl(text: string): Reading<string> {
  const url = URL.parse(text)
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:'
  if (url && isWeb && !url.search && !url.hash && !url.username && !url.password)
    return { ok: true, value: url.href.replace(/\/+$/, '') }
  return {
    ok: false,
    reason: {
      zh: '不是 http 或 https 地址，或带有查询参数、片段、密码。',
      en: 'This is not an http or https address, or it has a query, a fragment or a password.',
    },
    fix: { zh: '写法如 https://zs.example.cn。', en: 'Write it like https://trace.example.cn.' },
  }
}

/** IP addresses and CIDR blocks, divided by commas. A block of everything would let anyone name any address as his own. */
function proxies(text: string): Reading<readonly string[]> {
  const blocks = text.split(/\s*,\s*/).filter((block) => block !== '')
  const wrong = blocks.find((block) => !isBlock(block))
  if (wrong === undefined && blocks.length > 0) return { ok: true, value: blocks }
  return {
    ok: false,
    shown: wrong ?? text,
    reason: { zh: '不是 IP 地址或 CIDR 网段。', en: 'This is not an IP address or a CIDR block.' },
    fix: {
      zh: '请写反向代理的地址，多个用逗号分隔，例如 10.0.0.5,10.0.1.0/24；不能是所有地址。',
      en: 'Write the addresses of your proxies, divided by commas, such as 10.0.0.5,10.0.1.0/24; not all addresses.',
    },
  }
}

function isBlock(block: string): boolean {
  const [address = '', bits, ...more] = block.split('/')
  const family = isIP(address)
  if (family === 0 || more.length > 0) return false
  return bits === undefined || (/^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
}

function day(text: string): Reading<string> {
  if (text.length === 10 && isDayOrTime(text)) return { ok: true, value: text }
  return {
    ok: false,
    shown: text,
    reason: { zh: '不是日期。', en: 'This is not a day.' },
    fix: { zh: '写法如 2026-01-01。', en: 'Write it like 2026-01-01.' },
  }
}
