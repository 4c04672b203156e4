import type Docker from 'dockerode'
import { createBundledImages } from '../image/bundled-images.ts'

/** An image with Node at `/usr/local/bin/node`, for tests to build theirs from. */
export const nodeImage = 'sublet.local/hello:1'

export async function makeNodeImage(docker: Docker): Promise<void> {
  const bundled = createBundledImages({ nodePath: process.execPath, platform: process.platform })
  await bundled.buildInto(docker, nodeImage)
}
