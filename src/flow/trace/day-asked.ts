import { HubError } from '#core/errors.ts'

const CHINA_OFFSET_MS = 8 * 3_600_000

/** The day `YYYY-MM-DD` that somebody asked for, else that of `nowMs` in China. @throws HubError `invalid_request` */
export function dayAsked(on: string | undefined, nowMs: number): string {
  if (on === undefined) return new Date(nowMs + CHINA_OFFSET_MS).toISOString().slice(0, 10)
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(on) && !Number.isNaN(Date.parse(`${on}T00:00:00Z`))
  if (isDay && new Date(`${on}T00:00:00Z`).toISOString().startsWith(on)) return on
  throw new HubError('invalid_request', { detail: 'on must be a day, YYYY-MM-DD' })
}
