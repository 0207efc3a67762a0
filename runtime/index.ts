/** What every process needs of its machine and its network. No rule about footage lives here. */
export * from './batches.ts';
export * from './config.ts';
export * from './database.ts';
export * from './durable-file.ts';
export * from './endpoint.ts';
export * from './errors.ts';
export * from './https-peer.ts';
export * from './identity.ts';
export * from './log.ts';
export * from './mdns/camera-service.ts';
export * from './mdns/multicast-link.ts';
export * from './message-outbox.ts';
export * from './mutual-tls.ts';
export * from './systemd-notify.ts';
export * from './small-young-space.ts';
export * from './transfer/index.ts';
export * from './whole-database.ts';
