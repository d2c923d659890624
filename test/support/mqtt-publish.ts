import { mqtt } from '#adapters/mqtt/mqtt.ts'
import { openSession, type Session } from '#adapters/mqtt/session.ts'
import type { MqttSettings } from '#adapters/mqtt/settings.ts'
import { adapterParts } from '#test/adapters/parts.ts'

/** Brokers refuse more than their own receive maximum at once; that of Mosquitto is 20. */
const AT_ONCE = 20

export interface Instrument {
  /** Resolves when the broker has them all. */
  publish(topic: string, payloads: readonly (string | Uint8Array)[], contentType?: string): Promise<void>
  readonly session: Session
  stop(): Promise<void>
}

/** Something that publishes with QoS 1, as a scale does. */
export async function startInstrument(
  settings: Partial<MqttSettings> & { readonly port: number },
  secrets: Readonly<Record<string, string>> = {},
  keep = false,
): Promise<Instrument> {
  const { clientId = `instrument-${process.pid}-${Math.random().toString(36).slice(2)}` } = settings
  const made = adapterParts<MqttSettings>(mqtt, {
    settings: { host: '127.0.0.1', clientId, ...settings },
    secrets,
    allow: [`127.0.0.1/32:${settings.port}`],
    limits: { timeoutMs: 10_000 },
  })
  const session = await openSession(made.parts, { clientId, keep })
  return {
    session,
    async publish(topic, payloads, contentType = 'application/json') {
      for (let i = 0; i < payloads.length; i += AT_ONCE)
        await Promise.all(
          payloads
            .slice(i, i + AT_ONCE)
            .map((payload) => session.publish(topic, Buffer.from(payload), contentType)),
        )
    },
    async stop() {
      await session.end()
      made.close()
    },
  }
}
