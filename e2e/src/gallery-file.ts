import { load } from 'js-yaml'
import { standInImage } from './stand-in-image.ts'

/** As much of an Akash SDL as the test looks at. */
interface Sdl {
  services: Record<
    string,
    {
      command?: string[] | null
      expose?: { port: number; as?: number; proto?: string; to?: { global?: boolean }[] }[]
      params?: { storage?: Record<string, { mount?: string; readOnly?: boolean }> }
    }
  >
}

export interface GalleryPort {
  port: number
  /** Under which number the others see it. */
  as: number
  protocol: 'tcp' | 'udp'
  /** The whole world may ask. */
  isPublic: boolean
}

export interface GalleryService {
  name: string
  image: string
  ports: GalleryPort[]
  mounts: string[]
  command: string[]
}

/** A gallery file whose images are stand-ins of its own; nothing else of it is changed. */
export interface GalleryFile {
  source: string
  services: GalleryService[]
}

/** `key` tells the stand-ins of one file from those of another. */
export function galleryFile(text: string, key: string): GalleryFile {
  const { services } = load(text) as Sdl
  const read = Object.entries(services).map(
    ([name, { command, expose = [], params }]): GalleryService => ({
      name,
      image: `gallery.local/${key}/${name.toLowerCase()}:1`,
      ports: expose.map(({ port, as = port, proto, to }) => ({
        port,
        as,
        protocol: proto?.toLowerCase() === 'udp' ? 'udp' : 'tcp',
        isPublic: to?.some(({ global }) => global === true) ?? false,
      })),
      mounts: Object.values(params?.storage ?? {}).flatMap(({ mount, readOnly }) =>
        mount === undefined || readOnly === true ? [] : [mount],
      ),
      command: command ?? [],
    }),
  )
  let at = 0
  const source = text.replace(/^(\s+image:\s*)\S.*$/gm, (_line, before: string) => {
    const { image } = read[at] ?? {}
    at += 1
    return `${before}${image}`
  })
  if (at !== read.length) throw new Error(`${at} images for ${read.length} services`)
  return { source, services: read }
}

/** Builds the stand-ins of a file; gone with what is returned. */
export async function standInImages({ services }: GalleryFile): Promise<AsyncDisposable> {
  const images: AsyncDisposable[] = []
  for (const { image, ports, command } of services) {
    const numbers = (wanted: GalleryPort['protocol']) => [
      ...new Set(ports.flatMap(({ port, protocol }) => (protocol === wanted ? [port] : []))),
    ]
    images.push(
      await standInImage(image, numbers('tcp'), {
        udpPorts: numbers('udp'),
        programs: command.slice(0, 1),
      }),
    )
  }
  return {
    async [Symbol.asyncDispose]() {
      for (const image of images) await image[Symbol.asyncDispose]()
    },
  }
}
