import type { AdapterParts, SettingCheck } from '#adapters/adapter.ts'
import { checkPaging } from '#adapters/paging/check/paging.ts'
import { checkWatermark } from '#adapters/paging/check/watermark.ts'
import { bad, badOf, good } from '#adapters/paging/check/words.ts'
import type { Listing, Sheet } from '#adapters/paging/listing.ts'
import { successTest } from '#adapters/paging/success.ts'
import { type Watermark, watermarkOf } from '#adapters/paging/watermark/watermark.ts'
import { counted } from '#core/in-number.ts'
import { readKeys } from './keys.ts'
import { addressSetting, type Query, soapListing } from './listing.ts'
import { accessOf, type SoapAccess } from './request/access.ts'
import { type Call, callOf, undeclared } from './request/call.ts'
import type { SoapSettings } from './settings/settings.ts'

type Parts = AdapterParts<SoapSettings>

/** Tries the settings on the description and on the first page, and keeps nothing of it. */
export async function checkSoap(parts: Parts): Promise<SettingCheck[]> {
  const { settings } = parts
  const wrong = offline(parts)
  if (wrong.length > 0) return wrong
  const access = accessOf(parts)
  let call: Call
  try {
    call = await callOf(parts, access)
  } catch (error) {
    return [badOf(error, addressSetting(settings))]
  }
  const described = settings.wsdl === undefined ? [] : describedChecks(settings, call)
  if (described.some(({ ok }) => !ok)) return described
  const listing = soapListing(parts, access, async () => call, ownQuery(settings))
  const watermark = settings.watermark ? watermarkOf(settings.watermark) : null
  return [...described, ...(await online(parts, listing, access, watermark)), ...(await checkKeys(parts))]
}

/** What is wrong without asking anybody, all of it. */
function offline(parts: Parts): SettingCheck[] {
  const { settings } = parts
  const pieces: (() => unknown)[] = [
    () => accessOf(parts),
    () => successTest(settings.success),
    () => settings.watermark && watermarkOf(settings.watermark),
    () => soapListing(parts, NOBODY, () => Promise.reject(new Error('asked nobody')), ownQuery(settings)),
  ]
  const missing = undeclared(settings).map((error) => badOf(error, '/settings'))
  const wrong = pieces.flatMap((piece) => {
    try {
      piece()
      return []
    } catch (error) {
      return [badOf(error, '/settings')]
    }
  })
  return [...missing, ...wrong]
}

const ownQuery = (settings: SoapSettings): Query => ({ settings, at: '/settings' })

const NOBODY: SoapAccess = {
  setting: '/settings/auth',
  headers: {},
  parameters: {},
  token: () => undefined,
  element: undefined,
}

/** What the description says of the operation and its parameters. */
function describedChecks(settings: SoapSettings, { order }: Call): SettingCheck[] {
  const found = [
    good('/settings/wsdl', '服务描述可读', 'The description can be read'),
    good('/settings/operation', '描述中有此操作', 'The description has the operation'),
  ]
  if (order === null) return found
  const unknown = parameterNames(settings).filter(([name]) => !order.includes(name.split('.')[0] ?? ''))
  const wrong = unknown.map(([, setting]) =>
    bad(
      setting,
      { zh: '描述中的操作没有此参数', en: 'The description of the operation has no such parameter' },
      { zh: `可用参数：${order.join('、')}`, en: `Use one of ${order.join(', ')}` },
    ),
  )
  return [...found, ...wrong]
}

/** Names of parameters of the operation, each with the setting that says so. */
function parameterNames({ parameters, wrap, auth, paging, watermark }: SoapSettings): [string, string][] {
  const names: [string | undefined, string][] = Object.keys(parameters ?? {}).map((name) => [
    name,
    `/settings/parameters/${name}`,
  ])
  names.push([wrap?.parameter, '/settings/wrap/parameter'])
  names.push([auth?.parameter?.name, '/settings/auth/parameter/name'])
  if (wrap === undefined) {
    for (const way of ['page', 'offset', 'cursor'] as const)
      for (const key of ['parameter', 'size'] as const)
        names.push([paging?.[way]?.[key], `/settings/paging/${way}/${key}`])
    for (const key of ['parameter', 'until', 'idParameter'] as const)
      names.push([watermark?.[key], `/settings/watermark/${key}`])
  }
  return names.flatMap(([name, setting]) => (name === undefined ? [] : [[name, setting]]))
}

async function online(
  parts: Parts,
  listing: Listing,
  access: SoapAccess,
  watermark: Watermark | null,
): Promise<SettingCheck[]> {
  const { settings, clock } = parts
  const upper = watermark?.upper(clock.now()) ?? null
  let sheet: Sheet
  try {
    sheet = await listing.ask(
      listing.pager.first,
      watermark?.between(watermark.start, upper, undefined) ?? {},
    )
  } catch (error) {
    const wrong = badOf(error, addressSetting(settings))
    return [...fine(settings, access, wrong.setting), wrong]
  }
  return [
    ...fine(settings, access, null),
    ...rowChecks(sheet),
    ...checkPaging(parts, sheet),
    ...(watermark === null ? [] : await checkWatermark(parts, listing, watermark, sheet)),
  ]
}

/** What is fine although the first page could not be read, and what is not: who is sent away was reached. */
function fine(settings: SoapSettings, access: SoapAccess, wrong: string | null): SettingCheck[] {
  const found = [good(addressSetting(settings), '服务有应答', 'The service answers')]
  if (settings.auth) found.push(good(access.setting, '认证通过', 'Access was granted'))
  if (settings.success)
    found.push(good('/settings/success/path', '应答表示成功', 'The answer says that it is a success'))
  const at = found.findIndex(({ setting }) => setting === wrong)
  return at < 0 ? found : found.slice(0, at)
}

/** A page without rows is one of an element that is not there, where the source says that there are rows. */
function rowChecks(sheet: Sheet): SettingCheck[] {
  if (sheet.count === 0 && isHeld(sheet))
    return [
      bad(
        '/settings/row',
        {
          zh: '来源称有数据，应答中却没有此元素',
          en: 'The source says that there are rows, and the answer has no such element',
        },
        { zh: '核对数据行的元素名', en: 'Compare the name of the element that is a row' },
      ),
    ]
  return [good('/settings/row', `找到 ${sheet.count} 行`, `${counted(sheet.count, 'row')} found`)]
}

function isHeld(sheet: Sheet): boolean {
  try {
    const next = sheet.next()
    return next.kind === 'end' && next.held
  } catch {
    // Told with the paging.
    return false
  }
}

/** Whether the first keys can be asked for. */
async function checkKeys(parts: Parts): Promise<SettingCheck[]> {
  if (parts.settings.keys === undefined) return []
  const pieces = readKeys(parts)
  try {
    await pieces.next()
    return [good('/settings/keys', '主键清单可读', 'The list of keys can be read')]
  } catch (error) {
    return [badOf(error, '/settings/keys')]
  } finally {
    await pieces.return(undefined)
  }
}
