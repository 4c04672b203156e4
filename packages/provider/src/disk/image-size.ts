/** Inode tables and group descriptors take this share of an image, and the journal and small things so much besides. */
const structureShare = 50
const structureBytes = 32 * 1024 * 1024
/** File systems are whole blocks; whole mebibytes are easier to read. */
const stepBytes = 1024 * 1024

/** How large an ext4 image must be for so many bytes of files. */
export function imageBytesFor(sizeBytes: number): number {
  const least = sizeBytes + Math.ceil(sizeBytes / structureShare) + structureBytes
  return Math.ceil(least / stepBytes) * stepBytes
}
