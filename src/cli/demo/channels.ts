import { setTimeout as pause } from 'node:timers/promises'
import type { Calls } from './calls.ts'
import type { Printer } from './printer.ts'
import type { DemoSource } from './sources/source.ts'

/** What a channel brought. */
export interface ChannelFigures {
  readonly channel: string
  readonly adapter: string
  readonly received: number
  readonly rejected: number
}

interface ChannelAnswer {
  readonly received: number
  readonly rejected: number
  readonly messages: number
  readonly state: object | null
  readonly error: { readonly detail: string } | null
}

const PATIENCE_MS = 20_000
const LOOK_EVERY_MS = 100

/** Switches the channels on, all at once, and shows each when it has read everything. */
export async function showChannels(
  calls: Calls,
  sources: readonly DemoSource[],
  printer: Printer,
): Promise<ChannelFigures[]> {
  printer.heading('不推送的系统由通道读取', 'Systems that do not push are read by channels')
  return await Promise.all(sources.map((source) => readOne(calls, source, printer)))
}

async function readOne(calls: Calls, source: DemoSource, printer: Printer): Promise<ChannelFigures> {
  const { system, channel, adapter, about } = source
  const path = `/v1/systems/${system}/channels/${channel}`
  await calls.patch(path, { ...source.given, on: true })
  const untilMs = Date.now() + PATIENCE_MS
  const until = async (isSo: (answer: ChannelAnswer) => boolean): Promise<ChannelAnswer> => {
    for (;;) {
      const answer = await calls.get<ChannelAnswer>(path)
      if (isSo(answer) || Date.now() > untilMs) return answer
      await pause(LOOK_EVERY_MS)
    }
  }
  if (source.send) {
    // What is sent before the broker knows the channel would go to nobody.
    await until(({ state }) => state !== null)
    await source.send()
  }
  const { received, rejected, messages, error } = await until((answer) => answer.received >= source.rows)
  const name = `${system}/${channel}`.padEnd(36)
  const trouble = error === null ? '' : `  ${error.detail}`
  printer.line(
    `${name} ${adapter.padEnd(8)} 报文 ${messages}  记录 ${received}  退回 ${rejected}   ${about.zh}${trouble}`,
    `${name} ${adapter.padEnd(8)} messages ${messages}  records ${received}  rejected ${rejected}   ${about.en}${trouble}`,
  )
  return { channel: `${system}/${channel}`, adapter, received, rejected }
}
