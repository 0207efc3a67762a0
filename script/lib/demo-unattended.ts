import { setTimeout as delay } from 'node:timers/promises';
import type { Verdict } from '@mingjing/protocol';
import { formatVerdict } from '../../provisioning/verify/report.ts';
import type { Fleet } from '../../test/support/fleet.ts';
import { until } from '../../test/support/processes.ts';
import { mingjing } from '../../test/support/server-room.ts';

const PRE_RECORD_SECONDS = 9.5; // ten seconds, less what a fragment may be short
const RECORD_MS = 20_000;

/** Record, mark, stop, dock, upload, export, verify: nobody touches anything. Gives the exit code. */
export async function unattended(fleet: Fleet): Promise<number> {
  const began = Date.now();
  const step = (zh: string, en: string): void => {
    process.stdout.write(`${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s  ${zh} · ${en}\n`);
  };
  step('预录缓存填充中', 'filling the pre-record ring');
  await until('10 s of pre-record', async () => (await fleet.status()).ringSeconds >= PRE_RECORD_SECONDS);
  const { recording } = await fleet.press('record');
  if (recording === undefined) throw new Error('the camera did not begin to record; see .demo/camera.log');
  step('开始录像,含 10 秒预录', 'recording, with 10 s of pre-record');
  await delay(RECORD_MS / 2);
  await fleet.press('mark');
  step('标记', 'marked');
  await delay(RECORD_MS / 2);
  await fleet.press('stop');
  step('停止', 'stopped');
  await fleet.attach(true);
  step('放入采集站', 'docked');
  const { journalSize } = await until('the camera is empty', async () => {
    const status = await fleet.status();
    return status.unreceipted === 0 && status;
  });
  step(
    '已上传,收到回执,记录仪已清空',
    `uploaded, receipted, camera cleared (${journalSize} journal entries)`,
  );
  const out = await fleet.export(recording);
  step('已导出', `exported to ${out}`);
  const verdict = JSON.parse(await mingjing('verify', out, '--root', fleet.root, '--json')) as Verdict;
  step('已校验', 'verified');
  process.stdout.write(
    `\n${formatVerdict(verdict, 'zh', process.stdout.isTTY)}\n${formatVerdict(verdict, 'en', process.stdout.isTTY)}\n`,
  );
  return verdict.answer === 'good' ? 0 : 1;
}
