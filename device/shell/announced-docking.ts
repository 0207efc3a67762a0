import type { Beacon } from '../ports/beacon.ts';
import type { DockingLink } from '../ports/docking-link.ts';

/** A docking line that the network is told of as long as a dock can connect. */
export function announced(link: DockingLink, beacon: Beacon): DockingLink {
  return {
    get port() {
      return link.port;
    },
    get attached() {
      return link.attached;
    },
    attach: async () => {
      await link.attach();
      beacon.up(link.port);
    },
    detach: async () => {
      await Promise.all([beacon.down(), link.detach()]);
    },
  };
}
