import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Body } from '#core/model/body.ts'
import { newKey } from '#flow/keys.ts'
import { readChange } from '#flow/peers/change.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { readHubId } from '#store/hub-identity.ts'
import { createSystem } from '#store/systems.ts'
import { withPlainIntake } from '../../support/intake.ts'

const hub = withPlainIntake()

const hold = (value: string): Body => ({
  occurredAt: { at: '2024-04-15T06:31:22+08:00', precision: 'second' },
  lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value }],
  holdKind: 'stop_sale',
  flags: [],
})

const write = (key: string, body: Body | null, more: { order?: string; reason?: string } = {}) =>
  hub.intake.writeOwn({ record: 'hold', records: [{ kind: 'hold', key: [key], body, ...more }] })

describe('records that the hub writes itself', () => {
  test('have a version for each content and none for the same again, also back to an earlier one', async () => {
    const id = `urn:cnft:hold:trace-hub:hold:${await readHubId(hub.pool)}:a`
    const words = []
    for (const lot of ['1', '1', '2', '1']) words.push(...(await write('a', hold(lot))))
    expect(words).toEqual([
      { id, version: 1, result: 'created' },
      { id, version: 1, result: 'unchanged' },
      { id, version: 2, result: 'updated' },
      { id, version: 3, result: 'updated' },
    ])
    expect(await write('a', null, { reason: 'opened by mistake' })).toEqual([
      { id, version: 4, result: 'voided' },
    ])
    expect(await write('a', null)).toEqual([{ id, version: 4, result: 'unchanged' }])
    expect(await write('a', hold('1'))).toEqual([{ id, version: 5, result: 'updated' }])
    const { rows } = await hub.pool.query(
      `select v.version, v.status, v.codes, m.received, m.accepted, m.unchanged from record_versions v
         join messages m on m.id = v.message_id where v.record_id = $1 order by v.version`,
      [id],
    )
    expect(rows).toEqual(
      [
        ['1', 'active'],
        ['2', 'active'],
        ['1', 'active'],
        ['1', 'void'],
        ['1', 'active'],
      ].map(([lot, status], i) => ({
        version: i + 1,
        status,
        codes: [`lot:${lot}`],
        received: 1,
        accepted: 1,
        unchanged: 0,
      })),
    )
  })

  test('a writer that knows less than the newest version is left out', async () => {
    expect((await write('b', hold('1'), { order: '2' }))[0]?.result).toBe('created')
    expect((await write('b', hold('2'), { order: '1' }))[0]).toMatchObject({
      version: 1,
      result: 'unchanged',
    })
    expect((await write('b', hold('2'), { order: '3' }))[0]).toMatchObject({ version: 2, result: 'updated' })
  })

  test('many writers of one record make one version of each content', async () => {
    const told = await Promise.all(Array.from({ length: 12 }, () => write('c', hold('1'))))
    expect(told.flat().filter(({ result }) => result === 'created')).toHaveLength(1)
    expect(told.flat().every(({ version }) => version === 1)).toBe(true)
  })

  test('a body that does not fit the model is a mistake of the program, and nothing is written', async () => {
    await expect(write('d', { ...hold('1'), holdKind: 'maybe' })).rejects.toThrow(/wrong hold/)
    const { rows } = await hub.pool.query(
      `select from record_versions where record_id like '%trace-hub:hold:%:d'`,
    )
    expect(rows).toEqual([])
  })
})

describe('the name of the hub itself', () => {
  test('is taken: no system, no folder, no key and no message of a source may have it', async () => {
    expect(await createSystem(hub.pool, { id: 'trace-hub', title: { zh: '甲', en: 'A' } })).toBeNull()
    await expect(newKey(hub.pool, { name: 'k', scopes: ['push:trace-hub'] })).rejects.toThrow()
    const record = { kind: 'hold', system: 'trace-hub', key: ['x'], ...hold('1') }
    await expect(
      hub.intake.pushCanonical({
        bytes: Buffer.from(JSON.stringify({ ...record, flags: undefined })),
        keyId: null,
        mayPush: () => {},
      }),
    ).rejects.toMatchObject({ code: 'forbidden' })
    const folder = await mkdtemp(join(tmpdir(), 'own-'))
    try {
      await mkdir(join(folder, 'trace-hub'))
      await writeFile(
        join(folder, 'trace-hub', 'system.yaml'),
        'system: trace-hub\ntitle: { zh: 甲, en: A }\nadapter: push\nrecords:\n  hold: { mapping: hold.yaml, accepts: [application/json] }\n',
      )
      const { mistakes } = await loadRegistry(folder)
      expect(mistakes.map(({ message }) => message.en)).toContain('"trace-hub" is the hub itself')
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('a peer brings what it wrote itself, and nothing that this hub is said to have written', () => {
    const change = (of: string) => {
      const id = `urn:cnft:hold:trace-hub:hold:${of}:a`
      const event = { event: 'e', operation: 'upsert', kind: 'hold', id, version: 1, record: hold('1') }
      return readChange(event, '/changes/0', { system: 'hub-b', hub: 'b', carries: [] }, 'here')
    }
    expect(change('b')).toMatchObject({ system: 'trace-hub', version: 1 })
    expect(change('here')).toMatchObject({ verdict: 'reject', code: 'own_record' })
  })
})
