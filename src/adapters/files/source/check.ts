import { AdapterError, type AdapterParts, type SettingCheck, type Words } from '#adapters/adapter.ts'
import { keySetting, trustOf } from '#adapters/files/package/settings.ts'
import { openPlace } from '#adapters/files/places/open.ts'
import type { FilePlace } from '#adapters/files/places/port.ts'
import { counted, inNumber } from '#core/in-number.ts'
import { type Plan, planOf } from './plan.ts'
import type { FilesSettings } from './settings.ts'
import { whole } from './settle.ts'

type Parts = AdapterParts<FilesSettings>

/** Tries all settings, and changes nothing at the source: whether an archive may be written to is only known once it is. */
export async function checkFiles(parts: Parts): Promise<SettingCheck[]> {
  const { settings } = parts
  const made = planOf(settings)
  const found =
    'faults' in made ? made.faults.map(({ setting, reason }) => bad(setting, reason, PATTERN_ADVICE)) : []
  found.push(...checkPackages(parts))
  try {
    const place = await openPlace(parts)
    try {
      found.push(...reached(parts, place))
      found.push(...(await checkFolders(parts, place, 'plan' in made ? made.plan : null)))
    } finally {
      place.close()
    }
  } catch (error) {
    found.push(blamed(error, settings.protocol === 'local' ? '/settings/folder' : '/settings/host'))
  }
  return found
}

function checkPackages({ settings: { package: packages }, secrets }: Parts): SettingCheck[] {
  if (!packages) return []
  try {
    trustOf(packages, secrets, 1)
    return [ok(keySetting(packages), 'packages can be checked by it', '可用于校验离线包')]
  } catch (error) {
    return [blamed(error, keySetting(packages))]
  }
}

const PATTERN_ADVICE: Words = {
  en: 'Write it like {dataset}_{node}_{date:yyyyMMdd}*.xml.',
  zh: '格式如 {dataset}_{node}_{date:yyyyMMdd}*.xml。',
}

const ok = (setting: string, en: string, zh: string): SettingCheck => ({
  setting,
  ok: true,
  reason: { en, zh },
})

const bad = (setting: string, reason: Words, advice: Words): SettingCheck => ({
  setting,
  ok: false,
  reason,
  advice,
})

function blamed(error: unknown, otherwise: string): SettingCheck {
  if (!(error instanceof AdapterError)) throw error
  const setting = error.setting ?? otherwise
  return bad(setting, { en: error.message, zh: `不可用：${error.message}` }, adviceOf(setting))
}

const ADVICE: Readonly<Record<string, Words>> = {
  '/settings/host': {
    en: 'Compare host, port and the addresses that this channel may use; FTP needs its passive ports too, such as 10.0.0.5/32:50000-50100.',
    zh: '请核对主机、端口和本通道允许的地址；FTP 还须允许被动端口，如 10.0.0.5/32:50000-50100。',
  },
  '/settings/hostKey': {
    en: 'Ask the operator of the host for its fingerprint, and enter it if it is the one shown here.',
    zh: '请向对方核实主机指纹，与此处显示的一致后填写。',
  },
  '/secrets/password': { en: 'Compare user and password.', zh: '请核对用户名和密码。' },
  '/secrets/privateKey': {
    en: 'Enter the whole key, and its passphrase if it has one.',
    zh: '请填写完整私钥；有口令的一并填写。',
  },
  '/settings/package/publicKeys': {
    en: 'Enter the whpk_… that `hub package key` printed for the system.',
    zh: '请填写该系统用 hub package key 生成时显示的 whpk_… 公钥。',
  },
  '/secrets/packageKey': {
    en: 'Enter the whsec_… that the system signs its packages with.',
    zh: '请填写该系统签名离线包所用的 whsec_… 密钥。',
  },
  '/settings/folder': {
    en: 'Compare the folder and the rights of the account; a folder of this machine has to be allowed by the operator.',
    zh: '请核对目录和账号权限；本机目录须由运维允许。',
  },
}

const adviceOf = (setting: string): Words =>
  ADVICE[setting] ?? { en: 'Compare this setting with the source.', zh: '请与来源核对此项设置。' }

function reached({ settings, secrets }: Parts, place: FilePlace): SettingCheck[] {
  if (settings.protocol === 'local') return []
  const secret = secrets['privateKey'] === undefined ? '/secrets/password' : '/secrets/privateKey'
  return [
    ok('/settings/host', `${place.address} answers`, `${place.address} 可连接`),
    ok(secret, 'the account is let in', '登录成功'),
    ...(place.hostKey === null
      ? []
      : [ok('/settings/hostKey', `the host has ${place.hostKey}`, `主机指纹为 ${place.hostKey}`)]),
  ]
}

const SHOWN_MAX = 3

async function checkFolders(
  { settings }: Parts,
  place: FilePlace,
  plan: Plan | null,
): Promise<SettingCheck[]> {
  const found: SettingCheck[] = []
  try {
    const listed = (await place.list(settings.folder)).filter(({ kind }) => kind === 'file')
    const names = listed.map(({ name }) => name).filter((name) => !name.startsWith('.'))
    found.push(
      ok(
        '/settings/folder',
        `${counted(names.length, 'file')} ${inNumber(names.length, 'stands', 'stand')} there`,
        `目录中有 ${names.length} 个文件`,
      ),
    )
    if (plan) found.push(fitting(names.filter((name) => plan.fit(name) !== null)))
  } catch (error) {
    return [blamed(error, '/settings/folder')]
  }
  if (settings.after === 'archive')
    found.push(
      await checkTarget(place, '/settings/archiveFolder', whole(settings.folder, settings.archiveFolder)),
    )
  if (settings.failedFolder !== undefined)
    found.push(
      await checkTarget(place, '/settings/failedFolder', whole(settings.folder, settings.failedFolder)),
    )
  return found
}

function fitting(names: readonly string[]): SettingCheck {
  if (names.length === 0) return ok('/settings/files', 'no file fits at present', '目前没有匹配的文件')
  const shown = names.slice(0, SHOWN_MAX).join(', ')
  return ok(
    '/settings/files',
    `${names.length} fit, such as ${shown}`,
    `${names.length} 个文件匹配，如 ${shown}`,
  )
}

async function checkTarget(place: FilePlace, setting: string, folder: string): Promise<SettingCheck> {
  try {
    const facts = await place.stat(folder)
    if (facts === null) return ok(setting, 'it is made when it is needed', '需要时自动创建')
    if (facts.kind === 'folder') return ok(setting, 'it is there', '目录已存在')
    return bad(setting, { en: 'a file has this name', zh: '该名称是文件' }, adviceOf(setting))
  } catch (error) {
    const { reason, advice } = blamed(error, setting)
    return bad(setting, reason, advice ?? adviceOf(setting))
  }
}
