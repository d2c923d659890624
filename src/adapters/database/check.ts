import { AdapterError, type SettingCheck, type Words } from '#adapters/adapter.ts'
import { examine } from './examine.ts'
import { type Finding, good } from './finding.ts'
import { KINDS } from './kinds.ts'
import { createPageWriter } from './ndjson.ts'
import { keptCells, type OpenReading, pageStatement, shownColumns } from './reading.ts'
import type { DatabaseParts, Session } from './session.ts'
import { findUnmet, unmetCheck } from './unmet.ts'

/** In the order in which a connection meets them: one that fails shows that those before it are right. */
const STAGES = [
  '/settings/host',
  '/settings/port',
  '/settings/tls',
  '/settings/user',
  '/settings/database',
] as const
const SAMPLE_ROWS = 100

/** Tries each setting; nothing is changed, and no row is kept or shown. */
export async function checkDatabase(parts: DatabaseParts): Promise<SettingCheck[]> {
  let session: Session
  try {
    session = await KINDS[parts.settings.kind].open(parts)
  } catch (error) {
    return connectionFindings(parts, failureOf(error)).map(shownOf)
  }
  try {
    const { findings, reading } = await examine(parts, session)
    const all = [...connected(parts, session), ...findings]
    if (reading) all.push(...(await sampled(parts, { session, reading })))
    return merged(all).map(shownOf)
  } catch (error) {
    const { message, setting = '/settings/table' } = failureOf(error)
    return merged([...connected(parts, session), broken(setting, message)]).map(shownOf)
  } finally {
    await session.close()
  }
}

const failureOf = (error: unknown): AdapterError =>
  error instanceof AdapterError ? error : new AdapterError('source', 'it could not be tried')

const broken = (setting: string, message: string, advice = TRY_AGAIN): Finding => ({
  setting,
  ok: false,
  reason: { zh: `失败：${message}`, en: message },
  advice,
})

const TRY_AGAIN: Words = { zh: '核对该项后再试', en: 'compare it with what the source says, and try again' }
const LOGIN: Words = { zh: '请来源方核对账号和密码', en: 'have the source compare user and password' }

const shownOf = ({ class: _what, ...check }: Finding): SettingCheck => check

/** One answer for a setting: what is wrong with it, else all that was found. */
function merged(findings: readonly Finding[]): Finding[] {
  const bySetting = new Map<string, Finding>()
  for (const finding of findings) {
    const known = bySetting.get(finding.setting)
    if (!known || (known.ok && !finding.ok)) bySetting.set(finding.setting, finding)
    else if (known.ok)
      bySetting.set(finding.setting, { ...known, reason: both(known.reason, finding.reason) })
  }
  return [...bySetting.values()]
}

const both = (one: Words, other: Words): Words => ({
  zh: `${one.zh}；${other.zh}`,
  en: `${one.en}; ${other.en}`,
})

function connected({ settings }: DatabaseParts, session: Session): Finding[] {
  return [
    good('/settings/kind', `版本 ${session.version}`, session.version),
    good('/settings/host', `已连接 ${settings.host}`, `connected to ${settings.host}`),
    good('/settings/port', '已连接', 'connected'),
    session.encrypted
      ? good(
          '/settings/tls',
          settings.tls.mode === 'verify' ? '已加密并核对证书' : '已加密，未核对证书',
          `encrypted, certificate ${settings.tls.mode === 'verify' ? 'checked' : 'not checked'}`,
        )
      : good('/settings/tls', '未加密', 'not encrypted'),
    good('/settings/user', '可登录', 'may log in'),
    good('/secrets/password', '可登录', 'may log in'),
    good('/settings/database', `数据库 ${settings.database}`, settings.database),
  ]
}

function connectionFindings(parts: DatabaseParts, error: AdapterError): Finding[] {
  const { setting = '/settings/port', message } = error
  const stage = STAGES.findIndex(
    (one) => setting.startsWith(one) || (one === '/settings/user' && setting.startsWith('/secrets/')),
  )
  const before = STAGES.slice(0, Math.max(0, stage)).map((one) => good(one, '没有问题', 'nothing wrong'))
  if (error.class !== 'auth' || STAGES[stage] !== '/settings/user')
    return [...before, broken(setting, message, adviceOf(parts, setting))]
  // The server does not say which of the two it is.
  return [...before, broken('/settings/user', message, LOGIN), broken('/secrets/password', message, LOGIN)]
}

function adviceOf({ settings }: DatabaseParts, setting: string): Words {
  if (setting === '/settings/host')
    return {
      zh: '核对主机名；内网地址须在通道的 allowAddress 中放行',
      en: 'compare the host; a private address must stand in allowAddress of the channel',
    }
  if (setting === '/settings/port')
    return {
      zh: `该类数据库常用端口 ${KINDS[settings.kind].port}`,
      en: `the usual port is ${KINDS[settings.kind].port}`,
    }
  if (setting.startsWith('/settings/tls'))
    return {
      zh: '填入服务器的 CA 证书，或设 require / off',
      en: 'give the CA of the server, or set require or off',
    }
  return TRY_AGAIN
}

async function sampled(parts: DatabaseParts, open: OpenReading): Promise<Finding[]> {
  return [await sampleFinding(parts, open), ...(await findUnmet(open)).map(unmetCheck)]
}

/** Reads a few rows and looks whether their text is text. */
async function sampleFinding(
  { limits, settings }: DatabaseParts,
  { session, reading }: OpenReading,
): Promise<Finding> {
  const writer = createPageWriter(
    shownColumns(reading),
    keptCells(reading, null),
    limits.maxBytes,
    settings.encoding,
  )
  await session.rows(pageStatement(reading, null, null, Math.min(SAMPLE_ROWS, limits.pageRows)), writer)
  const text = writer.bytes().toString('utf8')
  const setting = '/settings/encoding'
  if (writer.damaged > 0 || MISREAD.test(text))
    return {
      setting,
      ok: false,
      reason: { zh: `前 ${writer.rows} 行中有乱码`, en: `text of the first ${writer.rows} rows is garbled` },
      advice: { zh: '核对 encoding，一般是 gb18030', en: 'compare encoding, mostly gb18030' },
    }
  return good(setting, `前 ${writer.rows} 行文本正常`, `text of the first ${writer.rows} rows is well`)
}

// GBK read as Latin-1 is a row of letters that no language joins so; UTF-8 read as GBK has these.
const MISREAD = /[\u00a1-\u00ff]{6}|锟斤拷|\ufffd/
