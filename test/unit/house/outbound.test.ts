import { describe, expect, it } from 'vitest'
import { source, sources } from '../../lint/sources.ts'

const NETWORK =
  /^import (?!type)(?!.*\{ (?:type )?isIP)[^'\n]*from '(node:(?:net|tls|http|https|http2|dgram|dns|dns\/promises)|got|ssh2|basic-ftp|mysql2|ioredis)'/m
const listed = source('docs/outbound.md')

describe('docs/outbound.md', () => {
  it('names each file that can open a connection, and none that is not there', () => {
    const own = sources('.ts').filter(
      ({ path }) => path.startsWith('src/') && !/^src\/cli\/(bench|demo)\//.test(path),
    )
    const opening = own.filter(({ text }) => NETWORK.test(text)).map(({ path }) => path)
    expect(opening.length).toBeGreaterThan(8)
    const named = [...listed.matchAll(/`(src\/[^`]+\.ts)`/g)].map(([, path]) => path as string)
    expect(opening.filter((path) => !named.includes(path))).toEqual([])
    const there = new Set(own.map(({ path }) => path))
    expect(named.filter((path) => !there.has(path))).toEqual([])
  })

  it('leaves no call to fetch, which checks no address', () => {
    const calling = sources('.ts').filter(
      ({ path, text }) =>
        path.startsWith('src/') && !/^src\/cli\/(bench|demo)\//.test(path) && /(?<![.\w])fetch\(/.test(text),
    )
    expect(calling.map(({ path }) => path)).toEqual([])
  })
})
