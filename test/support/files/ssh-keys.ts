import ssh2, { type ParsedKey } from 'ssh2'

/** Makes a pair of Ed25519 keys in the form of OpenSSH, encrypted where a passphrase is given. Of some hundred pairs the library writes
 * one so that nobody can read it (a public key that begins with a zero byte is cut short); such a pair is made anew. */
export function newSshKeys(passphrase?: string): { private: string; public: string; parsed: ParsedKey } {
  const { generateKeyPairSync } = ssh2.utils
  for (;;) {
    const keys =
      passphrase === undefined
        ? generateKeyPairSync('ed25519')
        : generateKeyPairSync('ed25519', { cipher: 'aes256-cbc', passphrase, rounds: 4 })
    const parsed = ssh2.utils.parseKey(keys.private, passphrase)
    if (!(parsed instanceof Error)) return { ...keys, parsed }
  }
}
