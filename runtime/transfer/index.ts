/** The line to an archive, as docks and cameras use it. What is sent next is decided in protocol/transfer. */
export * from './archive-failure.ts';
export * from './https-archive.ts';
