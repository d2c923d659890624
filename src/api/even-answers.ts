import { hrtime } from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { sightOf } from '#core/sight.ts'

/** Longer than nearly every answer takes that names nothing, so that these all come at the same time. */
export const ANSWERS_EVERY_MS = 20

/**
 * Whoever sees a part of the records gets his answers at whole multiples of a time after he asked: what is there but not his takes the
 * database a little longer than what is nowhere, and who asks often enough would tell the two apart by it. Intake is left out: what is
 * pushed is the caller's own.
 * @param everyMs 0: at once
 */
export function evenAnswers(app: FastifyInstance, everyMs: number): void {
  if (everyMs === 0) return
  app.addHook('onSend', async (request, reply, payload) => {
    if (!seesPart(request)) return payload
    const asked = Math.floor(sharpNow() - reply.elapsedTime)
    const end = asked + (Math.floor((wholeNow() - asked) / everyMs) + 1) * everyMs
    // Timers count whole milliseconds of this clock: by parts of one they would tell what they shall not.
    for (let left = end - wholeNow(); left > 0; left = end - wholeNow()) await pause(left)
    return payload
  })
}

const seesPart = ({ caller, routeOptions: { config } }: FastifyRequest): boolean =>
  caller !== null && config.unlogged !== 'intake' && sightOf(caller.scopes) !== null

const sharpNow = (): number => Number(hrtime.bigint()) / 1e6
const wholeNow = (): number => Math.floor(sharpNow())
