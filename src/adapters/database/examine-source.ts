import { AdapterError } from '#adapters/adapter.ts'
import { counted } from '#core/in-number.ts'
import { type Finding, good, wrong } from './finding.ts'
import { orderOf, pageStatement, type Reading } from './reading.ts'
import type { DatabaseParts, Kind, Plan, Session } from './session.ts'
import { SCAN_ROWS } from './settings.ts'
import type { Table } from './table.ts'

export async function encodingFinding(
  kind: Kind,
  session: Session,
  { settings }: DatabaseParts,
): Promise<Finding> {
  const { encoding } = settings
  if (encoding !== undefined) return good('/settings/encoding', `按 ${encoding} 解码`, encoding)
  if (await kind.textIsBytes(session))
    return wrong(
      '/settings/encoding',
      {
        zh: '数据库不知道自己的文本编码（SQL_ASCII）',
        en: 'the database does not know the encoding of its text (SQL_ASCII)',
      },
      { zh: '写明编码，一般是 gb18030', en: 'say which it is, mostly gb18030' },
    )
  return good('/settings/encoding', '由数据库转换', 'the database converts')
}

export async function rightsFinding(
  kind: Kind,
  session: Session,
  { settings }: DatabaseParts,
  table: Table | null,
): Promise<Finding> {
  const setting = '/settings/allowWriteAccount'
  const rights = await kind.writeRights(session, settings, table)
  if (rights.length === 0) return good(setting, '账号只能读', 'the account may only read')
  const text = rights.slice(0, 5).join(', ')
  if (settings.allowWriteAccount)
    return good(setting, `账号可写（已允许）：${text}`, `the account may write (allowed): ${text}`)
  return wrong(
    setting,
    { zh: `账号可写：${text}`, en: `the account may write: ${text}` },
    { zh: '请来源方给一个只有 SELECT 权限的账号', en: 'ask for an account that has SELECT alone' },
    'auth',
  )
}

/** Some servers explain nothing to those who may only read a view. */
function untold(error: unknown): Plan {
  if (error instanceof AdapterError && error.class !== 'retry')
    return { served: null, reason: error.message, rows: null }
  throw error
}

export async function planFinding(
  kind: Kind,
  session: Session,
  { settings, limits }: DatabaseParts,
  reading: Reading,
): Promise<Finding> {
  const order = orderOf(reading)
  const setting = settings.cursor === undefined ? '/settings/key' : '/settings/cursor/column'
  const plan = await kind
    .plan(session, pageStatement(reading, null, null, limits.pageRows), reading.table, order)
    .catch(untold)
  if (plan.served === true)
    return good(setting, `索引可用：${plan.reason}`, `an index serves: ${plan.reason}`)
  if (plan.served === null)
    return good(
      setting,
      `无法判断索引：${plan.reason}`,
      `whether an index serves cannot be told: ${plan.reason}`,
    )
  if (settings.scan)
    return good(
      '/settings/scan',
      `全表扫描（已允许）：${plan.reason}`,
      `scans the table (allowed): ${plan.reason}`,
    )
  const largest = Math.max(SCAN_ROWS, limits.pageRows)
  if (plan.rows !== null && plan.rows <= largest)
    return good(
      setting,
      `无索引，但表很小（约 ${plan.rows} 行）`,
      `no index serves, but the table is small (about ${counted(plan.rows, 'row')})`,
    )
  const names = order.map(({ name }) => name).join(', ')
  return wrong(
    setting,
    {
      zh: `没有索引支持按 ${names} 读取，每页都要扫描约 ${plan.rows ?? '?'} 行（${plan.reason}）`,
      en: `no index serves reading by ${names}: each page would scan about ${plan.rows ?? '?'} rows (${plan.reason})`,
    },
    {
      zh: `请来源方建索引 (${names})，或设 scan: true`,
      en: `have an index on (${names}) made, or set scan: true`,
    },
  )
}
