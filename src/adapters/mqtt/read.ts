import { Value } from 'typebox/value'
import { AdapterError, type AdapterParts, type Page, type Taken } from '#adapters/adapter.ts'
import { refusedTopic } from './outcomes.ts'
import { openSession, type Received, type Session } from './session.ts'
import { type MqttSettings, type MqttState, MqttStateForm } from './settings.ts'
import { topicFaults, topicOf } from './topics.ts'

type Parts = AdapterParts<MqttSettings>

const NAME_LENGTH = 200
/** Larger ones are stored as large messages. */
const WHOLE_BYTES = 4 * 1024 * 1024
const MEDIA_TYPE = /^[\w.+-]+\/[\w.+-]+(\s*;[\x20-\x7e]*)?$/

/** Tells the broker what became of a message. */
export type Tell = (taken: Pick<Taken, 'receipt' | 'state'>) => void

/**
 * Listens until the signal. One message is one page; the broker is told of it when the page is acknowledged, so that it sends no more than
 * `window` beyond what is stored, and sends again what was not.
 */
export async function* readMessages(parts: Parts, state: MqttState | null): AsyncGenerator<Page<MqttState>> {
  const { settings, log, signal } = parts
  if (state !== null && !Value.Check(MqttStateForm, state))
    throw new AdapterError('config', 'a state of another form', { setting: '/state' })
  refuseTopics(settings)
  if (signal.aborted) return
  const session = await openSession(parts, { clientId: settings.clientId, keep: true })
  try {
    if (state !== null && !session.present)
      log.warn(
        { clientId: settings.clientId },
        'the broker has forgotten the session, and with it what was sent meanwhile',
      )
    yield* pagesOf(parts, session, state)
  } finally {
    await session.end()
  }
}

const SUBSCRIBED = 'subscribed'

/**
 * A session that was kept begins with all that was under way, and the answer to the subscriptions stands behind it: where that is more than
 * may be held, it is handed on before there is an answer.
 */
async function* pagesOf(
  parts: Parts,
  session: Session,
  before: MqttState | null,
): AsyncGenerator<Page<MqttState>> {
  const topics = parts.settings.topics.map(({ topic }) => topic)
  // What has to be given up is not given up yet.
  const meanwhile: MqttState = { topics: [...new Set([...(before?.topics ?? []), ...topics])] }
  const subscribing = subscribeTo(session, topics, before)
  while ((await Promise.race([subscribing, session.full()])) !== SUBSCRIBED) {
    const page = await nextPage(parts, session, meanwhile)
    if (page === 'end') return
    if (page) yield page
  }
  const state: MqttState = { topics }
  yield { contentType: 'application/json', bytes: null, state, name: 'subscriptions' }
  for (;;) {
    const page = await nextPage(parts, session, state)
    if (page === 'end') return
    if (page) yield page
  }
}

async function nextPage(
  parts: Parts,
  session: Session,
  state: MqttState,
): Promise<Page<MqttState> | null | 'end'> {
  const message = await session.next()
  return message === null ? 'end' : pageOf(parts, session, message, state)
}

function refuseTopics(settings: MqttSettings): void {
  const [fault] = topicFaults(settings)
  if (fault) throw new AdapterError('config', fault.reason.en, { setting: fault.setting })
  if (settings.topics.length === 0)
    throw new AdapterError('config', 'no topic to listen to', { setting: '/settings/topics' })
}

/** Subscribes again each time, which changes nothing where it holds, and gives up what the settings no longer name. */
async function subscribeTo(
  session: Session,
  topics: readonly string[],
  before: MqttState | null,
): Promise<typeof SUBSCRIBED> {
  const codes = await session.subscribe(topics)
  for (const i of topics.keys()) {
    const refused = refusedTopic(codes[i] ?? 128, `/settings/topics/${i}/topic`)
    if (refused) throw refused
  }
  await session.unsubscribe(before?.topics.filter((topic) => !topics.includes(topic)) ?? [])
  return SUBSCRIBED
}

/** Null for what comes by a subscription that the settings no longer name: it is passed over. */
function pageOf(
  { settings, log }: Parts,
  session: Session,
  { topic, payload, contentType, id }: Received,
  state: MqttState,
): Page<MqttState> | null {
  const token: Tell = (taken) => {
    // What the hub could not keep stays where it is.
    if (taken.state === 'refused' && taken.receipt === null) session.leave(id)
    else if (id !== null) session.acknowledge(id)
  }
  const known = topicOf(topic, settings)
  if (!known) {
    log.warn({}, 'a message that fits no topic of the settings is passed over')
    token({ receipt: null, state: 'done' })
    return null
  }
  const said = contentType !== undefined && MEDIA_TYPE.test(contentType) ? contentType : 'application/json'
  return {
    ...(known.record === undefined ? {} : { record: known.record }),
    contentType: known.contentType ?? said,
    bytes: payload.length > WHOLE_BYTES ? inPieces(payload) : payload,
    state,
    name: printable(topic),
    token,
  }
}

async function* inPieces(payload: Buffer): AsyncGenerator<Buffer> {
  yield payload
}

/** A topic as it may stand in a log: MQTT lets it have control characters. */
const printable = (topic: string): string => topic.replace(/\p{Cc}/gu, '').slice(0, NAME_LENGTH) || 'topic'
