import type { VerdictWords } from './words-shape.ts';

export const zh: VerdictWords = {
  sentenceGap: '',
  verdict: {
    good: '可信：这份记录真实，未被改动。',
    unsure: '可信，但有说明：未发现改动，尚有内容未能确认。',
    bad: '不可信：请勿直接使用这份记录。',
  },
  axes: {
    integrity: {
      name: '完整性',
      question: '每个字节是否都是封存时的原样？',
      good: '画面、声音和位置的每个字节都与记录仪封存时一致。',
      unsure: '未发现改动，但有一部分未能检查。',
      bad: '有内容缺失、无法读取，或与封存时不一致。',
    },
    signer: {
      name: '签名者',
      question: '是否由这台记录仪签名，它是否属于本单位？',
      good: '由本单位认证的记录仪签名。',
      unsure: '签名无误，但证书尚有疑问。',
      bad: '不能证明由本单位的记录仪签名。',
    },
    sequence: {
      name: '连续性',
      question: '内容是否齐全、不重复、顺序正确？',
      good: '记录仪写下的内容齐全，没有重复，顺序正确。',
      unsure: '未发现缺口，但没有另一份日志可供比对。',
      bad: '记录仪的日志有缺口、矛盾或顺序错误。',
    },
    closure: {
      name: '收尾',
      question: '记录是否正常结束，档案库是否确认持有？',
      good: '记录正常结束，档案库已确认全部持有。',
      unsure: '记录未按通常方式结束，或档案库尚未确认。',
      bad: '记录的结束，或档案库的确认，不能成立。',
    },
    time: {
      name: '时间',
      question: '时间有多准确？',
      good: '记录仪的时钟由可信来源校准。',
      unsure: '显示的时间可能有偏差：时钟并非始终由可信来源校准。',
      bad: '显示的时间不可采信。',
    },
  },
  place: {
    recording: (id) => `记录 ${id}…`,
    segment: (number) => `第 ${number} 段`,
    entry: (index) => `日志第 ${index} 条`,
    file: (path) => `文件 ${path}`,
    object: (name) => `对象 ${name}…`,
    bytes: (first, last) => (first === last ? `第 ${first} 字节` : `第 ${first} 至 ${last} 字节`),
    noBytes: (at) => `第 ${at} 字节处`,
    join: '，',
  },
  findings: {
    // 日志的顺序
    'no-power-on': {
      seen: '日志不是从开机开始的。',
      means: '开头可能被截去。',
      next: '请从档案库或记录仪重新取得日志并比对。',
    },
    'boot-without-power-on': {
      seen: '记录仪重新启动，日志里却没有开机记录。',
      means: '此处可能缺少条目。',
      next: '请检查记录仪，并与档案库的日志比对。',
    },
    'other-device': {
      seen: '日志所写的记录仪不是签名的那一台。',
      means: '可能由两台记录仪的日志拼接而成。',
      next: '请勿使用，从档案库重新取得日志。',
    },
    'mono-backwards': {
      seen: '记录仪的运行时间在此处倒退，正常情况下不会发生。',
      means: '条目顺序有误，或事后插入。',
      next: '请勿使用这一段，并检查记录仪。',
    },
    'recording-reopened': {
      seen: '同一编号的记录被第二次开启。',
      means: '无法确定哪些内容属于它。',
      next: '使用前请先检查记录仪。',
    },
    'recording-unknown': {
      seen: '有条目属于一份从未开启的记录。',
      means: '日志里缺少某份记录的开头。',
      next: '请从档案库重新取得日志并比对。',
    },
    'entry-after-close': {
      seen: '记录结束后又添加了内容。',
      means: '添加的内容不属于记录仪结束时的记录。',
      next: '请勿使用添加的内容，并检查记录仪。',
    },
    'segment-out-of-order': {
      seen: '这一段与前一段不衔接。',
      means: '两段之间的内容缺失，或被挪动。',
      next: '请在档案库查找缺失的段，找到之前按缺口对待。',
    },
    'counts-differ': {
      seen: '记录仪结束时所计的段数或标记数与现有的不符。',
      means: '记录有一部分缺失，或被添加。',
      next: '请从档案库重新取得日志并比对。',
    },
    'object-named-twice': {
      seen: '两个条目指向同一份影像。',
      means: '同一份影像似乎被用了两次。',
      next: '使用前请先检查记录仪。',
    },
    'object-unknown': {
      seen: '日志提到了此前从未登记的影像。',
      means: '较早的条目可能缺失。',
      next: '请从档案库重新取得日志并比对。',
    },
    // 完整性
    'entry-malformed': {
      seen: '日志中有一条无法读取。',
      means: '无法判断它的内容。',
      next: '请从档案库重新取得日志。',
    },
    'entry-altered': {
      seen: '这一条不是记录仪签名的原文。',
      means: '它在签名之后被改动，内容不可采信。',
      next: '请勿使用这份副本，从档案库重新取得日志。',
    },
    'object-altered': {
      seen: '这一段的封存影像与记录仪签名的不一致。',
      means: '它已损坏或被改动，其他各段不受影响。',
      next: '请从档案库或记录仪重新取得这一段。',
    },
    'object-size-differs': {
      seen: '这一段的封存影像比记录仪签名的长或短。',
      means: '有内容被截去或添加，其他各段不受影响。',
      next: '请从档案库或记录仪重新取得这一段。',
    },
    'content-altered': {
      seen: '这一段的画面或声音与记录仪签名的不一致。',
      means: '它在录制之后被改动，其他各段不受影响。',
      next: '请勿使用这一段，从档案库重新取得。',
    },
    'footage-missing': {
      seen: '记录仪签过名的影像不在这里。',
      means: '此处有缺口，现有的内容仍单独作出判断。',
      next: '如记录仪尚未归还，请插入采集站；否则请在档案库查找这一段。',
    },
    'footage-unreadable': {
      seen: '这一段的影像无法打开。',
      means: '缺少密钥，或其结尾不属于它，无法判断其内容。',
      next: '请提供这份记录的密钥，或从档案库重新取得这一段。',
    },
    'bytes-not-covered': {
      seen: '文件里有记录仪从未签名的字节。',
      means: '这些字节不是证据，旁边已签名的影像不受影响。',
      next: '请忽略这些字节，并向交付文件的人询问来源。',
    },
    'file-altered': {
      seen: '有文件与导出清单不一致。',
      means: '它在导出之后损坏或被改动。',
      next: '请从档案库重新导出，使用新的副本。',
    },
    'file-missing': {
      seen: '导出清单上的文件不在这里。',
      means: '这份导出不齐全。',
      next: '请重新复制，或从档案库重新导出。',
    },
    'file-not-listed': {
      seen: '有一个文件不在导出清单上。',
      means: '它是后来添加的，不属于证据。',
      next: '请移除它，并查明由谁放入。',
    },
    'file-malformed': {
      seen: '导出中的一个文件格式不对。',
      means: '无法判断它的内容。',
      next: '请从档案库重新导出，使用新的副本。',
    },
    'statement-missing': {
      seen: '导出中没有档案库签名的说明。',
      means: '不能证明由谁、何时导出，影像仍单独作出判断。',
      next: '请向档案库索取带说明的导出。',
    },
    'recording-key-differs': {
      seen: '所给的密钥不是这份记录开启时的密钥。',
      means: '影像无法用它打开，或不是当时录下的影像。',
      next: '请提供这份记录的密钥。',
    },
    // 签名者
    'checkpoint-unsigned': {
      seen: '记录仪的签名缺失或有误。',
      means: '不能证明这台记录仪录下了这份记录。',
      next: '请勿使用这份副本，从档案库重新取得日志。',
    },
    'certificate-refused': {
      seen: '记录仪的证书不是本单位签发的，或已损坏。',
      means: '不能证明记录仪属于本单位。',
      next: '请确认所给的根证书无误；如无误，请勿采信这份记录。',
    },
    'certificate-of-another': {
      seen: '证书有效，但属于另一台机器或另一种用途。',
      means: '它不能证明由这台记录仪签名。',
      next: '请索取这台记录仪自己的证书。',
    },
    'outside-certificate-validity': {
      seen: '录制时间不在证书的有效期内。',
      means: '签名无误，但证书不涵盖当时；也可能是时钟有误。',
      next: '请向发证单位索取当时的证书，并核实记录仪的时钟。',
    },
    'receipt-refused': {
      seen: '档案库的回执不能成立。',
      means: '不能证明档案库持有这份记录，影像仍单独作出判断。',
      next: '请向档案库索取新的回执。',
    },
    'statement-refused': {
      seen: '档案库导出说明的签名不能成立。',
      means: '不能证明由谁、何时导出，影像仍单独作出判断。',
      next: '请档案库重新导出。',
    },
    // 连续性
    'entry-missing': {
      seen: '日志中缺少一条。',
      means: '它的内容不明，影像也可能随之缺失。',
      next: '请从档案库取得完整的日志。',
    },
    'entry-out-of-order': {
      seen: '日志条目的顺序有误。',
      means: '它们在签名之后被挪动。',
      next: '请勿使用这份副本，从档案库重新取得日志。',
    },
    'recording-missing': {
      seen: '日志里没有所要的记录。',
      means: '这份副本略去了它，或它从来不属于这台记录仪。',
      next: '请核对记录编号和记录仪，并重新取得日志。',
    },
    'rolled-back': {
      seen: '已知这台记录仪有比这份更新的日志。',
      means: '这份副本是旧的，末尾的条目被略去。',
      next: '请使用档案库较新的日志。',
    },
    forked: {
      seen: '同一台记录仪签了两份互相矛盾的日志。',
      means: '其中一份被改写，单凭任何一份都不可采信。',
      next: '请保留两份，停用这台记录仪并送检。',
    },
    'not-compared': {
      seen: '没有这台记录仪的另一份日志可供比对。',
      means: '日志本身完整，但如果最末尾被截去，在此看不出来。',
      next: '如需排除，请与档案库的回执比对。',
    },
    // 收尾
    'recording-open': {
      seen: '记录尚未结束。',
      means: '现有的内容有效，后面可能还有。',
      next: '请等记录结束或记录仪归还后再次核验。',
    },
    'ended-by-power-loss': {
      seen: '记录因记录仪断电而结束。',
      means: '现有的内容有效，断电前最多可能缺少最后一秒。',
      next: '请在案卷中注明断电，并检查电池。',
    },
    'continued-in-another': {
      seen: '拍摄方式改变，记录在此结束，并立即另起一份继续。',
      means: '现有的内容有效，后面的情况在接续的那一份里。',
      next: '请把接续的那一份一并取得。',
    },
    'ended-by-fault': {
      seen: '记录提前结束：存储已满、存储故障、画面中断或电量耗尽。',
      means: '现有的内容有效，此后的情况没有录下。',
      next: '请在案卷中注明原因，并检查记录仪。',
    },
    'segment-recovered': {
      seen: '这一段是断电之后恢复的。',
      means: '结尾可能比实际短，内容不可能被改动。',
      next: '无需处理，请在案卷中注明断电。',
    },
    'no-receipt': {
      seen: '档案库尚未为这份记录签发回执。',
      means: '影像可能完整，但档案库尚未确认全部持有。',
      next: '请等全部送达后再次核验。',
    },
    // 时间
    'clock-free-running': {
      seen: '时钟自行走时，没有卫星、采集站或网络校时。',
      means: '先后顺序和时长可靠，钟点可能有偏差。',
      next: '如需准确时间，请与当时的其他时间来源比对。',
    },
    'clock-stepped': {
      seen: '期间时钟被校准过一次。',
      means: '此处前后的钟点相差校准的幅度，先后顺序和时长可靠。',
      next: '如需准确时间，请以校准后的时间推算。',
    },
    'clock-backwards': {
      seen: '时钟显示的时间比之前更早。',
      means: '此处前后的钟点不能相互比较，先后顺序可靠。',
      next: '如需准确时间，请与当时的其他时间来源比对。',
    },
    'not-understood': {
      seen: '有一条由更新的版本写入。',
      means: '它未被改动，位置正确，但其内容未作判断。',
      next: '请用最新版本再次核验。',
    },
  },
};
