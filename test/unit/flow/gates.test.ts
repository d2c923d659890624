import { expect, it } from 'vitest'
import { atMost, oneAtATime } from '#flow/gates.ts'

const door = () => Promise.withResolvers<void>()

it('works of one name are done in their order, one failing or not, and hold up no other name', async () => {
  const alone = oneAtATime()
  const done: string[] = []
  const first = door()
  const works = [
    alone('a', () => first.promise.then(() => Promise.reject(new Error('failed')))).catch(() =>
      done.push('a1'),
    ),
    alone('a', async () => void done.push('a2')),
    alone('b', async () => void done.push('b1')),
  ]
  await works[2]
  expect(done).toEqual(['b1'])
  first.resolve()
  await Promise.all(works)
  expect(done).toEqual(['b1', 'a1', 'a2'])
})

it('no more are at work than may be, and all come to their turn', async () => {
  const slots = atMost(2)
  let now = 0
  let most = 0
  const work = async () => {
    most = Math.max(most, ++now)
    await new Promise((resolve) => setImmediate(resolve))
    now--
    if (Math.random() < 0.3) throw new Error('failed')
  }
  await Promise.allSettled(Array.from({ length: 50 }, () => slots(work)))
  expect([now, most]).toEqual([0, 2])
})
