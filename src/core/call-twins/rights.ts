import type { Twins } from '#core/decode-twins/text.ts'

/** Of keys, scopes, partners, operators and signatures: who may what. */
export const RIGHT_TWINS: Twins = [
  ['needs the scope admin to give $1', '授予 $1 需要 admin 权限'],
  [
    'needs the scope admin to make or redirect a link that sees personal',
    '建立或改变可见个人信息的链路，需要 admin 权限',
  ],
  ['needs the scope admin to revoke what has the scope audit', '撤销具有 audit 权限者，需要 admin 权限'],
  [
    'More may stand behind a semicolon: at most $1 characters, as percent-encoded UTF-8.',
    '分号后可补充说明：最多 $1 个字符，以 UTF-8 百分号编码。',
  ],
  ['no authority for partners: hub partner ca init', '尚无合作方签发机构：请运行 hub partner ca init'],
  [
    'needs the scope personal or admin, and the header Hub-Purpose',
    '需要 personal 或 admin 权限，并在请求头 Hub-Purpose 中说明用途',
  ],
  [
    'needs the scope read: a market is shown as far as it is seen by its days',
    '需要 read 权限：市场按日汇总展示，无法按系统或区划拆分',
  ],
  [
    'needs the scope read: this is not told apart by system or region',
    '需要 read 权限：此内容不按系统或区划区分',
  ],
  [
    'needs the scope read: products of cases are not told apart by system or region',
    '需要 read 权限：案件的产品不按系统或区划区分',
  ],
  [
    'needs the scope read, or a question for a market, or read:region:<code> and a question for a region: everything is not told apart',
    '需要 read 权限，或只查询一个市场，或以 read:region:<代码> 查询一个区划：全部数据不作区分',
  ],
  [
    'needs the scope read, link:<id>, push:<system> or admin',
    '需要 read、link:<链路>、push:<系统> 或 admin 权限',
  ],
  ['needs the scope $1', '需要权限 $1'],
  ['a key of this link, or an administrator', '需要本链路的密钥，或管理员'],
  [
    'operators of the role audit are managed with a key of the scope admin, or by hub operator',
    '审计员只能由 admin 权限的密钥或 hub operator 命令管理',
  ],
  [
    'the code of an operator of another role is given with a key of the scope admin, or by hub operator',
    '其他角色操作员的登记码只能由 admin 权限的密钥或 hub operator 命令给出',
  ],
  ['the key is revoked', '密钥已撤销'],
  ['the key has expired', '密钥已过期'],
  ['the token has expired, or is none', '令牌已过期，或不是令牌'],
  ['key $1 is revoked or has expired; make a new one', '密钥 $1 已撤销或过期，请新建一个'],
  ['the key is for several links; name one', '该密钥可用于多条链路，请指明一条'],
  ['$1 is the hub itself', '$1 是平台自身'],
  ['$1 is the hub itself: nobody pushes for it', '$1 是平台自身，不接受推送'],
  ['not for others than operators', '只供操作员使用'],
  ['the time is over already', '时间已过'],
  ['a time in ISO 8601', '应为 ISO 8601 时间'],
  [
    'the database has no role that limits what such a key reads; hub doctor names what to run',
    '数据库没有限制此类密钥读取范围的角色；hub doctor 会给出应执行的命令',
  ],
  [
    'push:<system>, read, read:<system>, read:region:<six digits of GB/T 2260>, case, audit, personal, metrics, link:<id> or admin',
    '应为 push:<系统>、read、read:<系统>、read:region:<六位区划代码>、case、audit、personal、metrics、link:<链路> 或 admin',
  ],
  ['1 to 64 letters, digits and . _ @ -', '应为 1 至 64 个字母、数字或 . _ @ -'],
  ['there is no operator $1', '没有操作员 $1'],
  ['there is no partner $1: hub partner list', '没有合作方 $1：见 hub partner list'],
  ['there is no certificate $1: hub partner list', '没有证书 $1：见 hub partner list'],
  ['$1: no certificate in PEM', '$1：不是 PEM 证书'],
  ['the name $1 is taken', '名称 $1 已被使用'],
  ['Choose another name.', '请更换名称。'],
  ['a system $1 is registered already', '对接系统 $1 已登记'],
  [
    'Read it by GET /v1/systems/{id}, or choose another name.',
    '请以 GET /v1/systems/{id} 查看，或更换名称。',
  ],
  ['the header Client-Cert is not one certificate (RFC 9440)', '请求头 Client-Cert 不是单个证书（RFC 9440）'],
  ['the client certificate belongs to no partner', '该客户端证书不属于任何合作方'],
  ['the client certificate, or its partner, is revoked', '该客户端证书或其合作方已撤销'],
  ['what the partner may', '请写明合作方的权限'],
  ['whole days from 1 to $1', '应为 1 至 $1 的整天数'],
  ['the certificate is a partner’s already', '该证书已属于某合作方'],
  [
    'the partner $1 is revoked, or may other things; name another',
    '合作方 $1 已撤销，或权限不同；请另用名称',
  ],
  [
    'there is an authority already; --again makes the next one, and both count until the first ends',
    '签发机构已存在；用 --again 建立下一个，前一个到期之前两者都有效',
  ],
  ['not one certificate request in PEM', '不是单个 PEM 格式的证书请求'],
  ['not a request with a key of RSA: use RSA of $1 bits', '证书请求的密钥不是 RSA：请使用 $1 位 RSA'],
  [
    'the key has $1 bits: RSA of $2 to $3 bits with the exponent 65537',
    '密钥为 $1 位：应为 $2 至 $3 位 RSA，指数 65537',
  ],
  [
    'the request must be signed with SHA-256, SHA-384 or SHA-512',
    '证书请求须以 SHA-256、SHA-384 或 SHA-512 签名',
  ],
  ['the request is not signed with the key that it is for', '证书请求未用其自身的密钥签名'],
  [
    'no host, name below a host, address or network, each with or without a port',
    '不是主机、主机下级名称、地址或网段（均可带端口）',
  ],
  [
    'Write it like api.example.cn:443, *.example.cn, 203.0.113.0/24 or [2001:db8::]/32.',
    '写法如 api.example.cn:443、*.example.cn、203.0.113.0/24 或 [2001:db8::]/32。',
  ],
  ['more than $1 entries', '超过 $1 项'],
  [
    'a public key to sign with, without its private part: RSA of 2048 bits and more, P-256 or Ed25519',
    '应为不含私钥部分的签名公钥：2048 位以上的 RSA、P-256 或 Ed25519',
  ],
  [
    'a public key of SM2 is 130 hexadecimal digits (04, x, y) or PEM',
    'SM2 公钥为 130 位十六进制数（04、x、y）或 PEM',
  ],
  ['only vsm2 signs with an identity', '只有 vsm2 使用签名者标识'],
  ['this is no such key', '不是此类密钥'],
  ['v1 has a secret', 'v1 使用共享密钥'],
  ['$1 has a public key', '$1 使用公钥'],
  ['a system has at most $1 keys that count', '一个系统最多有 $1 个有效密钥'],
  ['the key is one of $1: each system has its own', '该密钥已属于 $1：各系统使用各自的密钥'],
  ['one $1 in PEM, or base64 of its DER, is wanted', '应为一个 $1（PEM 或 DER 的 base64）'],
  ['either content or contentBase64 is wanted', 'content 与 contentBase64 只能填写一个'],
  ['at most $1 days from now', '距现在最多 $1 天'],
]
