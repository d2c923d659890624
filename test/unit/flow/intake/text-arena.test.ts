import { expect, test } from 'vitest'
import { createTextArena } from '#flow/intake/text-arena.ts'

test('texts keep their bytes beside each other until the arena is used again', () => {
  const arena = createTextArena(64)
  const first = arena.encode('番茄 1')
  const second = arena.encode('{"a":"㛃𠀀"}')
  expect([first.toString(), second.toString()]).toEqual(['番茄 1', '{"a":"㛃𠀀"}'])
  expect(second.buffer).toBe(first.buffer)
  expect(second.byteOffset).toBe(first.byteOffset + first.length)
  arena.reset()
  expect(arena.encode('x').byteOffset).toBe(first.byteOffset)
})

test('a text that may not fit gets memory of its own, and what was there stays', () => {
  const arena = createTextArena(16)
  const first = arena.encode('番茄')
  const large = arena.encode('㛃'.repeat(4))
  expect([first.toString(), large.toString()]).toEqual(['番茄', '㛃㛃㛃㛃'])
  expect(large.buffer).not.toBe(first.buffer)
  expect(arena.encode('').length).toBe(0)
})
