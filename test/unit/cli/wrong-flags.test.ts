import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { peerCommand } from '#cli/peer.ts'
import { reconcileCommand } from '#cli/reconcile.ts'
import { replayCommand } from '#cli/replay.ts'
import { systemNew } from '#cli/system/new.ts'
import { WrongUsage } from '#cli/wrong-usage.ts'

beforeEach(() => void vi.stubEnv('HUB_LANG', 'en'))
afterEach(() => void vi.unstubAllEnvs())

const at = ['--hub', 'http://127.0.0.1:1', '--key', 'k']

async function saidOf(command: (argv: readonly string[]) => Promise<void>, argv: readonly string[]) {
  const error = await command(argv).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error, argv.join(' ')).toBeInstanceOf(WrongUsage)
  return (error as Error).message
}

it.each([
  [['add', 'hub-zj', '--id', 'zj'], '--hub, --key: missing.'],
  [['add', ...at], '<system>: missing.'],
  [['add', 'hub-zj', ...at], '--id: missing.'],
  [['add', 'hub-zj', '--id', 'zj', '--token', 'hub_x', ...at], '--token goes with --to.'],
  [['add', 'hub-zj', '--id', 'zj', '--sees', 'public', ...at], '--sees goes with --to.'],
  [['add', 'hub-zj', '--to', 'https://zj.example/', ...at], '--token: missing.'],
  [
    ['add', 'hub-zj', '--to', 'https://zj.example/', '--token', 'x', '--carries', '*', ...at],
    '--carries does not go with --to.',
  ],
  [['add', 'hub-zj', 'hub-hz', '--id', 'zj', ...at], '"hub-hz" is one word too many.'],
  [['list', '--id', 'zj', ...at], '--id is nothing for list.'],
  [['add', '--carry', '*', ...at], '--carry is no option here.'],
])('hub peer %j is refused with what is wrong', async (argv, said) => {
  expect(await saidOf(peerCommand, argv)).toBe(said)
})

it.each([
  [['--link', 'x', '--hub', 'http://h'], '--hub, --key: missing.'],
  [[...at], 'Name a link with --link, or a system with --system.'],
  [['--link', 'x', '--system', 'y', ...at], 'Name a link with --link, or a system with --system.'],
  [['--link', 'x', '--day', '2026-07-01', '--from', '2026-07-01', ...at], '--day or --from, not both.'],
  [['--link', 'x', '--dy', '2026-07-01', ...at], '--dy is no option here.'],
  [['--link', 'x', '--resend=yes', ...at], '--resend takes no value.'],
])('hub reconcile %j is refused with what is wrong', async (argv, said) => {
  expect(await saidOf(reconcileCommand, argv)).toBe(said)
})

it.each([
  [['--apply'], '--system: missing.'],
  [['--system', 's', '--compare', '3'], '--compare: 3 is not understood; write 3,4.'],
  [['--system', 's', '--apply', '--compare', '3,4'], '--apply or --compare, not both.'],
  [['--system', 's', '--target', 'none'], '--target goes with --apply.'],
  [['--system', 's', '--newest', '1001'], '--newest: 1001 is not understood; write 1–1000.'],
  [
    ['--system', 's', '--from', '2026-02-30'],
    '--from: 2026-02-30 is not understood; write 2026-07-01, 2026-07-01T08:00+08:00.',
  ],
  // Without its zone it would be another time on each machine.
  [
    ['--system', 's', '--to', '2026-07-01T08:00'],
    '--to: 2026-07-01T08:00 is not understood; write 2026-07-01, 2026-07-01T08:00+08:00.',
  ],
  [['--system', 's', '--link', 'x'], '--link is no option here.'],
  [['s'], '"s" is one word too many.'],
])('hub replay %j is refused with what is wrong', async (argv, said) => {
  expect(await saidOf(replayCommand, argv)).toBe(said)
})

it('what is wrong is said in the language of the command line', async () => {
  vi.stubEnv('HUB_LANG', 'zh')
  expect(await saidOf(peerCommand, ['list', '--id', 'zj', ...at])).toBe('list 不带 --id。')
  expect(await saidOf(replayCommand, ['--system'])).toBe('--system 缺少值。')
})

it.each([
  [[], '<system>: missing.'],
  [['my-county'], '--sample: missing.'],
  [
    ['my-county', '--sample', 'a.csv', '--adapter', 'pusch'],
    '"pusch" is no adapter. Use one of push, pull, soap, files, database, mqtt.',
  ],
  [
    ['my-county', '--sample', 'a.csv', '--region', '33'],
    '"33" is no region. Give the six digits of GB/T 2260, such as 330825, or none.',
  ],
])('hub system new %j is refused with what is wrong, before anything is read', async (argv, said) => {
  expect(await saidOf(systemNew, argv)).toBe(said)
})
