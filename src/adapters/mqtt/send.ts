import { AdapterError, type AdapterParts, type SendItem, type SendVerdict } from '#adapters/adapter.ts'
import { openSession } from './session.ts'
import type { MqttSettings } from './settings.ts'

/** Codes of PUBACK that may pass by themselves: quota, and none that is told. */
const MAY_PASS = new Set([128, 131, 151])

/** Publishes each record as a message of its own with QoS 1, and waits for the broker to say that it has it. */
export async function publishAll(
  parts: AdapterParts<MqttSettings>,
  records: readonly SendItem[],
): Promise<readonly SendVerdict[]> {
  const { publish, clientId } = parts.settings
  if (!publish) throw new AdapterError('config', 'no topic to publish to', { setting: '/settings/publish' })
  const session = await openSession(parts, { clientId: `${clientId}-send`, keep: false })
  try {
    const verdicts: SendVerdict[] = []
    for (const { event, bytes } of records) {
      const code = await session.publish(publish.topic, bytes, publish.contentType)
      verdicts.push({ event, ...verdictOf(code) })
    }
    return verdicts
  } finally {
    await session.end()
  }
}

/** 16: nobody subscribes at this moment; the broker has taken it all the same. */
function verdictOf(code: number): Omit<SendVerdict, 'event'> {
  if (code < 128) return { verdict: 'ok' }
  return { verdict: MAY_PASS.has(code) ? 'retry' : 'reject', detail: `the broker answers with code ${code}` }
}
