import type { Pool } from 'pg'
import type { Logger } from 'pino'
import { createFolderDrop } from '#adapters/files/drop.ts'
import { createRemoteDrop } from '#adapters/files/remote-drop.ts'
import { createHttpDelivery } from '#adapters/http/deliver.ts'
import { endThreads } from '#adapters/push/xlsx/threads.ts'
import { endSm2Threads } from '#adapters/sm2/threads.ts'
import { holdAliases } from '#core/products/aliases.ts'
import { alertSchedules } from '#flow/alerts/schedules.ts'
import { casesFollower } from '#flow/cases/follow-cases.ts'
import { caseSchedule } from '#flow/cases/schedule.ts'
import { urgentTestsFollower } from '#flow/cases/urgent-tests.ts'
import { type ChannelsParts, runChannel } from '#flow/channels/run.ts'
import { backwardMappings } from '#flow/delivery/backward-mapping.ts'
import { createDelivery } from '#flow/delivery/create-delivery.ts'
import { folderProtocols } from '#flow/delivery/folder-protocol.ts'
import { ownProtocols } from '#flow/delivery/own-protocol.ts'
import { relatedSources } from '#flow/delivery/related.ts'
import { createEvidenceGate, gatedIntake } from '#flow/evidence/gate.ts'
import { evidenceSchedule } from '#flow/evidence/schedules.ts'
import { findingSchedules } from '#flow/findings/schedules.ts'
import { createFollow } from '#flow/follow/create-follow.ts'
import { followersOf } from '#flow/follow/followers.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import type { Intake } from '#flow/intake/intake.ts'
import { claimsFollower } from '#flow/peers/send-claims.ts'
import { ruleSchedule } from '#flow/personal/rule-schedule.ts'
import { deadlinesSchedule } from '#flow/recall/deadlines.ts'
import { keepAliases, refreshAliases } from '#flow/reference/product-aliases.ts'
import { runReplay } from '#flow/replay/run.ts'
import { retentionSchedule } from '#flow/retention/drop-months.ts'
import { createSchedules } from '#flow/schedule/create-schedules.ts'
import { signatureSchedule } from '#flow/signatures/recheck.ts'
import { supervisionReports } from '#flow/supervision/report-schedule.ts'
import { createLiveRegistry, type LiveRegistry, noteSeed } from '#flow/systems/live.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { type JobBackend, openJobBackend } from '#jobs/backend.ts'
import { createQueues, type Queues } from '#jobs/queues.ts'
import { startWorkers } from '#jobs/workers.ts'
import { checkServer } from '#store/check-server.ts'
import { createPool } from '#store/database.ts'
import { openDatabaseClock } from '#store/database-clock.ts'
import { noteFailure } from '#store/failures.ts'
import { nameHub } from '#store/hub-identity.ts'
import { migrate } from '#store/migrate.ts'
import { ensurePartitions } from '#store/partitions.ts'
import { type DataKeySettings, holdDataKeys } from '#store/personal/data-keys.ts'
import { keptSecret, keyedHash } from '#store/secrets.ts'
import { registerSystems } from '#store/systems.ts'
import { startEmbedded } from './embedded.ts'
import { giveBackMemory } from './give-back.ts'
import { jobNews } from './job-news.ts'
import { createLargeWork } from './large-work.ts'
import { mappingsMustExist } from './mappings-folder.ts'
import { openReconciling } from './reconciling.ts'
import { dataKeysOf, type Settings } from './settings.ts'
import { type Closing, startApi } from './start-api.ts'

/** A running hub. */
export interface Hub {
  /** Address of the API, such as `http://127.0.0.1:8080`; empty for a worker. */
  readonly url: string
  readonly databaseUrl: string
  readonly pool: Pool
  readonly registry: LiveRegistry
  /** Takes nothing more, finishes what is under way, and closes all it opened; within 5 s. */
  stop(): Promise<void>
}

/**
 * Starts what the role asks for: database, migrations, partitions, mappings, queues, then workers and API. Whatever was opened is
 * closed again when a later step fails.
 */
export async function startHub(settings: Settings, log: Logger): Promise<Hub> {
  const closings: Closing[] = []
  let stopping = false
  const stop = async (): Promise<void> => {
    stopping = true
    for (const close of closings.splice(0).reverse())
      await close().catch((error: unknown) =>
        log.error(
          { reason: error instanceof Error ? error.message : String(error) },
          'a part did not stop cleanly',
        ),
      )
  }
  try {
    await mappingsMustExist(settings.mappings)
    const databaseUrl = await openDatabase(settings, log, closings)
    const pool = createPool({
      url: databaseUrl,
      max: 12,
      onBroken: (error) => stopping || log.warn({ reason: error.message }, 'a database connection was lost'),
    })
    closings.push(() => pool.end())
    closings.push(endThreads)
    closings.push(endSm2Threads)
    await checkServer(pool)
    await migrate(pool)
    if (settings.hubId) await nameHub(pool, settings.hubId)
    await holdDataKeys(pool, dataKeysOf(settings))
    const clock = await openDatabaseClock(pool)
    closings.push(async () => clock.stop())
    const { now } = clock
    await ensurePartitions(pool, now())
    const secret = await keptSecret(pool, 'identity-numbers')
    const productAliases = holdAliases()
    await refreshAliases(pool, productAliases)
    const keeping = keepAliases(pool, productAliases, (error) =>
      log.warn(
        { reason: error instanceof Error ? error.message : String(error) },
        'aliases of products could not be read',
      ),
    )
    closings.push(async () => keeping.stop())
    const options = { keyedHash: keyedHash(secret), productAliases }
    const seed = await loadRegistry(settings.mappings, options)
    await noteSeed(pool, seed)
    const registry = createLiveRegistry({ pool, seed, options, log })
    closings.push(() => registry.close())
    await registry.refresh()
    registry.follow()
    for (const mistake of registry.mistakes) log.error({ mistake }, 'a mapping is broken')
    await registerSystems(pool, [...registry.systems.values()])
    const backend = await openJobBackend({
      databaseUrl,
      redisUrl: settings.redisUrl,
      ...jobNews({
        log,
        clock: Date.now,
        isStopping: () => stopping,
        note: (failure) => noteFailure(pool, failure),
      }),
    })
    closings.push(() => backend.close())
    const queues = createQueues(backend, log)
    closings.push(() => queues.close())
    const gate = createEvidenceGate({ pool, limitSeconds: settings.evidenceLimit })
    const open = createIntake({
      pool,
      registry,
      clock: now,
      onCommitted: () => queues.wakeLinks(),
      onWaiting: (id) => void queues.wakeLarge(id),
    })
    closings.push(() => open.close())
    const intake = gatedIntake(open, gate)
    const channels = { pool, registry, intake, log, now, folders: settings.pickupFolders }
    if (settings.role !== 'api')
      openWorkers(
        {
          pool,
          registry,
          backend,
          queues,
          log,
          databaseUrl,
          dataKeys: dataKeysOf(settings),
          channels,
          intake,
          mappings: settings.mappings,
          dropFolders: settings.dropFolders,
          anchorFile: settings.anchorFile,
          casesFrom: settings.casesFrom,
          now,
        },
        closings,
      )
    const parts = {
      pool,
      registry,
      mappingOptions: options,
      log,
      queues,
      productAliases,
      intake,
      gate,
      clock: now,
    }
    const url =
      settings.role === 'worker' ? '' : await startApi(settings, { ...parts, databaseUrl }, closings)
    giveBackMemory()
    return { url, databaseUrl, pool, registry, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function openDatabase(settings: Settings, log: Logger, closings: Closing[]): Promise<string> {
  if (settings.databaseUrl) return settings.databaseUrl
  const embedded = await startEmbedded({ dataDir: settings.data, log })
  closings.push(() => embedded.stop())
  return embedded.url
}

function openWorkers(
  parts: {
    pool: Pool
    registry: LiveRegistry
    backend: JobBackend
    queues: Queues
    log: Logger
    databaseUrl: string
    channels: ChannelsParts
    intake: Intake
    mappings: string
    dataKeys: DataKeySettings
    dropFolders: readonly string[]
    anchorFile: string | undefined
    casesFrom: string | undefined
    now: () => number
  },
  closings: Closing[],
): void {
  const { pool, registry, log, dropFolders, now } = parts
  const http = createHttpDelivery({ clock: now })
  closings.push(async () => http.close())
  const delivery = createDelivery({
    pool,
    send: http.send,
    mappingOf: backwardMappings(registry, relatedSources(pool)),
    protocolOf: ownProtocols({ registry, pool, post: http.post }),
    folderOf: folderProtocols({
      registry,
      pool,
      drop: createFolderDrop({ roots: dropFolders }),
      remote: createRemoteDrop({ now }),
    }),
    clock: { now },
    log,
  })
  const { databaseUrl, mappings, dataKeys, queues } = parts
  const onCommitted = () => queues.wakeLinks()
  const large = createLargeWork({ databaseUrl, mappings, dataKeys, log, onCommitted })
  const taking = { pool, intake: parts.intake, from: parts.casesFrom, now }
  const follow = createFollow({
    pool,
    followers: [
      ...followersOf(now, large.isWorking),
      claimsFollower({ send: http.send, now }),
      casesFollower(taking),
      urgentTestsFollower(taking),
    ],
    isBusy: large.isWorking,
    now,
  })
  const replay = (id: string, signal: AbortSignal) => runReplay({ ...parts, onCommitted }, id, { signal })
  const reconciling = openReconciling({ pool, registry, queues, log, folders: parts.channels.folders, now })
  closings.push(async () => reconciling.close())
  const schedules = createSchedules({
    pool,
    schedules: [
      ...alertSchedules({ pool, registry, log, post: http.post, onNotices: queues.wakeSchedule, now }),
      ...findingSchedules({ pool, intake: parts.intake, isBusy: large.isWorking, now }),
      reconciling.daily,
      signatureSchedule({ pool, now }),
      retentionSchedule(pool, now),
      ruleSchedule({ pool, isBusy: large.isWorking, now }),
      deadlinesSchedule({ pool, now }),
      evidenceSchedule({ pool, post: http.post, file: parts.anchorFile, isBusy: large.isWorking, now }),
      supervisionReports({ pool, now }),
      caseSchedule({ pool, intake: parts.intake }),
    ],
    now,
  })
  const workers = startWorkers({
    ...parts,
    delivery,
    follow,
    large,
    replay,
    schedules,
    reconcile: reconciling.run,
    readChannel: (channel, signal) => runChannel(parts.channels, channel, signal),
  })
  closings.push(() => workers.close())
}
