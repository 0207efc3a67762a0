import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '@mingjing/runtime';

/**
 * One server per state directory: two would write each other's review link and sweep each other's uploads. The lock is
 * SQLite's on an empty database of its own; the kernel lets go of it when the process ends, however it ends. Commands
 * that run beside the server do not take it.
 */
export function lockState(stateDirectory: string): { close(): void } {
  mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
  const lock = openDatabase(join(stateDirectory, 'server.lock'), []);
  lock.pragma('busy_timeout = 0');
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    throw new Error(
      `另一个存档服务正在使用 ${stateDirectory} · another archive is running on ${stateDirectory}`,
      { cause },
    );
  }
  return lock;
}
