/**
 * The whole file of a program that waits for ever: an ELF header, one segment (elf(5)) and a loop around a system call.
 * Undefined for other processors than x86-64 and ARM64, by the names that `uname -m` gives them.
 */
export function pauseProgram(architecture: string): Buffer | undefined {
  const machine = machines[architecture]
  if (machine === undefined) return undefined
  const headersBytes = 64 + 56
  const loadAt = 0x400000n
  const file = Buffer.alloc(headersBytes + machine.code.length)
  // 64 bits, least significant byte first, version 1.
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  file.writeUInt16LE(2, 16) // an executable
  file.writeUInt16LE(machine.number, 18)
  file.writeUInt32LE(1, 20)
  file.writeBigUInt64LE(loadAt + BigInt(headersBytes), 24) // where it begins
  file.writeBigUInt64LE(64n, 32) // the segment's header follows this one
  file.writeUInt16LE(64, 52)
  file.writeUInt16LE(56, 54)
  file.writeUInt16LE(1, 56)
  file.writeUInt32LE(1, 64) // to be loaded
  file.writeUInt32LE(5, 68) // to be read and run
  file.writeBigUInt64LE(loadAt, 80)
  file.writeBigUInt64LE(loadAt, 88)
  file.writeBigUInt64LE(BigInt(file.length), 96)
  file.writeBigUInt64LE(BigInt(file.length), 104)
  file.writeBigUInt64LE(0x1000n, 112)
  file.set(machine.code, headersBytes)
  return file
}

const words = (...values: number[]) => new Uint8Array(new Uint32Array(values).buffer)

const machines: Record<string, { number: number; code: Uint8Array }> = {
  // mov eax, 34 (pause); syscall; jmp to the start
  x86_64: { number: 62, code: Uint8Array.of(0xb8, 34, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7) },
  // mov x8, 73 (ppoll); mov x0…x3, 0: nothing, without a time; svc 0; b to the start
  aarch64: {
    number: 183,
    code: words(0xd2800928, 0xd2800000, 0xd2800001, 0xd2800002, 0xd2800003, 0xd4000001, 0x17fffffa),
  },
}
