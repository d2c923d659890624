import { hash } from 'node:crypto'
import { recordId } from '#core/model/identity.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { VersionRow } from '#store/intake.ts'

/** A version row of the smallest kind, for tests of the change log and of delivery. */
export function versionRow(
  key: string,
  more: Partial<VersionRow> & { readonly kind?: Kind } = {},
): VersionRow {
  const kind = more.kind ?? 'sale'
  const system = more.system ?? 'jiaxing-wholesale'
  const record = more.record ?? 'trade'
  const version = more.version ?? 1
  const body = more.body ?? Buffer.from(`{"note":"${key} 第${version}版"}`)
  return {
    id: recordId(kind, system, record, [key]),
    version,
    kind,
    system,
    record,
    status: 'active',
    schema: 1,
    mapping: `${system}/${record}@1`,
    messageId: '01900000-0000-7000-8000-000000000000',
    messageIndex: 0,
    receivedAtMs: 1_713_152_530_123,
    recorded: null,
    occurredAtMs: 1_713_152_530_000,
    region: '330401',
    productClass: 'pork',
    order: null,
    hash: hash('sha256', body, 'binary'),
    flags: [],
    codes: [],
    body,
    ...more,
  }
}
