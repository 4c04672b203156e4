import { Command } from 'commander'
import { expect, test } from 'vitest'
import { commandNames, loadCommands } from './load-commands.ts'

async function namesFor(args: readonly string[]): Promise<string[]> {
  const program = new Command().enablePositionalOptions()
  for (const add of await loadCommands(args)) add(program)
  return program.commands.map((command) => command.name())
}

test('each name loads the command of that name', { timeout: 60_000 }, async () => {
  for (const name of commandNames) expect(await namesFor([name, '--json'])).toEqual([name])
})

test('loads what a line names, wherever it stands, and everything for help or a name that is none', {
  timeout: 60_000,
}, async () => {
  expect(await namesFor(['--data', 'up', 'validate', 'x.yaml'])).toEqual(['up', 'validate'])
  for (const args of [[], ['--help'], ['help', 'ps'], ['valdate', 'x.yaml']])
    expect(await namesFor(args)).toEqual(commandNames)
})
