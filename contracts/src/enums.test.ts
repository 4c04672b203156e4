import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { caseKinds, caseStatuses, closeReasons, leaseStatuses, proposalStates, roles } from './enums.ts'

const solidity = (path: string) => fileURLToPath(new URL(`../solidity/${path}`, import.meta.url))
const governor = createRequire(import.meta.url).resolve('@openzeppelin/contracts/governance/IGovernor.sol')

/** The members of an enumeration in the order in which Solidity numbers them, in our way of writing words. */
function membersOf(source: string, name: string): string[] {
  const body = new RegExp(`\\benum ${name}\\s*\\{([^}]*)\\}`).exec(source)?.[1]
  if (body === undefined) throw new Error(`there is no enum ${name}`)
  return body
    .replace(/\/\/.*$/gm, '')
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '')
    .map((member) => member.replace(/(?!^)([A-Z])/g, '-$1').toLowerCase())
}

test.each([
  ['LeaseStatus', solidity('escrow/EscrowTypes.sol'), leaseStatuses],
  ['CloseReason', solidity('escrow/EscrowTypes.sol'), closeReasons],
  ['Role', solidity('registry/INodeRegistry.sol'), roles],
  ['CaseKind', solidity('verdicts/IVerdicts.sol'), caseKinds],
  ['CaseStatus', solidity('verdicts/IVerdicts.sol'), caseStatuses],
  ['ProposalState', governor, proposalStates],
])('the words of %s stand where Solidity counts them', async (name, path, words) => {
  expect(membersOf(await readFile(path, 'utf8'), name)).toEqual(words)
})
