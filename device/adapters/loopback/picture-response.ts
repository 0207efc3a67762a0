import type { ServerResponse } from 'node:http';
import type { LivePicture } from './live-picture.ts';

/** The live picture as the body of an answer that goes on until the picture ends or nobody reads any more. */
export function handOver(picture: LivePicture, response: ServerResponse): void {
  const looker = picture.look({
    begin: (mimeType) => void response.writeHead(200, { 'content-type': mimeType }),
    write: (bytes) => response.write(bytes),
    end: () => {
      if (!response.headersSent) response.writeHead(204);
      response.end();
    },
  });
  response.on('drain', () => looker.drained());
  response.once('close', () => looker.leave());
}
