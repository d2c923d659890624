import { hash } from 'node:crypto'

/**
 * Identifier of the event that a link owes its receiver for one version of a record: the same at every try and after every restart,
 * so that a receiver can tell what it has from what is new. SHA-256 in base64url, 43 characters.
 */
export const eventId = (linkId: string, recordId: string, version: number): string =>
  hash('sha256', `${linkId}\n${recordId}\n${version}`, 'base64url')

/** Identifier of a batch (`webhook-id` of Standard Webhooks): the same for the same events. */
export const messageIdOf = (events: readonly string[]): string =>
  `msg_${hash('sha256', events.join('\n'), 'base64url')}`
