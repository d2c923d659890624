import { createHash } from 'node:crypto'
import * as fs from 'node:fs/promises'
import type { AddressInfo, Socket } from 'node:net'
import { join, normalize } from 'node:path'
import ssh2, { type FileEntry, type InputAttributes, type SFTPWrapper } from 'ssh2'
import { newSshKeys } from './ssh-keys.ts'

// Of a CommonJS module Node finds not every name.
const { Server, utils } = ssh2
const { STATUS_CODE, OPEN_MODE } = utils.sftp

export interface SftpServer {
  readonly port: number
  /** As a client is to expect it. */
  readonly hostKey: string
  /** Commands that came, such as `OPEN /in/a.xml`. */
  readonly asked: string[]
  readonly connections: () => number
  /** How it misbehaves from now on. */
  faults: SftpFaults
  /** Destroys every connection. */
  drop(): void
  close(): Promise<void>
}

export interface SftpFaults {
  /** Commands that are never answered. */
  readonly silent?: readonly string[]
  /** The connection is lost once so many bytes were read. */
  readonly dropAfterBytes?: number
  /** The connection is lost once so many bytes were written. */
  readonly dropAfterWritten?: number
  /** It is done, and the connection lost before it is answered. */
  readonly dropAfter?: 'RENAME'
  /** Of each WRITE so many bytes are kept, as on a full disk; it is answered as if all were. */
  readonly keepsBytes?: number
  /** Each answer to READ has at most so many bytes. */
  readonly shortReads?: number
  /** Called before a READ is answered. */
  readonly beforeRead?: (path: string) => Promise<void>
  /** New connections are ended at once, as by a host with too many of them. */
  readonly refuses?: boolean
}

export interface SftpAccount {
  readonly user: string
  readonly password?: string
  /** Public key in OpenSSH form. */
  readonly publicKey?: string
  /** The password is asked for as a question only. */
  readonly asksOnly?: boolean
}

/** An SFTP server over a folder of the disk. */
export async function startSftpServer(root: string, account: SftpAccount, port = 0): Promise<SftpServer> {
  const keys = newSshKeys()
  const sockets = new Set<Socket>()
  const made: SftpServer = {
    port: 0,
    hostKey: `SHA256:${createHash('sha256').update(keys.parsed.getPublicSSH()).digest('base64').replace(/=+$/, '')}`,
    asked: [],
    connections: () => sockets.size,
    faults: {},
    drop: () => sockets.forEach((socket) => void socket.destroy()),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        made.drop()
      }),
  }
  const server = new Server({ hostKeys: [keys.private] }, (client) => {
    client.on('error', () => {})
    client.on('authentication', (context) => {
      const { user, password, publicKey, asksOnly } = account
      if (context.username !== user) return context.reject()
      if (context.method === 'password' && !asksOnly && context.password === password) return context.accept()
      if (context.method === 'keyboard-interactive' && password !== undefined)
        return context.prompt([{ prompt: 'Password: ', echo: false }], (answers) =>
          answers[0] === password ? context.accept() : context.reject(),
        )
      if (context.method === 'publickey' && publicKey !== undefined) {
        const known = utils.parseKey(publicKey)
        if (known instanceof Error || !context.key.data.equals(known.getPublicSSH())) return context.reject()
        if (!context.signature) return context.accept()
        return known.verify(context.blob as Buffer, context.signature, context.hashAlgo) === true
          ? context.accept()
          : context.reject()
      }
      context.reject(['password', 'publickey', 'keyboard-interactive'])
    })
    client.on('ready', () =>
      client.on('session', (accept) => accept().on('sftp', (open) => serve(open(), root, made))),
    )
  })
  const inner = (server as unknown as { _srv: import('node:net').Server })._srv
  inner.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    if (made.faults.refuses) socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return Object.assign(made, { port: (server.address() as AddressInfo).port })
}

function serve(sftp: SFTPWrapper, root: string, state: SftpServer): void {
  const open = new Map<number, { file?: fs.FileHandle; path: string; listed?: FileEntry[] | null }>()
  let next = 0
  let read = 0
  let written = 0
  sftp.on('error', () => {})
  sftp.on('end', () => open.forEach(({ file }) => void file?.close()))
  const at = (path: string): string => join(root, normalize(join('/', path)))
  const handleOf = (held: { file?: fs.FileHandle; path: string; listed?: FileEntry[] | null }): Buffer => {
    const handle = Buffer.alloc(4)
    handle.writeUInt32BE(next)
    open.set(next++, held)
    return handle
  }
  const answered = (id: number, name: string, work: () => Promise<unknown>): void => {
    state.asked.push(name)
    if (state.faults.silent?.some((one) => name.startsWith(one))) return
    work().catch((error: NodeJS.ErrnoException) =>
      sftp.status(
        id,
        error.code === 'ENOENT'
          ? STATUS_CODE.NO_SUCH_FILE
          : error.code === 'EACCES'
            ? STATUS_CODE.PERMISSION_DENIED
            : STATUS_CODE.FAILURE,
      ),
    )
  }
  const ok = (id: number): void => void sftp.status(id, STATUS_CODE.OK)
  sftp.on('OPENDIR', (id, path) =>
    answered(id, `OPENDIR ${path}`, async () => {
      const names = await fs.readdir(at(path))
      const listed = await Promise.all(
        names.map(async (filename) => ({
          filename,
          longname: filename,
          attrs: attrsOf(await fs.lstat(join(at(path), filename))) as FileEntry['attrs'],
        })),
      )
      sftp.handle(id, handleOf({ path, listed }))
    }),
  )
  sftp.on('READDIR', (id, handle) =>
    answered(id, 'READDIR', async () => {
      const held = open.get(handle.readUInt32BE())
      if (!held?.listed || held.listed.length === 0) return sftp.status(id, STATUS_CODE.EOF)
      // In several answers, as a real one does.
      sftp.name(id, held.listed.splice(0, 50))
    }),
  )
  sftp.on('OPEN', (id, path, flags) =>
    answered(id, `OPEN ${path}`, async () => {
      const mode = (flags & OPEN_MODE.WRITE) === 0 ? 'r' : (flags & OPEN_MODE.EXCL) === 0 ? 'w' : 'wx'
      sftp.handle(id, handleOf({ path, file: await fs.open(at(path), mode) }))
    }),
  )
  sftp.on('READ', (id, handle, offset, length) =>
    answered(id, 'READ', async () => {
      const held = open.get(handle.readUInt32BE())
      if (!held?.file) return sftp.status(id, STATUS_CODE.FAILURE)
      await state.faults.beforeRead?.(held.path)
      const bytes = Buffer.alloc(Math.min(length, state.faults.shortReads ?? length))
      const { bytesRead } = await held.file.read(bytes, 0, bytes.length, offset)
      read += bytesRead
      if (read > (state.faults.dropAfterBytes ?? Number.POSITIVE_INFINITY)) return state.drop()
      if (bytesRead === 0) return sftp.status(id, STATUS_CODE.EOF)
      sftp.data(id, bytes.subarray(0, bytesRead))
    }),
  )
  sftp.on('WRITE', (id, handle, offset, bytes) =>
    answered(id, 'WRITE', async () => {
      written += bytes.length
      if (written > (state.faults.dropAfterWritten ?? Number.POSITIVE_INFINITY)) return state.drop()
      const kept = Math.min(bytes.length, state.faults.keepsBytes ?? bytes.length)
      await open.get(handle.readUInt32BE())?.file?.write(bytes, 0, kept, offset)
      ok(id)
    }),
  )
  sftp.on('CLOSE', (id, handle) =>
    answered(id, 'CLOSE', async () => {
      const key = handle.readUInt32BE()
      await open.get(key)?.file?.close()
      open.delete(key)
      ok(id)
    }),
  )
  const stat = (id: number, path: string): void =>
    answered(id, `STAT ${path}`, async () =>
      sftp.attrs(id, attrsOf(await fs.lstat(at(path))) as FileEntry['attrs']),
    )
  sftp.on('LSTAT', stat)
  sftp.on('STAT', stat)
  sftp.on('REMOVE', (id, path) =>
    answered(id, `REMOVE ${path}`, async () => {
      await fs.rm(at(path))
      ok(id)
    }),
  )
  sftp.on('RENAME', (id, from, to) =>
    answered(id, `RENAME ${from} ${to}`, async () => {
      // Version 3 of the protocol: a file of that name is an error.
      if (await fs.lstat(at(to)).catch(() => null)) return sftp.status(id, STATUS_CODE.FAILURE)
      await fs.rename(at(from), at(to))
      if (state.faults.dropAfter === 'RENAME') return state.drop()
      ok(id)
    }),
  )
  sftp.on('MKDIR', (id, path) =>
    answered(id, `MKDIR ${path}`, async () => {
      await fs.mkdir(at(path))
      ok(id)
    }),
  )
  sftp.on('REALPATH', (id, path) => {
    sftp.name(id, [{ filename: normalize(join('/', path)), longname: path, attrs: {} as FileEntry['attrs'] }])
  })
}

function attrsOf(state: Awaited<ReturnType<typeof fs.lstat>>): InputAttributes {
  return {
    mode: Number(state.mode),
    uid: 0,
    gid: 0,
    size: Number(state.size),
    atime: Math.floor(Number(state.atimeMs) / 1000),
    mtime: Math.floor(Number(state.mtimeMs) / 1000),
  }
}
