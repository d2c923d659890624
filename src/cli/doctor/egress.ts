import type { Pool } from 'pg'
import { counted } from '#core/in-number.ts'
import { readHubEgress } from '#store/egress.ts'
import { ok, type Reading, wrong } from './reading.ts'

/** Where the hub may go for what is of no partner: a hub begins without a list, which is said. */
export async function checkEgress(pool: Pool): Promise<Reading> {
  const list = await readHubEgress(pool)
  return list === null
    ? wrong(
        'warn',
        'egress',
        [
          'What is of no partner (targets of alerts, anchors, other links and channels) goes anywhere that the address check lets pass.',
          '不属于合作方的外连（告警目标、锚定接收方及其他链路与通道）仅受地址检查约束，未设名单。',
        ],
        ['hub egress --allow HOST[:PORT] …', 'hub egress --allow 主机[:端口] …'],
      )
    : ok(
        'egress',
        `Egress list of the hub: ${counted(list.length, 'entry', 'entries')}.`,
        `平台外连名单：${list.length} 项。`,
      )
}
