import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { messageId } from '#flow/intake/message-id.ts'
import { runReplay } from '#flow/replay/run.ts'
import { insertReplay, type Replay, type ReplayMode, readReplay } from '#store/replays.ts'
import { base, detail, entryId, partsRegistry, withPartsIntake } from '#test/parts.ts'

const hub = withPartsIntake()
const registry = {
  version: async (system: string, record: string) =>
    partsRegistry.system(system)?.records.get(record) ?? null,
}

async function replay(mode: ReplayMode, receipt: string): Promise<Replay> {
  const mappings = { entry: mode === 'compare' ? { version: 1, against: 1 } : { version: 1 } }
  const scope = { system: 'parts', receipts: [receipt] }
  const id = messageId(hub.nowMs++)
  await insertReplay(hub.pool, { id, mode, scope, mappings, who: 'test', targets: null })
  await runReplay({ pool: hub.pool, registry, onCommitted: () => {} }, id)
  return (await readReplay(hub.pool, id)) as Replay
}

it('details of a large message are joined as when it came, with bases that stand behind them or came later', async () => {
  const names = Array.from({ length: 700 }, (_, i) => `P${i}`)
  const late = names.filter((_, i) => i % 7 === 0)
  // A detail and its base, in some parts of the message the base first; of every seventh the base is not in it.
  const rows = names.flatMap((name, i) => {
    if (i % 7 === 0) return [detail(name)]
    return i % 2 === 0 ? [base(name), detail(name)] : [detail(name)]
  })
  const behind = names.filter((_, i) => i % 7 !== 0 && i % 2 !== 0).map((name) => base(name))
  const taken = await hub.intake.pushLarge({
    system: 'parts',
    record: 'entry',
    contentType: 'application/xml',
    keyId: null,
    chunks: Readable.from([Buffer.from(`<data>${[...rows, ...behind].join('')}</data>`)]),
  })
  expect(await hub.workOn(taken)).toMatchObject({
    state: 'done',
    received: 700,
    accepted: 600,
    rejected: 100,
  })
  const before = await replay('apply', taken.receipt)
  expect(before.counts).toMatchObject({ received: 700, same: 600, stillFailing: 100, versions: 0, mended: 0 })
  // Two of the bases come; those of the others are there only after the replay.
  await hub.push(
    late
      .slice(0, 2)
      .map((name) => base(name))
      .join(''),
  )
  const after = await replay('apply', taken.receipt)
  expect(after.counts).toMatchObject({
    received: 700,
    same: 602,
    stillFailing: 98,
    newlyFailing: 0,
    versions: 0,
  })
  expect(await hub.versions(entryId('P0'))).toHaveLength(1)
  const { counts } = await replay('compare', taken.receipt)
  expect(counts).toMatchObject({ messages: 1, received: 700, same: 602, stillFailing: 98 })
})
