import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { formatVerifierKey, readCertificate, dockKeyName } from '@mingjing/protocol';
import { IDENTITY_FILES, writeDurably } from '@mingjing/runtime';
import { issueEnrolment } from './agency/issue-enrolment.ts';
import { openAgency } from './agency/open-agency.ts';
import { describeMachine, requireMachine, type Machine } from './core/machine.ts';
import { enrolLocally } from './enrolment/enrol-locally.ts';
import { readRequest, readResponse } from './enrolment/files.ts';
import { installEnrolment, rootFingerprint } from './enrolment/install-enrolment.ts';
import { requestEnrolment } from './enrolment/request-enrolment.ts';
import { readPassphrase, say, wholeNumber } from './options.ts';

interface AtAgency {
  readonly agency: string;
  readonly passphraseFile?: string;
  readonly host?: string[];
  readonly epoch?: number;
}

const ROLE = '<camera|dock|archive>';
const REQUEST_FILE = 'enrolment-request.json';

/** `mingjing enrol`: all three steps on one machine, or each by itself. */
export function command(): Command {
  const enrol = new Command('enrol')
    .description(
      '登记设备。设备的私钥永不离开设备：设备上 request，机构处 issue，设备上 install；或在同一台机器上一步完成。\n' +
        'Enrols a machine. Its keys never leave it: request on the machine, issue at the agency, install on the ' +
        'machine; or all at once on one machine.',
    )
    .usage('<camera|dock|archive> <id> --agency <directory> --out <directory>');
  enrol
    .command('local', { isDefault: true })
    .description('在一台机器上一步完成 · all at once on one machine')
    .argument(ROLE, '设备类别 · what it is')
    .argument('<id>', '设备标识：a-z 0-9 - · its identifier')
    .addOption(agencyOption())
    .requiredOption('--out <directory>', '设备身份目录 · where its identity goes')
    .addOption(epochOption())
    .addOption(hostOption())
    .addOption(passphraseOption())
    .option(
      '--may-unseal',
      '仅档案库：把机构的 age 私钥放到此机，此机即可打开并播放全部录像。\n' +
        "archives only: puts the agency's age key on this machine, which can then open and play ALL footage.",
    )
    .action(enrolHere);
  enrol
    .command('request')
    .description('在设备上生成密钥与申请 · on the machine: make keys and a request')
    .argument(ROLE)
    .argument('<id>')
    .requiredOption('--out <directory>', '设备身份目录 · its identity directory')
    .addOption(epochOption())
    .option('--request <file>', `申请文件 · the request (default: <out>/${REQUEST_FILE})`)
    .action(request);
  enrol
    .command('issue')
    .description('在机构处签发；设备由操作者指名 · at the agency: issue to the machine named here')
    .argument(ROLE)
    .argument('<id>')
    .addOption(agencyOption())
    .requiredOption('--request <file>', '申请文件 · the request')
    .requiredOption('--response <file>', '答复文件 · where the response goes')
    .addOption(epochOption())
    .addOption(hostOption())
    .addOption(passphraseOption())
    .action(issue);
  enrol
    .command('install')
    .description('在设备上核对并安装证书 · on the machine: check and install')
    .requiredOption('--out <directory>', '设备身份目录 · its identity directory')
    .requiredOption('--response <file>', '答复文件 · the response')
    .option('--root-fingerprint <hex>', '另行告知的根证书 SHA-256 · of the root, told by another way')
    .action(install);
  return enrol;
}

async function enrolHere(
  role: string,
  id: string,
  options: AtAgency & { out: string; mayUnseal?: boolean },
): Promise<void> {
  const machine = requireMachine(role, id, options.epoch);
  const agency = openAgency(options.agency, readPassphrase(options.passphraseFile));
  await enrolLocally(agency, machine, options.out, {
    hosts: options.host ?? [],
    mayUnseal: options.mayUnseal ?? false,
  });
  say(`已登记 · enrolled: ${describeMachine(machine)} → ${options.out}`);
  sayWitnessKey(machine, readFileSync(join(options.out, IDENTITY_FILES.evidenceChain), 'utf8'));
  if (options.mayUnseal === true) {
    say('注意：此机现在可以打开并播放全部录像 · note: this machine can now open and play all footage');
  }
}

async function request(
  role: string,
  id: string,
  options: { out: string; epoch?: number; request?: string },
): Promise<void> {
  const machine = requireMachine(role, id, options.epoch);
  const file = await requestEnrolment(options.out, machine);
  const path = options.request ?? join(options.out, REQUEST_FILE);
  writeDurably(
    path,
    `${JSON.stringify(file, undefined, 2)}
`,
  );
  say(
    `申请已写好，不含任何私钥 · the request is written and holds no secret: ${path}`,
    `交给机构签发 · have it issued: mingjing enrol issue ${role} ${id} …`,
  );
}

async function issue(
  role: string,
  id: string,
  options: AtAgency & { request: string; response: string },
): Promise<void> {
  const machine = requireMachine(role, id, options.epoch);
  const agency = openAgency(options.agency, readPassphrase(options.passphraseFile));
  const response = await issueEnrolment(agency, machine, readRequest(options.request), {
    hosts: options.host ?? [],
  });
  writeDurably(options.response, `${JSON.stringify(response, undefined, 2)}\n`);
  say(
    `已签发 · issued: ${describeMachine(machine)} → ${options.response}`,
    `根证书 SHA-256，请另行告知安装者 · root, tell it to who installs: ${rootFingerprint(agency.root)}`,
  );
  sayWitnessKey(machine, response.evidence?.[0]);
}

function install(options: { out: string; response: string; rootFingerprint?: string }): void {
  const response = readResponse(options.response);
  const expected = options.rootFingerprint === undefined ? {} : { rootFingerprint: options.rootFingerprint };
  installEnrolment(options.out, response, expected);
  say(
    `已安装 · installed: ${describeMachine(response)} (${response.agency.id}, ${response.agency.name})`,
    `根证书 SHA-256 · root: ${rootFingerprint(response.root)}`,
  );
  sayWitnessKey(response, response.evidence?.[0]);
}

/** `evidence`: PEM, the machine's own certificate first. */
function sayWitnessKey({ role, id }: Pick<Machine, 'role' | 'id'>, evidence: string | undefined): void {
  if (role !== 'dock' || evidence === undefined) return;
  const { publicKey } = readCertificate(evidence);
  const key = formatVerifierKey({ name: dockKeyName(id), type: 'cosignature', publicKey });
  say(`见证公钥 · witness key, for whoever checks its cosignatures: ${key}`);
}

function agencyOption(): Option {
  return new Option('--agency <directory>', '机构目录 · the agency’s directory').makeOptionMandatory();
}

function epochOption(): Option {
  return new Option(
    '--epoch <n>',
    '记录仪第几把取证密钥（默认 1） · which evidence key of a camera',
  ).argParser(wholeNumber);
}

function hostOption(): Option {
  return new Option('--host <name...>', 'TLS 证书中的其他主机名或地址 · more host names or addresses');
}

function passphraseOption(): Option {
  return new Option('--passphrase-file <file>', '机构私钥的口令 · passphrase of the agency’s keys');
}
