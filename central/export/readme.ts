import {
  cameraOrigin,
  certificateUri,
  checkCoverage,
  decodeEntry,
  EXPORT_FILES,
  findingWords,
  LANGUAGES,
  placeWords,
  type FootageMap,
  type ReadEntry,
  type RecordingMode,
} from '@mingjing/protocol';
import type { ExportSource } from './export-source.ts';

/**
 * What the recipient of an export reads first. Nothing in it needs this project's software but the last line. Lines
 * indented by four are commands, to be run as they stand: they write beside the export, never into it.
 */
export function readmeOf(source: ExportSource, parts: FootageMap['parts']): string {
  const { device, epoch } = source.name;
  const { agency } = source.archive;
  const { cameraChain, checkpoint, list, manifest, tagManifest } = EXPORT_FILES;
  const named = certificateUri({ agency, use: 'evidence', role: 'camera', id: device, epoch });
  return `明镜执法录像导出件 · Mingjing export of a recording
================================================

录像 recording   ${source.recording.recording}
设备 camera      ${device}, ${epoch}
观看 watch       ${parts.map(({ file }) => file).join(' ') || '无影像 no footage'}
清单 list        ${list} (电子数据清单)
${lossOf(source)}${notesOf(source)}
一、不用任何专用软件即可核对
Check it with standard tools alone
---------------------------------
在本目录内执行。机构根证书须另从可信渠道取得,放在 ../root.pem。请勿向本目录写入文件:多出一个文件,核验即不通过。
Run the commands in this directory. Get the agency's root certificate from a source you trust and put it at
../root.pem. Write nothing into this directory: one file more and it no longer verifies.

文件完整性 every file is as it was given out (sha256sum 不会发现多出的文件,mingjing verify 会 / sha256sum does not
find files that were added, mingjing verify does):
    sha256sum --check --quiet ${manifest}
    sha256sum --check --quiet ${tagManifest}

证书链 the certificates lead to the agency's root (-no_check_time: 证据按签署时的有效期判断,不按今天 / evidence is
judged by the time it was signed, not by today's):
    openssl verify -no_check_time -CAfile ../root.pem -untrusted ${cameraChain} ${cameraChain}

证书属于谁 whom the certificate names:
    openssl x509 -in ${cameraChain} -noout -ext subjectAltName
须为 must say: URI:${named}
请与您所知的机构和设备核对 compare it with the agency and camera you expect: urn:mingjing:<agency>:evidence:camera:<id>:<epoch>

记录仪签名 the camera's signature (Ed25519, C2SP signed-note) in ${checkpoint}:
    sed '/^$/,$d' ${checkpoint} > ../checkpoint.text
    sed -n 's|^— ${cameraOrigin(source.name)} ||p' ${checkpoint} | base64 -d | tail -c +5 > ../checkpoint.signature
    openssl x509 -in ${cameraChain} -pubkey -noout > ../camera.pub
    openssl pkeyutl -verify -pubin -inkey ../camera.pub -rawin -in ../checkpoint.text -sigfile ../checkpoint.signature

日志 the journal: every file in data/entries is proven to stand below that signature by the file of the same
number in data/proofs (C2SP tlog-proof, RFC 6962 Merkle tree).
${coverOf(source.recording.opened.body.mode)}

二、一步核对
Or all of it in one step, offline
---------------------------------
    mingjing verify . --root ../root.pem
`;
}

/** How the bytes of the files lead to the content hashes the camera signed. */
function coverOf(mode: RecordingMode): string {
  const { footage } = EXPORT_FILES;
  switch (mode) {
    case 'video':
      return `${footage} 说明视频文件的哪些字节对应哪个分段 says which bytes of the MP4 are which segment: SHA-256 of the
init bytes followed by a segment's bytes is the "content" in its segment-sealed entry.`;
    case 'photo':
      return `照片文件的 SHA-256 即其 segment-sealed 条目中的 "content" the SHA-256 of the photo is the "content" in its
segment-sealed entry:
    sha256sum data/recording-*.jpg`;
    case 'audio':
      return `${footage} 说明录音文件的哪些字节对应哪个分段 says which bytes of the WAV are which segment: its samples, and the
stamp of which its head was made. SHA-256 of that head followed by the samples is the "content" in the segment's
segment-sealed entry. One line a segment (index, SHA-256):
    ${SOUND_HASHES}`;
    default:
      return mode satisfies never;
  }
}

/** Writes the head of each segment of sound again, as `wavHeadOf` does, with nothing but Python 3. */
const SOUND_HASHES = String.raw`python3 -c 'import json,hashlib as H,struct as S;c=lambda n,x:n+S.pack("<I",len(x))+x+bytes(len(x)%2);f=lambda t:b"RIFF\xff\xff\xff\xffWAVE"+c(b"fmt ",S.pack("<HHIIHH",1,1,48000,96000,2,16))+c(b"mjst",t);g=lambda h:h+c(b"JUNK",bytes(65520-len(h)))+b"data\xff\xff\xff\xff";[print(s["segment"],H.sha256((g(f(d[slice(*s["stamp"])])) if "stamp" in s else b"")+d[slice(*s["bytes"])]).hexdigest()) for p in json.load(open("data/footage.json"))["parts"] for d in [open(p["file"],"rb").read()] for s in p["segments"]]'`;

/** What the camera itself says is not in the footage; the verdict says the same. */
function notesOf({ recording, entries }: ExportSource): string {
  const read = new Map<number, ReadEntry>();
  for (const { index, bytes } of entries) {
    const entry = readable(bytes);
    if (entry !== undefined) read.set(index, entry);
  }
  return checkCoverage(recording, { recordings: new Map(), read })
    .map(({ code, place: { segment, times, other } }) => {
      const place = {
        ...(segment === undefined ? {} : { segment }),
        ...(times === undefined ? {} : { times }),
        ...(other === undefined ? {} : { other }),
      };
      const said = LANGUAGES.map((language) => findingWords(code, language).seen).join(' ');
      return `注意 note        ${said} ${placeWords(place, 'en')}\n`;
    })
    .join('');
}

function readable(bytes: Uint8Array): ReadEntry | undefined {
  try {
    return decodeEntry(bytes);
  } catch {
    return undefined; // the verdict names it
  }
}

function lossOf({ lost }: ExportSource): string {
  if (lost.length === 0) return '';
  const segments = lost.map(({ index }) => index).join(', ');
  return `缺失 lost        分段 segment ${segments}(记录仪日志载明已丢失 lost on the camera, as its journal says)\n`;
}
