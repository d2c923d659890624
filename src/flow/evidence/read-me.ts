/** What is in a package and how it is checked, in both languages. */
export function readMe(evidence: {
  readonly hub: string
  readonly madeAt: string
  readonly subject: { readonly type: string; readonly id: string }
  readonly isMasked: boolean
  readonly isCut: boolean
  readonly head: { readonly number: number; readonly treeRoot: string; readonly publicKey: string }
}): [name: string, text: string][] {
  const { hub, madeAt, subject, isMasked, isCut, head } = evidence
  const en = [
    `Evidence of ${subject.type} ${subject.id}`,
    '',
    `Made by the hub ${hub} at ${madeAt}.`,
    'records/     versions of records, as the hub gives them',
    isMasked
      ? 'What may be of a person is left out, and so are the bytes of messages: versions are proven to be in the log, what they say is not.'
      : 'messages/    the bytes as they were received',
    'mappings/    the versions of mappings that made the records of the messages',
    'deliveries/  batches that were sent while a version was in them, with the verdicts',
    'evidence.json  for each of them what leads to the signed head',
    ...(isCut ? ['There is more than fits one package.'] : []),
    '',
    `Head ${head.number}, root ${head.treeRoot}`,
    `Key ${head.publicKey}`,
    '',
    'Check it without a network: node verify-evidence.mjs <this archive> --key <the key as you know it from elsewhere> [--anchor <file of heads>]',
    'That the hub signed the head proves nothing by itself. Compare key and head with what a receiver of heads, or a file of anchors, has.',
    '',
  ]
  const zh = [
    `存证包：${subject.type} ${subject.id}`,
    '',
    `由平台 ${hub} 于 ${madeAt} 生成。`,
    'records/     记录各版本',
    isMasked
      ? '可能涉及个人的内容与原始报文未收入：可证明各版本存在于日志，不证明其内容。'
      : 'messages/    原始报文字节',
    'mappings/    生成记录所用的映射版本',
    'deliveries/  含有相关版本的投递批次及结果',
    'evidence.json  各项至已签名日志头的证明路径',
    ...(isCut ? ['内容超出单个存证包上限，未全部收入。'] : []),
    '',
    `日志头 ${head.number}，树根 ${head.treeRoot}`,
    `公钥 ${head.publicKey}`,
    '',
    '离线核验：node verify-evidence.mjs <本存证包> --key <另行获知的公钥> [--anchor <日志头文件>]',
    '平台自己的签名本身不足为凭，请将公钥与日志头同接收方或锚定文件所存者比对。',
    '',
  ]
  return [
    ['README.en.txt', en.join('\n')],
    ['README.zh.txt', zh.join('\n')],
  ]
}
