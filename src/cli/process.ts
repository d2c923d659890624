import pino, { type Logger } from 'pino'
import { HubError } from '#core/errors.ts'
import { StartRefusal } from '#store/refusal.ts'
import { cliLanguage } from './language.ts'
import { plainSentence } from './plain-sentence.ts'
import { readSettings, type Settings, type SettingsReading } from './settings.ts'

/** The settings, or an exit that names every mistake. */
export function settingsOrExit(env: Readonly<Record<string, string | undefined>>): Settings {
  const reading: SettingsReading = readSettings(env)
  if (reading.ok) return reading.settings
  const language = cliLanguage()
  for (const { name, value, reason, fix } of reading.mistakes) {
    console.error(`${name}${value === undefined ? '' : `=${value}`}: ${reason[language]} ${fix[language]}`)
  }
  process.exit(1)
}

export const createLog = (settings: Settings): Logger =>
  pino(
    { level: settings.log, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: false }),
  )

/** What a person is told of an error that stops a command. */
export function sentenceOf(error: unknown): string {
  if (error instanceof StartRefusal) return `${error.reason[cliLanguage()]} ${error.fix[cliLanguage()]}`
  if (error instanceof HubError && error.parts.issues?.length) return issuesOf(error)
  const plain = plainSentence(error)
  if (plain) return plain[cliLanguage()]
  return error instanceof Error ? error.message : String(error)
}

const STOP_LIMIT_MS = 4800

/** Calls `stop` once at SIGINT or SIGTERM and then ends the process; at the latest within 5 s. */
export function untilSignal(stop: () => Promise<void>): void {
  let stopping = false
  const end = async (): Promise<void> => {
    if (stopping) return
    stopping = true
    setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref()
    await stop()
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end())
}

/** What is wrong with what was asked for, a line each. */
export function issuesOf(error: HubError): string {
  const said = (error.parts.issues ?? []).map(({ path, reason }) => `${path}: ${reason}`)
  return said.length > 0 ? said.join('\n') : error.message
}
