import type { DeclaredChannel } from '#core/channels/declared.ts'
import { chineseOfSource } from '#core/source-reasons.ts'
import { composeChannel, mergeSettings, NOTHING_SET } from '#flow/channels/compose.ts'
import type { ChannelError, ChannelRow } from '#store/channels.ts'
import type { Language } from './language.ts'

const NEVER_YEAR = '2999'

/** A channel as the API shows it: what its system.yaml says, what an operator set, and how it goes, with what went wrong in the language of the caller. */
export function channelView(
  system: string,
  declared: DeclaredChannel,
  row: ChannelRow | null,
  secrets: readonly string[],
  language: Language,
): object {
  const set = row ?? NOTHING_SET
  const composition = composeChannel(declared, set)
  const composed = composition.ok ? composition.channel : null
  const nextAt = row?.nextAt ? new Date(row.nextAt).toISOString() : null
  return {
    system,
    name: declared.name,
    title: declared.title,
    adapter: declared.adapter,
    record: declared.record ?? null,
    on: set.isOn,
    rhythm: composed?.rhythm ?? set.rhythm ?? declaredRhythm(declared),
    settings: composed ? composed.settings : mergeSettings(declared.settings, set.settings),
    set: set.settings,
    limits: composed?.limits ?? set.limits,
    allowAddress: set.allowAddress,
    secrets: secrets
      .filter((name) => name.startsWith(`${declared.name}/`))
      .map((name) => name.slice(declared.name.length + 1)),
    state: row?.state ?? null,
    working: row?.isWorking ?? false,
    nextAt: nextAt?.startsWith(NEVER_YEAR) ? null : nextAt,
    attempts: row?.attempts ?? 0,
    error: spokenError(row?.lastError ?? null, language),
    ranAt: row?.ranAt ?? null,
    doneAt: row?.doneAt ?? null,
    messages: row?.messages ?? 0,
    received: row?.received ?? 0,
    rejected: row?.rejected ?? 0,
    refused: row?.refused ?? 0,
    scannedAt: row?.scannedAt ?? null,
    scanError: spokenError(row?.scanError ?? null, language),
    doubts: (row?.doubts ?? []).map((doubt) => doubt[language]),
  }
}

const declaredRhythm = ({ every, cron }: DeclaredChannel): object | null =>
  every !== undefined ? { every } : cron !== undefined ? { cron } : null

function spokenError(error: ChannelError | null, language: Language): ChannelError | null {
  if (error === null) return null
  const { zh, ...rest } = error
  return language === 'zh' ? { ...rest, detail: zh ?? chineseOfSource(rest.detail) } : rest
}
