import { describe } from 'vitest'
import { adapterConformance } from '#test/adapters/suite.ts'
import { filesBench } from '#test/files/bench.ts'

describe.each(['local', 'sftp', 'ftp'] as const)('over %s', (way) => {
  adapterConformance(filesBench(way))
})

describe('over sftp, with an archive', () => {
  const { skips, ...bench } = filesBench('sftp', { after: 'archive' })
  const standing = 'files go to the archive as they are read, and are not there to be read again'
  adapterConformance({ ...bench, skips: { ...skips, enormous: standing } })
})
