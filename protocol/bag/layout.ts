import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { fromUtf8, toUtf8 } from '../encoding/bytes.ts';
import { ProtocolError } from '../errors.ts';
import { Bytes, Count, Id, RecordingId, Text } from '../journal/entry-schema.ts';
import { MEDIA, type RecordingMode } from '../media/playable.ts';
import { JOINED_HEAD_BYTES, joinedTailLayout } from '../media/wav.ts';
import { archiveKeyName } from '../note/names.ts';

/** Where things stand in an export. See docs/PROTOCOL.md, "Export". */
export const EXPORT_FILES = {
  declaration: 'bagit.txt',
  info: 'bag-info.txt',
  manifest: 'manifest-sha256.txt',
  tagManifest: 'tagmanifest-sha256.txt',
  statement: 'statement.note',
  readme: 'README.txt',
  checkpoint: 'data/checkpoint.note',
  receipt: 'data/receipt.note',
  cameraChain: 'data/certificates/camera.pem',
  archiveChain: 'data/certificates/archive.pem',
  footage: 'data/footage.json',
  list: 'data/evidence-list.csv',
  recordingKey: 'data/recording-key.txt',
} as const;

export function footageFile(part: number, mode: RecordingMode): string {
  return `data/recording-${part + 1}.${MEDIA[mode].extension}`;
}

export function entryFile(index: number): string {
  return `data/entries/${String(index).padStart(9, '0')}.json`;
}

export function proofFile(index: number): string {
  return `data/proofs/${String(index).padStart(9, '0')}.tlog-proof`;
}

export function sealedFile(object: string): string {
  return `data/sealed/${object}.age`;
}

const Range = Type.Tuple([Bytes, Bytes]);

/**
 * The map from segments to the files made of them. A part is what its segments have in common at their beginning (of an MP4
 * the init segment; nothing, where a segment stands as it is), then the rest of each, nothing between them: a segment's
 * plaintext is the part's init followed by its range. Segments of sound are joined into one WAV, and each has a `stamp`,
 * which is the range of its stamp in the file: its plaintext is what `wavHeadOf` makes of the stamp, followed by its
 * range; the part's init is then the head of the joined file alone (see `joinWavs`).
 */
export const FootageMap = Type.Object(
  {
    device: Id,
    epoch: Count,
    recording: RecordingId,
    parts: Type.Array(
      Type.Object(
        {
          file: Text,
          init: Range,
          segments: Type.Array(
            Type.Object(
              { segment: Count, bytes: Range, stamp: Type.Optional(Range) },
              { additionalProperties: false },
            ),
            { maxItems: 1_000_000 },
          ),
        },
        { additionalProperties: false },
      ),
      { maxItems: 10_000 },
    ),
  },
  { additionalProperties: false },
);
export type FootageMap = Static<typeof FootageMap>;
const footageMap = Compile(FootageMap);

/** `code` 'bad-bag'. */
export function parseFootageMap(bytes: Uint8Array): FootageMap {
  let value: unknown;
  try {
    const text = fromUtf8(bytes);
    value = JSON.parse(text);
    if (`${JSON.stringify(value)}\n` !== text)
      throw new ProtocolError('bad-encoding', 'not spelled as JSON.stringify spells it');
  } catch (cause) {
    throw new ProtocolError('bad-bag', `${EXPORT_FILES.footage} cannot be read in one way only`, { cause });
  }
  if (!footageMap.Check(value))
    throw new ProtocolError('bad-bag', `${EXPORT_FILES.footage} does not fit its schema`);
  return value;
}

export type FootagePart = FootageMap['parts'][number];

/** Whether a part is a joined WAV. */
export function isJoined({ segments }: FootagePart): boolean {
  return segments.some(({ stamp }) => stamp !== undefined);
}

/**
 * First byte of a part that no range covers, or that two cover; undefined if init and segments cover what there is. A
 * file that ends early is not told here: the hash of its last segment does not fit. The head and tail of a joined WAV
 * count as covered: they follow from its samples and stamps, and whoever reads the file MUST make them anew and compare.
 */
export function uncoveredFrom(part: FootagePart, size: number): number | undefined {
  let end = 0;
  for (const [from, to] of [part.init, ...part.segments.map((segment) => segment.bytes)]) {
    if (from !== end || to < from) return end;
    end = to;
  }
  if (!isJoined(part)) return end < size ? end : undefined;
  if (part.init[1] !== JOINED_HEAD_BYTES) return 0;
  const stamps = part.segments.map(({ stamp: [from, to] = [0, 0] }) => to - from);
  if (stamps.some((bytes) => bytes <= 0)) return end;
  const tail = joinedTailLayout(stamps);
  const fits = part.segments.every(({ stamp }, n) => stamp?.[0] === end + (tail.stamps[n] ?? 0));
  if (!fits) return end;
  return end + tail.bytes < size ? end + tail.bytes : undefined;
}

/** What the archive signs about an export: that it made it, and every file in it by way of the manifests. */
export function formatStatement(statement: {
  archive: string;
  device: string;
  epoch: number;
  recording: string;
  /** File → SHA-256: the payload manifest and the tag files a reader sees. */
  files: ReadonlyMap<string, string>;
}): string {
  const { archive, device, epoch, recording, files } = statement;
  const lines = [...files.keys()].sort().map((file) => `${file} ${files.get(file) ?? ''}`);
  return [statementOrigin(archive), `recording ${device}/${epoch}/${recording}`, ...lines, ''].join('\n');
}

export function statementOrigin(archive: string): string {
  return `${archiveKeyName(archive)}/export`;
}

/** Kinds of file in an export, for the list of electronic evidence (电子数据清单, A-4). */
const KINDS: readonly (readonly [RegExp, string, string])[] = [
  [/^data\/recording-\d+\.mp4$/, '视听资料(录音录像) / footage', 'MP4 (H.264, AAC)'],
  [/^data\/recording-\d+\.wav$/, '视听资料(录音) / sound recording', 'WAV (PCM, 48 kHz, 16 bit)'],
  [/^data\/recording-\d+\.jpg$/, '照片 / photo', 'JPEG'],
  [/^data\/entries\//, '执法记录日志条目 / journal entry', 'JSON'],
  [/^data\/proofs\//, '日志包含证明 / inclusion proof', 'C2SP tlog-proof'],
  [/\.note$/, '电子签名 / signed note', 'C2SP signed-note'],
  [/\.pem$/, '数字证书 / certificate', 'X.509 PEM'],
  [/^data\/sealed\//, '密封原始数据 / sealed object', 'age v1'],
  [/^data\/recording-key\.txt$/, '本录像密钥 / key of this recording', 'age identity'],
  [/./, '索引 / index', 'JSON'],
];

/** The list itself: CSV (RFC 4180) with a byte-order mark, so that office programs read the Chinese. */
export function formatEvidenceList(
  files: readonly { path: string; size: number; sha256: string }[],
): Uint8Array {
  const head = [
    '序号 No.',
    '文件 File',
    '种类 Kind',
    '格式 Format',
    '大小(字节) Size',
    '完整性校验值 SHA-256',
  ];
  const rows = files.map(({ path, size, sha256 }, n) => {
    const [, kind = '', format = ''] = KINDS.find(([pattern]) => pattern.test(path)) ?? [];
    return [String(n + 1), path, kind, format, String(size), sha256];
  });
  const lines = [head, ...rows].map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(','));
  return toUtf8(`\uFEFF${lines.join('\r\n')}\r\n`);
}
