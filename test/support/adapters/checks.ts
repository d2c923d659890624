import { FAULT_CHECKS } from './checks/faults.ts'
import { FORM_CHECKS } from './checks/form.ts'
import { READING_CHECKS } from './checks/reading.ts'
import { SETTING_CHECKS } from './checks/settings.ts'
import type { Trial } from './trial.ts'

export const CHECK_NAMES = [
  'schema',
  'good',
  'bad',
  'harmless',
  'address',
  'secrets',
  'again',
  'rest',
  'equal',
  'later',
  'future',
  'foreign',
  'caps',
  'skew',
  'acknowledge',
  'keys',
  'counts',
  'busy',
  'unavailable',
  'refused',
  'mute',
  'half-closed',
  'reset',
  'garbage',
  'enormous',
  'abort',
] as const

export type CheckName = (typeof CHECK_NAMES)[number]

export interface Check {
  /** A guarantee in plain words. */
  readonly title: string
  /** Fails by throwing. */
  run(trial: Trial): Promise<void>
}

export const CHECKS: Readonly<Record<CheckName, Check>> = {
  ...FORM_CHECKS,
  ...SETTING_CHECKS,
  ...READING_CHECKS,
  ...FAULT_CHECKS,
}
