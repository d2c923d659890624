import { randomBytes } from 'node:crypto'
import { expect, inject, it } from 'vitest'
import { readSubject } from '#core/findings/subjects.ts'
import { createPool } from '#store/database.ts'
import { readPlaces } from '#store/goods-moves.ts'
import { migrate } from '#store/migrate.ts'
import { onceOn, onServer } from '#test/template.ts'

/** The last migration that kept no regions of goods. */
const BEFORE = 67
const NAME = '中心农贸市场'

it('goods that were kept under a name stand under its region, and what was found of them is judged anew', async () => {
  const server = inject('databaseServer') ?? ''
  const name = `hub_test_${randomBytes(6).toString('hex')}`
  await onceOn(server, `create database ${name}`)
  const pool = createPool({ url: onServer(server, name), max: 2 })
  try {
    await migrate(pool, { upTo: BEFORE })
    for (const [id, region, site] of [
      ['a', '330402', NAME],
      ['b', '310115', NAME],
      ['c', null, NAME],
      ['d', '330402', '330402111'],
    ]) {
      await pool.query(
        `insert into record_versions (record_id, version, kind, system, record, status, schema, mapping, message_id, message_index, received_at, region,
           content_hash, flags, codes, body)
         values ($1, 1, 'entry', 'x', 'x', 'active', 1, 'x', gen_random_uuid(), 0, now(), $2, '', '{}', '{}', '{}')`,
        [id, region],
      )
      await pool.query(
        `insert into goods_moves (site, record_id, flow, version, system, site_name, day, goods, is_bare, is_suspect)
         values ($1, $2, 'entered', 1, 'x', $3, '2024-04-15', 'name:菠菜', true, false)`,
        [site, id, NAME],
      )
    }
    await pool.query(
      `insert into findings (id, version, system, kind, severity, state, subject, about_systems, occurred_at, found_at, changed_at)
       values ('f', 1, 'trace-hub', 'no_paper', 'serious', 'open', $1, '{}', now(), now(), now())`,
      [`goods:${JSON.stringify([NAME, 'name:菠菜', '2024-04-15'])}`],
    )
    await migrate(pool)
    const { rows } = await pool.query('select record_id as id, site, region from goods_moves order by 1')
    expect(rows.map(({ id, site, region }) => [id, site, region])).toEqual([
      ['a', `${NAME}@330402`, '330402'],
      ['b', `${NAME}@310115`, '310115'],
      ['c', NAME, ''],
      ['d', '330402111', '330402'],
    ])
    const places = await readPlaces(pool, ['330402111', `${NAME}@310115`])
    expect([...places.values()].map(({ keys }) => keys)).toEqual([
      ['330402111', `${NAME}@330402`],
      [`${NAME}@310115`],
    ])
    const { rows: checks } = await pool.query('select subject from finding_checks')
    expect(
      checks
        .map(({ subject }) => readSubject(subject))
        .map((one) => one?.is === 'goods' && one.site)
        .sort(),
    ).toEqual([NAME, `${NAME}@310115`, `${NAME}@330402`].sort())
  } finally {
    await pool.end()
    await onceOn(server, `drop database if exists ${name} with (force)`)
  }
})
