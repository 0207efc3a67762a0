import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cameraOrigin, noteSigner, sha256, signNote, toHex, toUtf8 } from '@mingjing/protocol';
import { writeDurably, type EvidenceIdentity } from '@mingjing/runtime';
import type { Diagnosis } from '../core/diagnosis.ts';
import { diagnosisPage } from '../core/diagnosis-page.ts';
import type { Journal } from '../ports/journal.ts';

/**
 * Report, its signature (a signed note: `<origin>/diagnosis`, then SHA-256 of the report's bytes) and the page beside each
 * other in `diagnosis/`; the journal names the report by the same hash. A medium that takes nothing is no reason to
 * keep the page from whoever asked for it elsewhere.
 */
export function fileReport(
  diagnosis: Diagnosis,
  stateDirectory: string,
  evidence: EvidenceIdentity,
  journal: Journal | undefined,
  html: string | undefined,
): void {
  const { device, epoch, at, result, software } = diagnosis;
  const report = toUtf8(JSON.stringify(diagnosis));
  const hash = toHex(sha256(report));
  const origin = cameraOrigin({ device, epoch });
  const note = signNote(`${origin}/diagnosis\n${hash}\n`, noteSigner(origin, evidence.signer));
  const entry = attempt(() => journal && nameReport(journal, software, hash, result));
  const proof = entry === undefined ? undefined : { sha256: hash, entry };
  const page = toUtf8(diagnosisPage(diagnosis, proof));
  attempt(() => {
    const directory = join(stateDirectory, 'diagnosis');
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const path = join(directory, at.replaceAll(/[:.]/g, '-'));
    writeDurably(`${path}.json`, report);
    writeDurably(`${path}.note`, toUtf8(note));
    writeDurably(`${path}.html`, page);
  });
  if (html !== undefined) writeDurably(html, page);
}

/** A boot of its own: nothing in a journal stands outside of one. */
function nameReport(journal: Journal, software: string, report: string, result: string): number {
  const { device, epoch } = journal.name;
  const { last } = journal;
  const cause = last === undefined || last.type === 'power-off' ? 'start' : 'after-power-loss';
  journal.append({ type: 'power-on', device, epoch, software, cause });
  const entry = journal.append({ type: 'diagnosed', report, result });
  journal.append({ type: 'power-off', reason: 'diagnosed' });
  return entry;
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'it could not be written';
    process.stderr.write(`报告未能保存 · the report could not be kept: ${reason}\n`);
    return undefined;
  }
}
