import { join } from 'node:path';
import { Command } from 'commander';
import { createAgency } from './agency/create-agency.ts';
import { AGENCY_FILES } from './agency/files.ts';
import { openAgency } from './agency/open-agency.ts';
import { revokeMachine, writeRevocations } from './agency/revocations.ts';
import { requireMachine } from './core/machine.ts';
import { REVOCATION_DAYS } from './core/validity.ts';
import { rootFingerprint } from './enrolment/install-enrolment.ts';
import { readPassphrase, say, wholeNumber } from './options.ts';

interface InitOptions {
  readonly dir: string;
  readonly agency: string;
  readonly name: string;
  readonly years?: number;
  readonly passphraseFile?: string;
}

/** `mingjing agency`. */
export function command(): Command {
  const agency = new Command('agency').description('机构的根 · the root of an agency');
  agency
    .command('init')
    .description(
      '建立机构：根证书、签发证书、两把 age 密钥。不需要网络，不覆盖任何文件。\n' +
        'Founds an agency: root, issuing authority, two age keys. Needs no network, writes over nothing.',
    )
    .requiredOption('--dir <directory>', '机构目录（须尚不存在） · where to put it; must not exist yet')
    .requiredOption('--agency <id>', '机构标识：a-z 0-9 - · identifier of the agency')
    .requiredOption('--name <text>', '机构名称 · its name')
    .option('--years <n>', '根证书有效年数（默认 20） · validity of the root (default 20)', wholeNumber)
    .option(
      '--passphrase-file <file>',
      '用此文件首行口令密封全部私钥 · seal every private key with the first line of this file',
    )
    .action(init);
  revocationCommands(agency);
  return agency;
}

interface RevocationOptions {
  readonly dir: string;
  readonly out: string;
  readonly days?: number;
  readonly passphraseFile?: string;
}

function revocationCommands(agency: Command): void {
  const revoke = agency
    .command('revoke')
    .description(
      '吊销一台机器的全部证书，并写出新的吊销名单；采集站不再接收其内容。\n' +
        'Takes back every certificate of a machine and writes a new list; docks refuse it from then on.',
    )
    .argument('<role>', 'camera | dock | archive')
    .argument('<id>', '机器标识 · identifier of the machine')
    .action(async (role: string, id: string, options: RevocationOptions) => {
      const taken = revokeMachine(options.dir, openAgency(options.dir), requireMachine(role, id));
      say(...taken.map(({ uri, serial }) => `已吊销 · revoked: ${uri} (${serial})`));
      await writeList(options);
    });
  const list = agency
    .command('revocations')
    .description('重新签发吊销名单，内容不变 · signs the list anew, with what it holds')
    .action(writeList);
  for (const command of [revoke, list])
    command
      .requiredOption('--dir <directory>', '机构目录 · the agency’s directory')
      .requiredOption('--out <file>', '写出的名单，如 crl.pem · where to put the list')
      .option('--days <n>', `有效天数（默认 ${REVOCATION_DAYS.usual}） · until the next one`, wholeNumber)
      .option('--passphrase-file <file>', '密封私钥的口令文件 · what the keys are sealed with');
}

async function writeList(options: RevocationOptions): Promise<void> {
  const agency = openAgency(options.dir, readPassphrase(options.passphraseFile));
  const { days } = options;
  await writeRevocations(options.dir, agency, options.out, days === undefined ? {} : { days });
  say(
    `名单 · list: ${options.out}`,
    '请放入每个采集站的身份目录 · put it into the identity directory of each dock',
  );
}

async function init(options: InitOptions): Promise<void> {
  const passphrase = readPassphrase(options.passphraseFile);
  await createAgency({
    directory: options.dir,
    id: options.agency,
    name: options.name,
    ...(options.years === undefined ? {} : { years: options.years }),
    ...(passphrase === undefined ? {} : { passphrase }),
  });
  const { about, root } = openAgency(options.dir);
  const at = (file: string): string => join(options.dir, file);
  say(
    `机构已建立 · agency founded: ${about.id} (${about.name})`,
    `根证书 SHA-256 · root: ${rootFingerprint(root)}`,
    '',
    '请离线保存，勿留在联网的机器上 · keep these off every machine on a network:',
    `  ${at(AGENCY_FILES.rootKey)}  签发签发证书 · signs issuing authorities`,
    `  ${at(AGENCY_FILES.recoveryAgeKey)}  丢失机构密钥时打开录像 · opens footage when the agency's key is lost`,
    '登记设备时需要 · needed to enrol machines:',
    `  ${at(AGENCY_FILES.issuingKey)}`,
    '可打开全部录像 · opens all footage:',
    `  ${at(AGENCY_FILES.agencyAgeKey)}`,
  );
}
