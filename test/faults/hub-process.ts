/**
 * A hub as `hub start` runs it, with places at which it can be told to die: `{ dies: '<place>' }` over IPC, and it kills itself with
 * SIGKILL the next time it comes there. The places are found in what it says to PostgreSQL, so that no code of the hub knows of them.
 */
import pg from 'pg'
import pino from 'pino'
import { startHub } from '#cli/hub.ts'
import { untilSignal } from '#cli/process.ts'
import { describeMistakes, readSettings } from '#cli/settings.ts'
import { StartRefusal } from '#store/refusal.ts'
import type { Place } from './places.ts'

let dies: Place | null = null
const comesTo = (place: Place): void => {
  if (dies === place) process.kill(process.pid, 'SIGKILL')
}
process.on('message', (order: { readonly dies: Place | null }) => {
  dies = order.dies
})

/** A simple query that ends with COMMIT and brings rows with it: a group of messages. */
const WRITES = /copy messages[\s\S]*\bcommit$/i
const { query: send } = pg.Connection.prototype
pg.Connection.prototype.query = function (this: pg.Connection, text: string) {
  const writes = WRITES.test(text)
  if (writes) {
    comesTo('before COMMIT is sent')
    this.once('readyForQuery', () => comesTo('after COMMIT, before the answer'))
  }
  send.call(this, text)
  // The rows follow in the same turn of the loop.
  if (writes) setImmediate(comesTo, 'after COMMIT is sent')
}

type Answered = (...answer: unknown[]) => unknown
const { query } = pg.Client.prototype
pg.Client.prototype.query = function (this: pg.Client, ...words: unknown[]) {
  const name = nameOf(words[0])
  if (name.startsWith('settle-')) comesTo('after the answer of the receiver, before the verdicts are stored')
  const place = name.startsWith('settle-')
    ? ('after the verdicts are stored' as const)
    : name.startsWith('lease-')
      ? ('after the lease, before the request' as const)
      : null
  if (place === null) return Reflect.apply(query, this, words)
  const last = words.at(-1)
  if (typeof last !== 'function') {
    const answer = Reflect.apply(query, this, words) as unknown as Promise<unknown>
    return answer.then((rows) => {
      comesTo(place)
      return rows
    })
  }
  const then: Answered = (...answer) => {
    comesTo(place)
    return (last as Answered)(...answer)
  }
  return Reflect.apply(query, this, [...words.slice(0, -1), then])
} as typeof query

const nameOf = (config: unknown): string =>
  config !== null && typeof config === 'object' && 'name' in config ? String(config.name) : ''

const reading = readSettings(process.env)
if (!reading.ok) throw new Error(describeMistakes(reading.mistakes, 'en'))
try {
  const log = pino({ level: reading.settings.log }, pino.destination({ fd: 2, sync: true }))
  const hub = await startHub(reading.settings, log)
  untilSignal(() => hub.stop())
  process.on('disconnect', () => process.emit('SIGTERM'))
  process.send?.({ url: hub.url })
} catch (error) {
  // PostgreSQL or Redis is away just now; whoever started us starts us again.
  console.error(error instanceof StartRefusal ? error.message : error)
  process.exit(2)
}
