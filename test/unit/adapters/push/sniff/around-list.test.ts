import { describe, expect, it } from 'vitest'
import { sniff } from '#adapters/push/sniff/sniff.ts'

const around = async (text: string) => (await sniff(Buffer.from(text))).read.envelope

describe('what stands around the list of a sample', () => {
  it('is named by its path: single values, not lists, and not what holds the list', async () => {
    const text = JSON.stringify({
      method: 'm',
      head: { node: '330825007', flag: true, none: null, tags: ['a'] },
      body: { size: 2, list: [{ a: '1' }, { a: '2' }] },
    })
    expect(await sniff(Buffer.from(text))).toMatchObject({
      read: {
        format: 'json',
        rows: 'body.list',
        envelope: ['method', 'head.node', 'head.flag', 'body.size'],
      },
    })
  })
  it('is named in a form too', async () => {
    const json = JSON.stringify({ node: '330825007', list: [{ a: '1' }] })
    expect(await around(`dataStr=${encodeURIComponent(json)}`)).toEqual(['node'])
  })
  it('is nothing where the root is the list, or the record', async () => {
    expect(await around('[{"a":"1"}]')).toBeUndefined()
    expect(await around('{"a":"1","b":"2"}')).toBeUndefined()
  })
  it('is nothing that no path can name or that reaches for a prototype', async () => {
    const text =
      '{"__proto__":{"x":"1"},"constructor":"1","a.b":"1","c\\\\d":"1","":"1","ok":"1","list":[{"a":"1"}]}'
    expect(await around(text)).toEqual(['ok'])
  })
  it('is at most twenty of them', async () => {
    const members = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`m${i}`, '1']))
    expect(await around(JSON.stringify({ ...members, list: [{ a: '1' }] }))).toHaveLength(20)
  })
})
