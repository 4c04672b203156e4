import { expect, test } from 'vitest'
import { memoryEndOf, memoryKillsIn } from './memory-kills.ts'

const id = 'e53b253ac740eee90faae585a51755470e1b34ae5fdc654575fc476b3ed9e4e8'
const other = '0f'.repeat(32)
const summary = (more: string, victim = `/docker/${id}`) =>
  `6,901,2869845581,-;oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=${id},mems_allowed=0,${more},task_memcg=${victim},task=node,pid=31516,uid=0`
const taken = '3,902,2869845633,-;Memory cgroup out of memory: Killed process 31516 (node) total-vm:1058936kB'
const endOf = (records: string[], sinceMs = 0) => memoryEndOf(id, memoryKillsIn(records, sinceMs))

test('a container that reached its own limit', () => {
  expect(endOf([summary(`oom_memcg=/docker/${id}`), taken])).toBe('own-limit')
  const scope = `/system.slice/docker-${id}.scope`
  expect(endOf([summary(`oom_memcg=${scope}`, `${scope}/child`), taken])).toBe('own-limit')
})

test('a container taken because the machine, or what it lies in, had no more', () => {
  expect(endOf([summary('global_oom'), taken])).toBe('outside')
  expect(endOf([summary('oom_memcg=/docker'), taken])).toBe('outside')
})

test('what befell others, or an earlier run, is not its own', () => {
  expect(endOf([])).toBe('none')
  expect(endOf([summary(`oom_memcg=/docker/${other}`, `/docker/${other}`), taken])).toBe('none')
  expect(endOf([summary(`oom_memcg=/docker/${id}`), taken], 2_869_846)).toBe('none')
  expect(endOf([summary(`oom_memcg=/docker/${id}`), taken], 2_869_845)).toBe('own-limit')
})

test('nobody can tell where the kernel left away whom it took', () => {
  expect(endOf([taken])).toBe('unknown')
  expect(endOf([taken, summary(`oom_memcg=/docker/${id}`), taken])).toBe('own-limit')
})

test('other records say nothing', () => {
  const records = ['6,1,5,-;usb 1-1: new device', ' SUBSYSTEM=usb', '', 'oom-kill:task_memcg=x']
  expect(memoryKillsIn(records, 0)).toEqual({ kills: [], unexplained: 0 })
})
