import { mkdirSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { hybridIdentity, x25519Identity, type Identity } from '@mingjing/protocol';
import {
  IDENTITY_FILES,
  loadEvidenceIdentity,
  loadLines,
  loadRoots,
  type EvidenceIdentity,
} from '@mingjing/runtime';
import { DirectoryObjects } from './adapters/directory-objects/directory-objects.ts';
import { SqliteCatalogue } from './adapters/sqlite-catalogue.ts';
import { SqliteCustody } from './adapters/sqlite-custody.ts';
import type { ArchiveConfig } from './config.ts';
import type { Catalogue } from './ports/catalogue.ts';
import type { CustodyStore } from './ports/custody-store.ts';
import type { ObjectStore } from './ports/object-store.ts';

/** What an archive is made of, without its servers: for the server, and for commands that run beside it. */
export interface OpenArchive {
  readonly archive: string;
  readonly agency: string;
  readonly catalogue: Catalogue;
  readonly objects: ObjectStore;
  readonly custody: CustodyStore;
  readonly evidence: EvidenceIdentity;
  readonly roots: readonly string[];
  /** Empty: this archive keeps footage it cannot open. */
  readonly unsealing: readonly Identity[];
  close(): void;
}

/** Opens the stores and the identity. Commands read the catalogue and append to the custody log, nothing else. */
export async function openArchive(
  config: Pick<ArchiveConfig, 'identityDirectory' | 'stateDirectory' | 'objectsDirectory'>,
  onDamaged?: (what: string) => void,
): Promise<OpenArchive> {
  const { identityDirectory, stateDirectory, objectsDirectory } = config;
  const evidence = loadEvidenceIdentity(identityDirectory, 'archive');
  mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
  mkdirSync(objectsDirectory, { recursive: true, mode: 0o700 });
  const catalogue = new SqliteCatalogue(join(stateDirectory, 'catalogue.sqlite'));
  const custody = new SqliteCustody(join(stateDirectory, 'custody.sqlite'));
  const { id, agency } = evidence.certificate.name;
  return {
    archive: id,
    agency,
    catalogue,
    objects: new DirectoryObjects(objectsDirectory, onDamaged),
    custody,
    evidence,
    roots: loadRoots(identityDirectory),
    unsealing: await loadUnsealing(identityDirectory),
    close: () => {
      catalogue.close();
      custody.close();
    },
  };
}

async function loadUnsealing(directory: string): Promise<Identity[]> {
  try {
    await access(join(directory, IDENTITY_FILES.unsealing));
  } catch {
    return []; // this archive was enrolled without it
  }
  return loadLines(directory, IDENTITY_FILES.unsealing).map((line) =>
    line.startsWith('AGE-SECRET-KEY-PQ-') ? hybridIdentity(line) : x25519Identity(line),
  );
}
