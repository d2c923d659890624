import type { CompiledMapping, MappedRecord, MappedSource } from '#core/mapping/mapping.ts'
import { recordId } from '#core/model/identity.ts'
import type { SourceRecord } from '#core/source.ts'
import type { InstalledRecord, InstalledSystem, Registry } from '#flow/systems/registry.ts'

/** A source record of the tests' own system: everything that intake must tell apart, and nothing else. */
export interface PlainSale {
  no?: string
  kg?: string
  cert?: string
  status?: 'void' | 'void-kept'
  order?: string
  uploaded?: string
}

const plainRecords = (sale: PlainSale, no: string): MappedRecord[] => {
  const key = [no]
  const id = recordId('sale', 'plain', 'sale', key)
  const order = sale.order === undefined ? {} : { order: sale.order }
  if (sale.status === 'void-kept') {
    return [{ kind: 'sale', id, key, operation: 'void', body: null, void: { reason: 'wrong' }, ...order }]
  }
  return [
    {
      kind: 'sale',
      id,
      key,
      operation: sale.status === 'void' ? 'void' : 'upsert',
      body: {
        documents: [
          ...(sale.cert ? [{ role: 'upstream' as const, type: 'promise_cert', number: sale.cert }] : []),
          { role: 'voucher' as const, type: 'sales_voucher', number: no },
        ],
        flags: [],
        occurredAt: { at: '2024-04-15T03:42:10+08:00', precision: 'second' },
        quantity: { unit: 'KGM', value: sale.kg ?? '1' },
        ...(sale.uploaded ? { recordedAt: { at: sale.uploaded, precision: 'second' as const } } : {}),
        ...(sale.status === 'void' ? { void: { reason: 'wrong' } } : {}),
      },
      ...order,
    },
  ]
}

const map = (source: SourceRecord): MappedSource => {
  const { index } = source
  if (source.issues.length > 0)
    return { index, key: null, rejected: true, issues: [...source.issues], records: [] }
  const sale = source.value as PlainSale
  if (!sale.no) {
    const issue = { path: source.place('no'), code: 'E_NO_KEY' as const, reason: 'no number' }
    return { index, key: null, rejected: true, issues: [issue], records: [] }
  }
  return { index, key: [sale.no], rejected: false, issues: [], records: plainRecords(sale, sale.no) }
}

const mapping: CompiledMapping = {
  name: 'plain/sale',
  system: 'plain',
  record: 'sale',
  version: 1,
  title: { zh: '交易', en: 'Sale' },
  read: { format: 'json' },
  direction: 'forward',
  kinds: ['sale'],
  ignored: new Set(),
  tests: [],
  map,
  trace: (source) => ({ ...map(source), fields: [], unused: [] }),
  drift: () => [],
}

const record: InstalledRecord = {
  name: 'sale',
  title: { zh: '交易', en: 'Sale' },
  accepts: ['application/json'],
  mapping,
  mistakes: [],
}
const system: InstalledSystem = {
  id: 'plain',
  title: { zh: '测试系统', en: 'Plain' },
  folder: 'plain',
  records: new Map([['sale', record]]),
  mistakes: [],
  doubts: [],
}

/** A registry with one system, `plain`, whose record `sale` needs no mapping file. */
export const plainRegistry: Registry = {
  systems: new Map([['plain', system]]),
  system: (id) => (id === 'plain' ? system : undefined),
  mistakes: [],
}
