import { expect, it } from 'vitest'
import { channelView } from '#api/channel-view.ts'
import { linkView } from '#api/link-view.ts'
import type { ChannelRow } from '#store/channels.ts'
import type { LaneState, Link } from '#store/links.ts'

const at = '2026-11-28T08:00:00Z'
const declared = { name: 'county-db', title: { zh: '县库', en: 'County' }, adapter: 'database', settings: {} }
const row = (lastError: ChannelRow['lastError']) =>
  ({
    ...{
      settings: {},
      limits: {},
      allowAddress: [],
      rhythm: null,
      isOn: true,
      lastError,
      scanError: lastError,
    },
  }) as unknown as ChannelRow
const channel = (lastError: ChannelRow['lastError'], language: 'en' | 'zh') => {
  const shown = channelView('a', declared as Parameters<typeof channelView>[1], row(lastError), [], language)
  return shown as { readonly error: object; readonly scanError: object }
}

it('the last errors of a channel are told in the language of the caller, those that were found in both languages as they were found', () => {
  const known = {
    class: 'auth',
    detail: 'user or password is wrong (28P01)',
    setting: '/secrets/password',
    at,
  } as const
  expect(channel(known, 'en').error).toEqual(known)
  const told = channel(known, 'zh')
  expect([told.error, told.scanError]).toEqual([
    { ...known, detail: '用户名或密码错误（28P01）' },
    { ...known, detail: '用户名或密码错误（28P01）' },
  ])
  const found = { class: 'config', detail: 'it has no primary key', at } as const
  const both = { ...found, zh: '没有主键' }
  expect(channel(both, 'zh').error).toEqual({ ...found, detail: '没有主键' })
  expect(channel(both, 'en').error).toEqual(found)
})

it('what the last reading of a channel left at its source is told in the language of the caller', () => {
  const doubts = [{ zh: '3 行时间未到。', en: '3 rows lie ahead.' }]
  const shown = (language: 'en' | 'zh') =>
    channelView('a', declared as Parameters<typeof channelView>[1], { ...row(null), doubts }, [], language)
  expect([shown('en'), shown('zh')]).toMatchObject([
    { doubts: ['3 rows lie ahead.'] },
    { doubts: ['3 行时间未到。'] },
  ])
})

it('the last error of a link is told in the language of the caller, and what its receiver said stays as it is', () => {
  const lane = (detail: string) =>
    ({
      ...{ cursor: 1n, attempts: 1, nextAt: null, delivered: 0, refused: 0, coalesced: 0, lastOkAt: null },
      lastError: { class: 'retry', status: null, detail, advice: { zh: '请等待', en: 'Wait' }, at },
    }) as unknown as LaneState
  const told = (detail: string, language: 'en' | 'zh') => {
    const link = { ...lane(detail), id: 'l', url: null, recall: lane(detail), coalesces: false }
    const moment = { head: 1n, nowMs: Date.parse(at), language, lags: [] }
    return linkView(link as unknown as Link, moment) as {
      readonly lastError: object
      readonly recall: { readonly lastError: object }
    }
  }
  const late = 'no whole answer in time'
  expect(told(late, 'en').lastError).toMatchObject({ detail: late, advice: 'Wait' })
  const chinese = told(late, 'zh')
  for (const error of [chinese.lastError, chinese.recall.lastError])
    expect(error).toMatchObject({ detail: '未在时限内收到完整应答', advice: '请等待' })
  expect(told('row 7 is not ours', 'zh').lastError).toMatchObject({ detail: 'row 7 is not ours' })
})
