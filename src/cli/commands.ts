/** A command of the hub; its code is loaded only when it is called, so that a start does not pay for the bench. */
export interface Command {
  readonly arguments: string
  readonly about: { readonly en: string; readonly zh: string }
  readonly load: () => Promise<(argv: readonly string[]) => Promise<void>>
}

export const commands: Readonly<Record<string, Command>> = {
  start: {
    arguments: '',
    about: { en: 'start the hub: database, API and workers', zh: '启动平台：数据库、接口与工作进程' },
    load: async () => (await import('./start.ts')).startCommand,
  },
  demo: {
    arguments: '[--once]',
    about: {
      en: 'three systems in, a receiver out, shown step by step',
      zh: '演示：三个系统接入、一个平台接收',
    },
    load: async () => (await import('./demo/demo.ts')).demoCommand,
  },
  migrate: {
    arguments: '',
    about: {
      en: 'bring the database of DATABASE_URL to this version',
      zh: '将 DATABASE_URL 的数据库升级到本版本',
    },
    load: async () => (await import('./migrate.ts')).migrateCommand,
  },
  key: {
    arguments: 'create --name <name> --scope <scope> [--expires <date>] [--rate <units a second>]',
    about: { en: 'make a key; it is shown once', zh: '创建密钥，仅显示一次' },
    load: async () => (await import('./key.ts')).keyCommand,
  },
  operator: {
    arguments:
      'add --name N --role system|security|audit | renew --name N | disable --name N | sign-out --name N | list',
    about: {
      en: 'the persons who run the hub: add them with a code to enrol, and end what they may',
      zh: '平台管理员（系统、安全、审计三员）：新增并给出登记码、停用、终止会话',
    },
    load: async () => (await import('./operator.ts')).operatorCommand,
  },
  partner: {
    arguments:
      'ca init [--again] | issue --name N [--systems a,b] [--scope S]… (--csr FILE | --out FOLDER | --certificate FILE) [--days N] | egress --partner ID (--allow HOST|CIDR[:PORT]… | --any | --nothing) | revoke (--partner ID | --certificate FINGERPRINT) | list | crl',
    about: {
      en: 'partners with client certificates: an authority of the hub, what it issues and takes back',
      zh: '以客户端证书接入的合作方：平台自有 CA、签发、吊销与吊销列表',
    },
    load: async () => (await import('./partner.ts')).partnerCommand,
  },
  egress: {
    arguments: '[--allow HOST|CIDR[:PORT]… | --any | --nothing]',
    about: {
      en: 'where the hub may go for what is of no partner: targets of alerts, anchors, other links and channels',
      zh: '平台自身的外连名单：告警目标、锚定接收方及不属于合作方的链路与通道',
    },
    load: async () => (await import('./egress.ts')).egressCommand,
  },
  map: {
    arguments:
      'try <mapping.yaml> <sample> [--brief] | test [system…] | draft <system> [sample…] [--record R]',
    about: {
      en: 'try or test mappings, or draft the expected files of samples, without a database',
      zh: '试运行或测试映射，为样例起草期望文件，无需数据库',
    },
    load: async () => (await import('./map.ts')).mapCommand,
  },
  system: {
    arguments:
      'new <system> --sample FILE [--record R] [--title T] [--title-en T] [--region C] [--adapter A] | check [system…] [--hub URL --key KEY] | test [system…] [--level bronze|silver|gold] [--json FILE]',
    about: {
      en: 'add a system from a sample; check its settings and mappings; run the conformance suite over its samples',
      zh: '由样例新建对接系统；检查设置与映射；对样例运行符合性测试',
    },
    load: async () => (await import('./system.ts')).systemCommand,
  },
  peer: {
    arguments:
      'add <system> --id <hub> [--carries <hub>,…] | add <system> --to <address> --token <key> [--allow CIDR:port] [--sees <class>,…] | list, each with --hub URL --key KEY',
    about: {
      en: 'join a running hub with another: register it, then link to it with the key that it gave',
      zh: '将运行中的平台与另一平台互联：先登记，再用对方给出的密钥建立链路',
    },
    load: async () => (await import('./peer.ts')).peerCommand,
  },
  recall: {
    arguments:
      'rehearse <code> [--document] [--forward] [--confidence N] [--at T] [--json] [--out FILE] | notices <case> [--purpose P] [--json] [--out FILE], each with --hub URL --key KEY',
    about: {
      en: 'rehearse a recall: lots, places and what was found of the goods, in numbers; nothing is written',
      zh: '召回演练：列出涉及批次、场所及货物去向，不写入数据',
    },
    load: async () => (await import('./recall.ts')).recallCommand,
  },
  channel: {
    arguments:
      'list [--system S] | show|on|off|run <system>/<channel> | set|check <system>/<channel> [--set name=value]… [--secret name=FILE]… [--allow CIDR:port]… [--every 5m | --cron E] | reset <system>/<channel> [--state JSON], each with --hub URL --key KEY',
    about: {
      en: 'systems that do not push: set, try and read their channels',
      zh: '非推送来源：设置、检查与读取其通道',
    },
    load: async () => (await import('./channel.ts')).channelCommand,
  },
  case: {
    arguments:
      'list [--state S] [--region C] [--product P] | show <case> | open <code> --reason R | event <case> <event> [--at T] [--quantity KG] [--method M] [--note N], each with --hub URL --key KEY [--purpose P] [--json]',
    about: {
      en: 'goods that failed a test or were stopped: look at them, stop some, say what happened',
      zh: '检测不合格或被责令停售的案件：查看、立案、登记事件',
    },
    load: async () => (await import('./case.ts')).caseCommand,
  },
  link: {
    arguments:
      'list | show <link> | create --name N (--url U [--allow CIDR:port] [--secret password=FILE]… | --folder F | --to <system>) [--signing v1|v1a] [settings] | patch <link> [settings] [--no-coalesce] | pause|resume|delete <link> | rotate <link> [--signing v1|v1a] [--until T] | backfill <link> [filter] [--record R]… [--since T] [--until T] [--dry-run] | held <link> [--state S] [--cause C] [--purpose P] | resend <link> (--cause C | --all) | drop <link> (--cause C | --all) --reason R, each with --hub URL --key KEY; settings: filter, [--mapping M] [--sees C]… [--from start|now|T] [--coalesce] [--changes-per-second N] [--requests-per-second N] [--batch N] [--concurrency N]; filter: [--kind K]… [--region C]… [--system S]… [--class C]… [--site C]… [--risk R]…',
    about: {
      en: 'links of a running hub: make, change and look at them, send the past or what was refused again',
      zh: '管理运行中平台的同步链路：新建、修改、查看，补发历史变更，重发被拒变更',
    },
    load: async () => (await import('./link.ts')).linkCommand,
  },
  package: {
    arguments:
      'key --out FILE | make --system S --sequence N --key FILE --out FOLDER [--type T] [--created T] <record>=FILE… | check FILE --system S --key (FILE | whpk_…)',
    about: {
      en: 'make and check signed packages of files, for systems that the network does not reach',
      zh: '制作与检验带签名的离线文件包，供无网络的系统使用',
    },
    load: async () => (await import('./package.ts')).packageCommand,
  },
  replay: {
    arguments:
      '--system <system> [--record <record>|canonical] [--from <time>] [--to <time>] [--receipt <number>]… [--group <group>] [--flag <flag>] [--mapping <name@version>] [--newest <count>] [--apply [--target <link>]… | --compare <version>,<version>]',
    about: {
      en: 'map stored messages of DATABASE_URL anew; without --apply it only counts',
      zh: '将 DATABASE_URL 中已存报文重新映射；不加 --apply 只统计不写入',
    },
    load: async () => (await import('./replay.ts')).replayCommand,
  },
  reconcile: {
    arguments:
      '--hub URL --key KEY (--link <id> | --system <system>) [--day <day> | --from <time> --to <time>] [--file figures.csv] [--untimed] [--resend] [--json]',
    about: {
      en: 'compare with the other side through a running hub; ends with 1 where they differ',
      zh: '经运行中的平台与对方对账；不一致时以 1 结束',
    },
    load: async () => (await import('./reconcile.ts')).reconcileCommand,
  },
  supervision: {
    arguments: 'day <day> --hub URL --key KEY [--region <code> | --site <market>] [--json]',
    about: {
      en: 'the supervision summary of a day, of a market or a region, from a running hub',
      zh: '由运行中的平台取市场或区划的每日监管汇总',
    },
    load: async () => (await import('./supervision.ts')).supervisionCommand,
  },
  finding: {
    arguments:
      'list [--kind K] [--severity S] [--state S] [--region C] [--site C] [--system S] [--from D] [--to D] [--overdue] [--limit N] [--after C] | acknowledge|resolve|dismiss|reopen <finding> [--note N], each with --hub URL --key KEY [--purpose P] [--json]',
    about: {
      en: 'what a running hub found: list it, and say what was done',
      zh: '查看运行中平台的发现与预警，并登记处理',
    },
    load: async () => (await import('./finding.ts')).findingCommand,
  },
  audit: {
    arguments: 'verify [--from N] [--to N] [--anchor FILE] [--key whpk_…] [--json] | rotate-key',
    about: {
      en: 'read the whole log anew and name what was changed, taken away or put in',
      zh: '重新核验全部日志，指出被修改、删除或插入之处',
    },
    load: async () => (await import('./audit.ts')).auditCommand,
  },
  personal: {
    arguments:
      'erase (--record <id>… | --code <scheme:code>) --reason R | rules [list | run | end <id> | (add --reason R | preview) --class records|messages|rejections… --after-days N [--system S]… [--kind K]… [--product C]…] | rotate-key',
    about: {
      en: 'erase what is of a person, on request or by rules of age; wrap the keys of stored messages under HUB_DATA_KEY, and make a new one',
      zh: '按请求或到期规则删除个人信息；用 HUB_DATA_KEY 重新包装已存报文的数据密钥，并新建一个',
    },
    load: async () => (await import('./personal.ts')).personalCommand,
  },
  doctor: {
    arguments: '[--json]',
    about: {
      en: 'check a deployment: settings, disk, database, jobs, mappings and what is behind; changes nothing',
      zh: '检查部署：设置、磁盘、数据库、队列、映射与积压；不作任何修改',
    },
    load: async () => (await import('./doctor.ts')).doctorCommand,
  },
  backup: {
    arguments:
      'key FILE | make FOLDER [--key FILE] | check FOLDER [--key FILE] | restore FOLDER [--key FILE] [--go-on]',
    about: {
      en: 'the whole database as a folder of sealed files while the hub goes on, and back into an empty database',
      zh: '在平台运行时将整个数据库备份为加密文件夹，并可恢复到空库',
    },
    load: async () => (await import('./backup.ts')).backupCommand,
  },
  inspection: {
    arguments:
      'list --hub URL --key KEY [--region <code>] [--site <market>] [--result pass|fail|rectify] [--due pending|overdue|mended] [--from <day>] [--to <day>] [--purpose P] [--json]',
    about: {
      en: 'inspections of a running hub, and what became of what was to be put right',
      zh: '运行中平台的监管检查及整改情况',
    },
    load: async () => (await import('./inspection.ts')).inspectionCommand,
  },
  bench: {
    arguments:
      '[mapping|intake|single|delivery|files|papers|public|channels|trace|matching|costs|recall|sync] [--edges 1e5,1e6] [--quick] [--json FILE]',
    about: {
      en: 'measure, with ratios to COPY, a no-op route and hand-written code',
      zh: '测量性能并与基线对比',
    },
    load: async () => (await import('./bench/bench.ts')).benchCommand,
  },
}
