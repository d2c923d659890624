import { epochToLocal } from '#core/calendar.ts'
import type { When } from './values.ts'

const two = (n: number): string => String(n).padStart(2, '0')

/** A time to the second, in the one zone of China. */
export function chinaTime(ms: number): When {
  const t = epochToLocal(Math.floor(ms / 1000) * 1000)
  const day = `${String(t.year).padStart(4, '0')}-${two(t.month)}-${two(t.day)}`
  return { at: `${day}T${two(t.hour)}:${two(t.minute)}:${two(t.second)}+08:00`, precision: 'second' }
}
