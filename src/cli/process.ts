import pino, { type Logger } from 'pino'
import { ERRORS, HubError } from '#core/errors.ts'
import { chineseReason } from '#core/mapping/reasons.ts'
import { stopped } from '#core/mapping/words.ts'
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
  if (error instanceof HubError) return error.parts.issues?.length ? issuesOf(error) : refusalOf(error)
  const plain = plainSentence(error)
  if (plain) return plain[cliLanguage()]
  return error instanceof Error ? error.message : String(error)
}

/** A reason or fix, which errors carry in English, in the language of the command line. */
export const told = (english: string): string => (cliLanguage() === 'zh' ? chineseReason(english) : english)

/** What was refused, and what to do where that is known better than by the kind of error. */
function refusalOf({ code, message, parts }: HubError): string {
  const said = parts.detail === undefined ? ERRORS[code].title[cliLanguage()] : told(message)
  if (parts.fix === undefined) return said
  return cliLanguage() === 'zh' ? stopped(said, '。') + told(parts.fix) : `${stopped(said, '.')} ${parts.fix}`
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
  const said = (error.parts.issues ?? []).map(({ path, reason }) => `${path}: ${told(reason)}`)
  return said.length > 0 ? said.join('\n') : error.message
}
