import type { Socket } from 'node:net'
import Type from 'typebox'
import { Value } from 'typebox/value'
import {
  type Adapter,
  AdapterError,
  type AdapterParts,
  type Page,
  type SettingCheck,
  type State,
} from '#adapters/adapter.ts'
import { field } from '#core/model/field.ts'

const Settings = Type.Object(
  {
    host: field(Type.String({ minLength: 1 }), ['Host', '主机']),
    port: field(Type.Integer({ minimum: 1, maximum: 65_535 }), ['Port', '端口']),
    list: field(
      Type.String({ default: 'rows' }),
      ['List', '列表'],
      ['Its name at the source', '来源中的名称'],
    ),
  },
  { additionalProperties: false },
)
type ExampleSettings = Type.Static<typeof Settings>

const StateForm = Type.Object({ atMs: Type.Integer(), id: Type.String() }, { additionalProperties: false })
export interface ExampleState extends State {
  readonly atMs: number
  readonly id: string
}
type Parts = AdapterParts<ExampleSettings>

/**
 * The smallest adapter that reads over a network: lines over TCP. `AUTH <password>`, then `ROWS <list> <atMs> <id> <limit>` for rows after a
 * time and id, in that order, as NDJSON with a line of one dot at the end.
 */
export const example: Adapter<ExampleSettings, ExampleState> = {
  name: 'example',
  title: { zh: '示例', en: 'Example' },
  description: { zh: '测试用的行协议', en: 'Lines over TCP, for tests' },
  settings: Settings,
  secrets: { password: { zh: '口令', en: 'Password' } },
  state: StateForm,
  reads: 'ends',
  ordered: true,
  check,
  async *read(parts, state) {
    if (state !== null && !Value.Check(StateForm, state))
      throw new AdapterError('config', 'a state of another form', { setting: '/state' })
    const socket = await signedIn(parts)
    try {
      yield* pagesAfter(parts, socket, state ?? { atMs: 0, id: '-' })
    } finally {
      socket.destroy()
    }
  },
  async *keys(parts) {
    const socket = await signedIn(parts)
    try {
      const lines = linesOf(await ask(parts, socket, `KEYS ${parts.settings.list}`))
      yield lines.map((id) => ({ id }))
    } finally {
      socket.destroy()
    }
  },
}

async function* pagesAfter(
  parts: Parts,
  socket: Socket,
  from: ExampleState,
): AsyncGenerator<Page<ExampleState>> {
  const { settings, limits } = parts
  for (let state = from, number = 1; ; number++) {
    const text = await ask(
      parts,
      socket,
      `ROWS ${settings.list} ${state.atMs} ${state.id} ${limits.pageRows}`,
    )
    const lines = linesOf(text)
    const last = lines.at(-1)
    if (last === undefined) return
    state = stateOf(last)
    yield {
      contentType: 'application/x-ndjson',
      bytes: Buffer.from(text),
      rows: lines.length,
      state,
      name: `page ${number}`,
    }
  }
}

function stateOf(line: string): ExampleState {
  try {
    const row = JSON.parse(line) as { at: unknown; id: unknown }
    const state = { atMs: Number(row.at), id: row.id }
    if (Value.Check(StateForm, state)) return state
  } catch {
    // Told below, without the line: it may be about a person.
  }
  throw new AdapterError('source', 'a row without time and id')
}

async function check(parts: Parts): Promise<SettingCheck[]> {
  try {
    const socket = await signedIn(parts)
    try {
      await ask(parts, socket, `ROWS ${parts.settings.list} 0 - 1`)
    } finally {
      socket.destroy()
    }
    return ['/settings/host', '/settings/port', '/secrets/password', '/settings/list'].map((setting) => ({
      setting,
      ok: true,
      reason: { zh: '可用', en: 'works' },
    }))
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error
    return [
      {
        setting: error.setting ?? '/settings/host',
        ok: false,
        reason: { zh: `不可用：${error.message}`, en: error.message },
        advice: { zh: '请核对此项设置', en: 'compare this setting with the source' },
      },
      ...(await badPort(parts)),
    ]
  }
}

/** The port is told beside the host: a name may be wrong and a port too. */
async function badPort({ settings: { port } }: Parts): Promise<SettingCheck[]> {
  if (port !== 1) return []
  const reason = { zh: '端口 1 不会是此服务', en: 'port 1 is never this source' }
  return [
    { setting: '/settings/port', ok: false, reason, advice: { zh: '请核对端口', en: 'compare the port' } },
  ]
}

async function signedIn(parts: Parts): Promise<Socket> {
  const { host, port } = parts.settings
  const socket = await parts.connect.open({ host, port }).catch((error: unknown) => {
    if (!(error instanceof AdapterError)) throw error
    throw new AdapterError(error.class, error.message, { setting: '/settings/host' })
  })
  socket.on('error', () => {})
  try {
    await ask(parts, socket, `AUTH ${parts.secrets['password'] ?? ''}`)
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  }
}

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '')

/** Sends one line and reads to the line of one dot, under the cap and the time-out. */
function ask({ limits, signal }: Parts, socket: Socket, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const settle = (error: AdapterError | null): void => {
      clearTimeout(timer)
      socket.off('data', read).off('close', closed)
      if (error) {
        socket.destroy()
        reject(error)
      } else resolve(text.slice(0, -2))
    }
    const closed = (): void =>
      settle(new AdapterError('retry', signal.aborted ? 'the work has to end' : 'the connection ended'))
    const read = (bytes: Buffer): void => {
      text += bytes.toString()
      if (text.length > limits.maxBytes) settle(new AdapterError('source', 'an answer over the cap'))
      else if (text === '.\n' || text.endsWith('\n.\n')) settle(refusal(text))
    }
    const late = (): void => settle(new AdapterError('retry', 'no answer in time'))
    const timer = setTimeout(late, limits.timeoutMs)
    socket.on('data', read).once('close', closed)
    if (socket.destroyed) closed()
    else socket.write(`${line}\n`)
  })
}

function refusal(text: string): AdapterError | null {
  if (!text.startsWith('!')) return null
  const [word, wait] = text.slice(1).trim().split(/\s/)
  if (word === 'NO') return new AdapterError('auth', 'not let in', { setting: '/secrets/password' })
  if (word === 'UNKNOWN') return new AdapterError('config', 'no such list', { setting: '/settings/list' })
  const seconds = Number(wait)
  return new AdapterError('retry', 'busy', seconds > 0 ? { retryAfterMs: seconds * 1000 } : {})
}
