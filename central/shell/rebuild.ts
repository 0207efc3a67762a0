import { cameraOrigin } from '@mingjing/protocol';
import type { Log } from '@mingjing/runtime';
import { DERIVATION, type Fact } from '../core/facts.ts';
import type { Catalogue } from '../ports/catalogue.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { replayed } from './replays.ts';

/** Derives again all that follows from the journals' entries and from what the store holds. */
export async function rebuildCatalogue(catalogue: Catalogue, objects: ObjectStore, log: Log): Promise<void> {
  for (const { name, size } of await catalogue.journals()) {
    const facts: Fact[] = [];
    for await (const page of replayed(catalogue, name, size)) facts.push(...page);
    await catalogue.rebuild(name, facts);
    for (const fact of facts) if (fact.fact === 'named') await confirm(catalogue, objects, fact.named);
    log.info({ journal: cameraOrigin(name), entries: size }, 'catalogue rebuilt');
  }
  await catalogue.derivedBy(DERIVATION);
}

async function confirm(
  catalogue: Catalogue,
  objects: ObjectStore,
  { object, size }: { object: string; size: number },
): Promise<void> {
  const held = await objects.confirm(object);
  if (held === size) await catalogue.objectStored(object, size, new Date().toISOString());
  if (held === undefined) await catalogue.objectGone(object);
}
