import { describe, expect, it } from 'vitest'
import { isRemoteFolder, readRemoteFolder } from '#adapters/files/address.ts'

const KEY = `SHA256:${'A+b/'.repeat(10)}xyz`

describe('the address of a folder on another host', () => {
  it.each([
    [
      `sftp://hub@files.example.cn/in?hostKey=${KEY}`,
      { protocol: 'sftp', host: 'files.example.cn', port: 22, user: 'hub', folder: '/in', hostKey: KEY },
    ],
    [`sftp://hub@[fd00::1]:2222/in/?hostKey=${KEY}`, { host: 'fd00::1', port: 2222, folder: '/in' }],
    [
      `sftp://hub@h/~/in?hostKey=${encodeURIComponent(KEY)}&oldAlgorithms=true`,
      { folder: 'in', hostKey: KEY, oldAlgorithms: true },
    ],
    ['ftp://hub@h', { protocol: 'ftp', port: 21, folder: '/', encoding: 'utf-8', oldAlgorithms: false }],
    ['ftp://hub@h/~', { folder: '.' }],
    [
      'ftps://%E5%B8%82@h/%E5%85%A5%E5%9C%BA?encoding=gb18030',
      { protocol: 'ftps', user: '市', folder: '/入场', encoding: 'gb18030' },
    ],
  ])('%s', (url, wanted) => {
    expect(isRemoteFolder(url)).toBe(true)
    expect(readRemoteFolder(url)).toMatchObject({ ...wanted, trustFirstHostKey: false })
  })

  it.each([
    'https://h/x',
    'sftp://h/x',
    `sftp://hub@h/x`,
    'ftp://hub:secret@h/x',
    'ftp://hub@h/a%0d%0aDELE%20b',
    'ftp://hub@h/a/%2e%2e/b%2f..%2f',
    'ftp://hub@h/%E5',
    'ftp://hub@h/x?encoding=latin1',
    'sftp://hub@h/x?hostKey=SHA256:short',
    'nothing',
  ])('%s is refused in a sentence that does not repeat a secret', (url) => {
    expect(() => readRemoteFolder(url)).toThrow(expect.objectContaining({ name: 'FolderRefused' }))
    expect(() => readRemoteFolder(url)).not.toThrow(/secret@/)
  })
})
