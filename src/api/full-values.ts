import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Pool } from 'pg'
import { HubError } from '#core/errors.ts'
import { maskedText } from '#core/model/masked-record.ts'
import type { Receipt, SourceResult } from '#core/receipt.ts'
import { textShape } from '#core/text-shape.ts'
import { noteAccess, purposeOf } from './logged-calls.ts'
import { callerOf, holds } from './scopes.ts'

/** What is read: a record, a message, or which part of a list, as the log of evidence names it. */
type Read = { readonly subject: string } & Readonly<Record<string, unknown>>

/** Whether who asks may see what is of a person: by scope, and because he says why. */
export const mayBeFull = (request: FastifyRequest): boolean =>
  purposeOf(request) !== null && holds(callerOf(request), 'personal')

/**
 * Whether the answer holds personal values in full. It is noted before, with who, why and what; where that fails there is no answer. Else the
 * answer says in a header that it is masked.
 */
export async function givesFull(
  pool: Pool,
  request: FastifyRequest,
  reply: FastifyReply,
  read: Read,
): Promise<boolean> {
  const full = mayBeFull(request)
  await noteAccess(pool, request, { ...read, full })
  if (!full) reply.header('hub-masked', 'personal')
  return full
}

/** The same for what is given masked so often that only full values are noted. */
export async function givesFullOnly(
  pool: Pool,
  request: FastifyRequest,
  reply: FastifyReply,
  read: Read,
): Promise<boolean> {
  if (mayBeFull(request)) return await givesFull(pool, request, reply, read)
  reply.header('hub-masked', 'personal')
  return false
}

/** The same for what cannot be masked: throws `forbidden` without the scope or the purpose. */
export async function needFull(pool: Pool, request: FastifyRequest, read: Read): Promise<void> {
  if (!mayBeFull(request))
    throw new HubError('forbidden', {
      detail: 'needs the scope personal or admin, and the header Hub-Purpose',
    })
  await noteAccess(pool, request, { ...read, full: true })
}

/** JSON texts of records as they may be given. */
export const textsOf = (full: boolean, texts: readonly string[]): readonly string[] =>
  full ? texts : texts.map(maskedText)

/** What a source wrote and nobody understood: its fields with the shapes of their values. */
export function shapesOf(value: unknown): unknown {
  if (typeof value === 'string') return textShape(value)
  if (typeof value === 'number')
    return Number.isSafeInteger(value) && value < 1e6 ? value : textShape(String(value))
  if (Array.isArray(value)) return value.map(shapesOf)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shapesOf(one)]))
}

/** Issues without the texts that were found. */
export const issuesOf = <T extends { readonly value?: string }>(
  full: boolean,
  issues: readonly T[],
): readonly T[] =>
  full
    ? issues
    : issues.map((one) => (one.value === undefined ? one : { ...one, value: textShape(one.value) }))

/** A receipt without the texts that were found. */
export const receiptOfShapes = (receipt: Receipt): Receipt => {
  const shaped = <T extends Pick<SourceResult, 'issues'>>(result: T): T =>
    result.issues ? { ...result, issues: issuesOf(false, result.issues) } : result
  const { results, completed, problem } = receipt
  const [said] = problem ? issuesOf(false, [problem]) : []
  return {
    ...receipt,
    results: results.map(shaped),
    ...(completed ? { completed: completed.map(shaped) } : {}),
    ...(said ? { problem: said } : {}),
  }
}
