import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { StartRefusal } from '#store/refusal.ts'

/** The user that PostgreSQL runs as where the hub runs as root, which PostgreSQL refuses to. */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/** In order of preference; `nobody` is on every Linux and macOS, so that no user has to be created. */
const candidates = ['postgres', '_postgres', 'nobody']

export function isRoot(): boolean {
  return process.getuid?.() === 0
}

/** `initdb` looks its user up by number and fails for one that has no name, so it must be a user that exists. */
export function findAccount(passwd = readFileSync('/etc/passwd', 'utf8')): Account {
  const users = passwd.split('\n').map((line) => line.split(':'))
  for (const wanted of candidates) {
    const user = users.find(([name]) => name === wanted)
    const [uid, gid] = [Number(user?.[2]), Number(user?.[3])]
    // macOS writes nobody as -2; the kernel knows it as the same 32 bits without a sign.
    if (user && Number.isInteger(uid) && uid !== 0) return { name: wanted, uid: uid >>> 0, gid: gid >>> 0 }
  }
  throw new StartRefusal(
    'no-account-for-postgres',
    {
      zh: 'PostgreSQL 不能以 root 运行，而系统中没有 postgres 或 nobody 用户。',
      en: 'PostgreSQL does not run as root, and this system has neither a user postgres nor nobody.',
    },
    {
      zh: '请以普通用户启动，或用 useradd --system postgres 建一个用户，或设置 DATABASE_URL。',
      en: 'Start as an ordinary user, create one by useradd --system postgres, or set DATABASE_URL.',
    },
  )
}

/** The part of spawn's options that makes a child run as the account; nothing where the hub is not root. */
export function asAccount(account: Account | undefined): { uid?: number; gid?: number } {
  return account ? { uid: account.uid, gid: account.gid } : {}
}

/** True where the account can enter the folder; asked of the kernel, which alone knows modes, ACLs and mounts. */
export function canEnter(folder: string, account: Account | undefined): boolean {
  const probe = spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], {
    cwd: '/',
    stdio: 'ignore',
    ...asAccount(account),
  })
  return probe.status === 0
}
