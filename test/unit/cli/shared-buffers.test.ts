import { expect, it } from 'vitest'
import { sharedBuffers } from '#cli/embedded/shared-buffers.ts'

const GB = 1024 ** 3

it('the own PostgreSQL keeps a sixteenth of the memory, no less than 128 MB and no more than 1 GB', () => {
  expect([0.5, 2, 4, 8, 16, 24, 256].map((gb) => sharedBuffers(gb * GB))).toEqual([
    ...['128MB', '128MB', '256MB', '512MB'],
    ...['1024MB', '1024MB', '1024MB'],
  ])
  expect(sharedBuffers()).toMatch(/^\d{3,4}MB$/)
})
