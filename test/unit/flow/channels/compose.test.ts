import { describe, expect, it } from 'vitest'
import type { DeclaredChannel } from '#core/channels/declared.ts'
import { composeChannel, isMissing, NOTHING_SET } from '#flow/channels/compose.ts'

const channel = (adapter: string, settings: object, record?: string): DeclaredChannel => ({
  name: 'one',
  title: { zh: '一', en: 'One' },
  adapter,
  settings: settings as never,
  ...(record === undefined ? {} : { record }),
})
const folder = (files: readonly object[], more: object = {}) => ({
  protocol: 'local',
  folder: '/in',
  files,
  ...more,
})
const unnamed = (declared: DeclaredChannel): string[] => {
  const made = composeChannel(declared, NOTHING_SET)
  return made.ok ? [] : made.issues.map((issue) => `${issue.path}${isMissing(issue) ? '' : ' !'}`)
}

describe('what names no record is found before anything is read', () => {
  const files = [{ name: 'a*.xml', record: 'trade' }, { name: '{dataset}_*.xml' }, { name: 'b*.xml' }]

  it('in files: a pattern without a record, or without a dataset that has one', () => {
    expect(unnamed(channel('files', folder(files, { records: { d1: 'entry' } })))).toEqual([
      '/settings/files/2/record',
    ])
    expect(unnamed(channel('files', folder(files)))).toEqual([
      '/settings/files/1/record',
      '/settings/files/2/record',
    ])
  })

  it('in archives: their members are of a record, or the archive is', () => {
    const zip = [{ name: '*.zip' }]
    const members = [{ name: '{dataset}_*.xml' }, { name: 'b*.xml' }]
    expect(unnamed(channel('files', folder(zip)))).toEqual(['/settings/files/0/record'])
    expect(unnamed(channel('files', folder(zip, { members, records: { d1: 'entry' } })))).toEqual([
      '/settings/members/1/record',
    ])
    expect(unnamed(channel('files', folder([{ name: '*.zip', record: 'trade' }], { members })))).toEqual([])
  })

  it('in topics of MQTT', () => {
    const topics = [{ topic: 'a' }, { topic: 'b', record: 'ticket' }]
    const settings = { host: 'broker', clientId: 'hub', topics }
    expect(unnamed(channel('mqtt', settings))).toEqual(['/settings/topics/0/record'])
    expect(unnamed(channel('mqtt', settings, 'ticket'))).toEqual([])
  })

  it('and not where the channel names one for all', () => {
    expect(unnamed(channel('files', folder(files), 'trade'))).toEqual([])
  })
})
