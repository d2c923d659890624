import { hash } from 'node:crypto'

/** A UUID of version 8 made from a text: the same text, the same number, on every machine. */
export function digestUuid(text: string): string {
  const digest = hash('sha256', text, 'hex')
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-a${digest.slice(17, 20)}-${digest.slice(20, 32)}`
}
