import { expect, test } from 'vitest'
import { closedProfile } from './podman-seccomp.ts'

test('closes what makes namespaces, and leaves the rest of a profile as it is', () => {
  const files = { names: ['open', 'read'], action: 'SCMP_ACT_ALLOW', args: [] }
  const { syscalls, ...others } = closedProfile({
    defaultAction: 'SCMP_ACT_ERRNO',
    syscalls: [
      files,
      { names: ['clone', 'clone3', 'unshare', 'write'], action: 'SCMP_ACT_ALLOW' },
      { names: ['setns'], action: 'SCMP_ACT_ALLOW', includes: { caps: ['CAP_SYS_ADMIN'] } },
    ],
  })
  expect(others).toEqual({ defaultAction: 'SCMP_ACT_ERRNO' })
  const rulesFor = (name: string) => syscalls.filter(({ names }) => names.includes(name))
  expect(syscalls[0]).toEqual(files)
  expect(rulesFor('write')).toEqual([{ names: ['write'], action: 'SCMP_ACT_ALLOW' }])
  for (const name of ['unshare', 'setns', 'mount', 'keyctl'])
    expect(rulesFor(name)).toMatchObject([{ action: 'SCMP_ACT_ERRNO', errnoRet: 1 }])
  expect(rulesFor('clone3')).toMatchObject([{ action: 'SCMP_ACT_ERRNO', errnoRet: 38 }])
  // CLONE_NEWUSER is among the flags that must be nought.
  const [{ args } = {}] = rulesFor('clone') as { args?: { value: number; valueTwo: number; op: string }[] }[]
  expect(args).toMatchObject([{ valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }])
  expect((args?.[0]?.value ?? 0) & 0x10000000).not.toBe(0)
})
