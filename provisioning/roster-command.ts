import { Command } from 'commander';
import { MAX_ROSTER_BYTES, ProtocolError, signRoster, type RosterFile } from '@mingjing/protocol';
import { loadEvidenceIdentity, writeDurably } from '@mingjing/runtime';
import { readLimited } from './adapters/private-files.ts';
import { ProvisioningError } from './core/errors.ts';
import { say, wholeNumber } from './options.ts';

interface SignOptions {
  readonly identity: string;
  readonly officers: string;
  readonly rosterVersion: number;
  readonly out: string;
}

/** `mingjing roster`. */
export function command(): Command {
  const roster = new Command('roster').description('执法人员名册 · the roster of officers');
  roster
    .command('sign')
    .description(
      '在档案库上签署名册，再放到各采集站。名册是 JSON 列表，每人一项：number、name、unit、certificate、validUntil、card、pinEpoch。\n' +
        'Signs a roster with the archive’s key, on the archive; then put it on each dock. The roster is a JSON list with, ' +
        'for each officer: number, name, unit, certificate, validUntil, card, pinEpoch.',
    )
    .requiredOption('--identity <directory>', '档案库的身份目录 · the archive’s identity directory')
    .requiredOption('--officers <file>', '名册 · the officers, JSON')
    .requiredOption(
      '--roster-version <n>',
      '版本号，每次递增；采集站不接受更旧的版本 · grows each time; docks take no older one',
      wholeNumber,
    )
    .requiredOption('--out <file>', '签好的名册 · where the signed roster goes')
    .action(sign);
  return roster;
}

function sign({ identity, officers, rosterVersion: version, out }: SignOptions): void {
  const { certificate, signer, chain } = loadEvidenceIdentity(identity, 'archive');
  const file = signed(() =>
    signRoster(certificate.name.id, version, readOfficers(officers), { signer, chain }),
  );
  writeDurably(out, JSON.stringify(file), 0o644);
  say(
    `已签署 · signed: ${out}`,
    `版本 · version: ${version}`,
    '请放到各采集站配置中 desk.roster 所指之处 · put it on each dock, where its desk.roster points',
  );
}

function readOfficers(path: string): unknown {
  const text = readLimited(path, MAX_ROSTER_BYTES, 'bad-argument');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ProvisioningError('bad-argument', `${path} is not JSON`, { cause });
  }
}

function signed(make: () => RosterFile): RosterFile {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    throw new ProvisioningError(
      'bad-argument',
      `名册不能签署 · this roster cannot be signed: ${cause.message}`,
      {
        cause,
      },
    );
  }
}
