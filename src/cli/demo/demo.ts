import { randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { type Hub, startHub } from '#cli/hub.ts'
import { createLog, sentenceOf, settingsOrExit, untilSignal } from '#cli/process.ts'
import type { Settings } from '#cli/settings.ts'
import { takesNothing } from '#cli/wrong-usage.ts'
import { emptyTables } from '#store/empty-tables.ts'
import { callsTo } from './calls.ts'
import { showChannels } from './channels.ts'
import { createPrinter, type Printer } from './printer.ts'
import { type ReceiverProcess, startReceiver } from './receiver-process.ts'
import { cityFolder } from './sources/city-folder.ts'
import { queryPlatform } from './sources/query-platform.ts'
import { scalesBroker } from './sources/scales-broker.ts'
import type { DemoSource } from './sources/source.ts'
import { stationDatabase } from './sources/station-database.ts'
import { pushFiles, pushVoids, registerAll, showRejection, showTraces, waitForReceiver } from './steps.ts'
import { summarise } from './summary.ts'

/**
 * `hub demo`: a receiver and three systems are registered, each system's own files are pushed over HTTP, and the way of the records is
 * shown until they have arrived at the receiver. Everything goes through the API. Stays up until Ctrl-C; `--once` ends with one line
 * of JSON and 0 when nothing is missing.
 */
export async function demoCommand(argv: readonly string[]): Promise<void> {
  const once = argv.includes('--once')
  takesNothing(argv.filter((word) => word !== '--once'))
  const settings = await demoSettings(settingsOrExit(process.env))
  const printer = createPrinter(settings.lang)
  let hub: Hub | undefined
  let receiver: ReceiverProcess | undefined
  const sources: DemoSource[] = []
  const stop = async (): Promise<void> => {
    receiver?.stop()
    for (const source of sources) await source.stop()
    await hub?.stop()
  }
  try {
    printer.heading('启动平台与接收方', 'The hub and a receiver start')
    hub = await startHub(settings, createLog(settings))
    await emptyTables(hub.pool)
    receiver = await startReceiver()
    sources.push(...(await startSources(hub, settings)))
    const missing = await show(hub, receiver, sources, settings, printer)
    if (!once) {
      untilSignal(stop)
      printer.line('按 Ctrl-C 结束。', 'Ctrl-C ends the demo.')
      return
    }
    await stop()
    process.exitCode = missing === 0 ? 0 : 1
  } catch (error) {
    await stop()
    console.error(sentenceOf(error))
    process.exitCode = 1
  }
}

async function show(
  hub: Hub,
  receiver: ReceiverProcess,
  sources: readonly DemoSource[],
  settings: Settings,
  printer: Printer,
): Promise<number> {
  const calls = callsTo(hub.url, settings.adminKey as string)
  printer.line(
    `平台 ${hub.url}，接收方 127.0.0.1:${receiver.port}`,
    `Hub ${hub.url}, receiver 127.0.0.1:${receiver.port}`,
  )
  const { keys, link } = await registerAll(calls, receiver, printer)
  const receipts = await pushFiles(calls, keys, settings.mappings, printer)
  showRejection(receipts, printer)
  const channels = await showChannels(calls, sources, printer)
  await waitForReceiver(hub, receiver, printer)
  await pushVoids(calls, keys, settings.mappings, printer)
  await waitForReceiver(hub, receiver, printer)
  await showTraces(calls, printer)
  printer.heading('接下来', 'From here')
  printer.line(`接口文档   ${hub.url}/docs`, `Documentation   ${hub.url}/docs`)
  printer.line(`公众查询   ${hub.url}/t/JXSG2024041500018`, `Public page     ${hub.url}/t/JXSG2024041500018`)
  printer.line(`管理密钥   ${settings.adminKey}`, `Key             ${settings.adminKey}`)
  printer.line(
    `试一试     curl -H 'Authorization: Bearer ${settings.adminKey}' '${hub.url}/v1/records?kind=sale&limit=1'`,
    `Try         curl -H 'Authorization: Bearer ${settings.adminKey}' '${hub.url}/v1/records?kind=sale&limit=1'`,
  )
  const summary = await summarise(hub.pool, receiver, link)
  console.log(JSON.stringify({ demo: { ...summary, channels } }))
  return summary.missing
}

/** Systems that do not push: a folder, a database, a query interface, and scales where the machine has a broker. */
async function startSources({ pool, databaseUrl }: Hub, settings: Settings): Promise<DemoSource[]> {
  const { data, mappings } = settings
  const started = await Promise.all([
    cityFolder(cityFolderOf(data), mappings),
    stationDatabase(pool, databaseUrl, mappings),
    queryPlatform(mappings),
    scalesBroker(join(data, 'broker'), mappings),
  ])
  return started.filter((source) => source !== null)
}

const cityFolderOf = (data: string): string => resolve(data, 'city')

/**
 * The demo has a database of its own, whatever DATABASE_URL says, because it empties it; and a key. The port is the hub's or, where that
 * is taken, a free one.
 */
async function demoSettings(settings: Settings): Promise<Settings> {
  const data = join(settings.data, 'demo')
  const port = process.env['HUB_PORT'] || (await isFree(settings.host, settings.port)) ? settings.port : 0
  const adminKey = settings.adminKey ?? `hub_${randomBytes(24).toString('base64url')}`
  const log = process.env['HUB_LOG'] ? settings.log : 'warn'
  const own = { databaseUrl: undefined, redisUrl: undefined, data, port, adminKey, role: 'all', log } as const
  return { ...settings, ...own, pickupFolders: [cityFolderOf(data)] }
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, host, () => probe.close(() => resolve(true)))
  })
}
