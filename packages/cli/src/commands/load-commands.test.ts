import { Command } from 'commander'
import { expect, test } from 'vitest'
import { commandNames, loadCommands } from './load-commands.ts'

async function programFor(args: readonly string[]): Promise<Command> {
  const program = new Command().enablePositionalOptions()
  for (const add of await loadCommands(args)) add(program)
  return program
}

/** Those that can do more than be listed. */
async function loadedFor(args: readonly string[]): Promise<string[]> {
  const { commands } = await programFor(args)
  const canDo = ({ options, registeredArguments, commands: inner }: Command) =>
    options.length + registeredArguments.length + inner.length > 0
  return commands.filter(canDo).map((command) => command.name())
}

test('each name loads the command of that name', { timeout: 60_000 }, async () => {
  for (const name of commandNames) {
    const { commands } = await programFor([name, '--json'])
    expect(commands.map((command) => command.name())).toEqual(commandNames)
  }
})

test('loads what a line names, wherever it stands, and nothing for help', { timeout: 60_000 }, async () => {
  expect(await loadedFor(['--data', 'up', 'validate', 'x.yaml'])).toEqual(['up', 'validate'])
  for (const args of [[], ['--help'], ['valdate', 'x.yaml']]) expect(await loadedFor(args)).toEqual([])
})

test('the help lists every command and what it is for', async () => {
  const { commands } = await programFor([])
  expect(commands.map((command) => command.name())).toEqual(commandNames)
  expect(commands.map((command) => command.description())).not.toContain('')
})
