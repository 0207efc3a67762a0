import { cameraOrigin, EXPORT_FILES, footageFile } from '@mingjing/protocol';
import type { ExportSource } from './export-source.ts';

/** What the recipient of an export reads first. Nothing in it needs this project's software but the last line. */
export function readmeOf(source: ExportSource): string {
  const { device, epoch } = source.name;
  return `明镜执法录像导出件 · Mingjing export of a recording
================================================

录像 recording   ${source.recording.recording}
设备 camera      ${device}, ${epoch}
观看 watch       ${footageFile(0)}
清单 list        ${EXPORT_FILES.list} (电子数据清单)

一、不用任何专用软件即可核对
Check it with standard tools alone
---------------------------------
文件完整性 every file is as it was given out:
    sha256sum --check --quiet ${EXPORT_FILES.manifest}
    sha256sum --check --quiet ${EXPORT_FILES.tagManifest}

证书链 the certificates lead to the agency's root (root.pem from a source you trust):
    openssl verify -CAfile root.pem -untrusted ${EXPORT_FILES.cameraChain} ${EXPORT_FILES.cameraChain}

摄像机签名 the camera's signature (Ed25519, C2SP signed-note) in ${EXPORT_FILES.checkpoint}:
    sed '/^$/,$d' ${EXPORT_FILES.checkpoint} > text
    sed -n 's|^— ${cameraOrigin(source.name)} ||p' ${EXPORT_FILES.checkpoint} | base64 -d | tail -c +5 > signature
    openssl x509 -in ${EXPORT_FILES.cameraChain} -pubkey -noout > camera.pub
    openssl pkeyutl -verify -pubin -inkey camera.pub -rawin -in text -sigfile signature

日志 the journal: every file in data/entries is proven to stand below that signature by the file of the same
number in data/proofs (C2SP tlog-proof, RFC 6962 Merkle tree).
    ${EXPORT_FILES.footage} 说明视频文件的哪些字节对应哪个分段 says which bytes of the MP4 are which segment: SHA-256 of the
    init bytes followed by a segment's bytes is the "content" in its segment-sealed entry.

二、一步核对
Or all of it in one step, offline
---------------------------------
    mingjing verify . --root root.pem
`;
}
