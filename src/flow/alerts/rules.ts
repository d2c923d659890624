import type { Pool } from 'pg'
import { readAlertRules } from '#store/alerts.ts'

/** From when on an operator is told. */
export const DEFAULT_RULES = {
  /** The oldest change of a link waits for longer. */
  lagSeconds: 1800,
  /** A link whose receiver fails stands still for longer. */
  stoppedSeconds: 600,
  /** More changes of a link are held. */
  held: 100,
  /** An alert that stays open is told again after so many hours; 0: never. */
  repeatHours: 12,
} as const

export type AlertRules = { readonly [Name in keyof typeof DEFAULT_RULES]: number }

export const wholeRules = (set: Readonly<Record<string, number>>): AlertRules => ({
  ...DEFAULT_RULES,
  ...set,
})

export const readRules = async (pool: Pool): Promise<AlertRules> => wholeRules(await readAlertRules(pool))
