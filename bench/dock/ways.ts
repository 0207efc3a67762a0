import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TestAgency } from '../../test/support/agency.ts';
import { runOurs } from './ours.ts';
import { runRsync, whyNoRsync } from './rsync.ts';
import { meter, Role, type Figures, type Job } from './stage.ts';

const file = (name: string): string => join(import.meta.dirname, name);

export interface Way {
  readonly name: string;
  readonly hops: 1 | 2;
  readonly tls: boolean;
  /** Why it is not tried; undefined: it is. */
  readonly skipped?: string | undefined;
  run(job: Job): Promise<Figures>;
}

/** All ways of moving the same objects. The dock's own line is TLS only. */
export function allWays(agency: TestAgency): readonly Way[] {
  const secure = [true, false];
  const noTus = existsSync(file('../../node_modules/@tus/server'))
    ? undefined
    : '@tus/server is not installed';
  return [
    { name: 'dock', hops: 2, tls: true, run: (job) => runOurs(job, agency) },
    ...secure.map((tls): Way => ({ name: 'bare', hops: 2, tls, run: bareRelayed })),
    ...secure.map((tls): Way => ({ name: 'bare', hops: 1, tls, run: bareDirect })),
    ...secure.map((tls): Way => ({ name: 'pipeline', hops: 2, tls, run: pipelineRelayed })),
    ...secure.map((tls): Way => ({ name: 'pipeline', hops: 1, tls, run: pipelineDirect })),
    ...secure.map((tls): Way => ({ name: 'tus', hops: 1, tls, skipped: noTus, run: tus })),
    { name: 'rsync', hops: 1, tls: false, skipped: whyNoRsync(), run: runRsync },
  ];
}

type Port = { readonly port: number };

async function bareRelayed(job: Job): Promise<Figures> {
  return await withRoles(async (start) => {
    const source = await start('bare.ts', 'source', job);
    const relay = await start('bare.ts', 'relay', job, { port: source.port });
    return (await start('bare.ts', 'sink', job, { port: relay.port })).role;
  });
}

async function bareDirect(job: Job): Promise<Figures> {
  return await withRoles(async (start) => {
    const source = await start('bare.ts', 'source', job);
    return (await start('bare.ts', 'sink', job, { port: source.port })).role;
  });
}

async function pipelineRelayed(job: Job): Promise<Figures> {
  return await withRoles(async (start) => {
    const source = await start('pipeline.ts', 'source', job);
    const sink = await start('pipeline.ts', 'sink', job);
    return (await start('pipeline.ts', 'relay', job, { from: source.port, to: sink.port })).role;
  });
}

async function pipelineDirect(job: Job): Promise<Figures> {
  return await withRoles(async (start) => {
    const source = await start('pipeline.ts', 'source', job);
    return (await start('pipeline.ts', 'fetching', job, { from: source.port })).role;
  });
}

async function tus(job: Job): Promise<Figures> {
  return await withRoles(async (start) => {
    const sink = await start('tus.ts', 'sink', job);
    return (await start('tus.ts', 'source', job, { port: sink.port })).role;
  });
}

type Start = (script: string, name: string, job: Job, more?: object) => Promise<{ role: Role } & Port>;

/** `build` gives the role that says when all is done, once it is told to begin. */
async function withRoles(build: (start: Start) => Promise<Role>): Promise<Figures> {
  const roles: Role[] = [];
  try {
    const last = await build(async (script, name, job, more) => {
      const role = new Role(file(script), name, job, more);
      roles.push(role);
      return { role, ...((await role.hear()) as Port) };
    });
    const read = meter(roles);
    last.tell({ go: true });
    await last.hear();
    return read();
  } finally {
    for (const role of roles) await role.end();
  }
}
