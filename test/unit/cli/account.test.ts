import { describe, expect, it } from 'vitest'
import { findAccount } from '#cli/embedded/account.ts'

describe('findAccount', () => {
  it('prefers the user that a PostgreSQL installation made', () => {
    const passwd =
      'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534::/:/x\npostgres:x:101:104::/var/lib:/x\n'
    expect(findAccount(passwd)).toEqual({ name: 'postgres', uid: 101, gid: 104 })
  })

  it('takes nobody on a fresh machine', () => {
    const passwd = 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534::/nonexistent:/usr/sbin/nologin\n'
    expect(findAccount(passwd)).toEqual({ name: 'nobody', uid: 65_534, gid: 65_534 })
  })

  it('reads the negative number of nobody on macOS', () => {
    expect(findAccount('nobody:*:-2:-2:Unprivileged User:/var/empty:/usr/bin/false\n').uid).toBe(
      4_294_967_294,
    )
  })

  it('says what to do where there is no such user', () => {
    expect(() => findAccount('root:x:0:0:root:/root:/bin/bash\n')).toThrow('useradd --system postgres')
  })
})
