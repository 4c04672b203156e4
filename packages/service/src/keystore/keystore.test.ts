import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decryptKeystoreJson, encryptKeystoreJson } from 'ethers'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { expect, onTestFinished, test } from 'vitest'
import { createWallet, exportWallet, importWallet, listWallets, openWallet } from './keystore.ts'
import { findPassphrase, keepPassphrase } from './passphrase.ts'
import { decryptKey, parseKeyFile } from './secret-storage.ts'

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'sublet-keys-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  return dir
}
const light = { passphraseKind: 'machine' } as const

test('what was made opens again, with the right passphrase only', async () => {
  const place = { dir: join(await folder(), 'wallets'), name: 'tenant' }
  const made = await createWallet({ ...place, passphrase: 'pässword', ...light })
  const opened = await openWallet({ ...place, passphrase: 'pässword' })
  expect(opened.address).toBe(made.address)
  expect(await opened.signMessage({ message: 'x' })).toBe(await made.signMessage({ message: 'x' }))
  await expect(openWallet({ ...place, passphrase: 'password' })).rejects.toMatchObject({
    code: 'wallet.locked',
    hint: expect.stringContaining('SUBLET_PASSPHRASE'),
  })
  await expect(openWallet({ ...place, passphrase: undefined })).rejects.toMatchObject({
    code: 'wallet.locked',
  })
})

test('an opened account does not carry its key where a log could print it', async () => {
  const place = { dir: await folder(), name: 'a' }
  const privateKey = generatePrivateKey()
  await importWallet({ ...place, passphrase: 'p', privateKey, ...light })
  expect(JSON.stringify(await openWallet({ ...place, passphrase: 'p' }))).not.toContain(privateKey.slice(2))
  expect((await exportWallet({ ...place, passphrase: 'p' })).privateKey).toBe(privateKey)
})

test('files are their owner’s alone, and drafts do not stay', async () => {
  const dir = await folder()
  await createWallet({ dir, name: 'a', passphrase: 'p', ...light })
  expect((await stat(join(dir, 'a.json'))).mode & 0o777).toBe(0o600)
  expect(await readdir(dir)).toEqual(['a.json'])
})

test('a wallet is never overwritten, even by two at once', async () => {
  const place = { dir: await folder(), name: 'a', passphrase: 'p', ...light }
  const results = await Promise.allSettled([createWallet(place), createWallet(place)])
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: { code: 'wallet.exists' },
  })
  expect(await readdir(place.dir)).toEqual(['a.json'])
})

test('lists wallets, and nothing else that lies there', async () => {
  const dir = await folder()
  expect(await listWallets({ dir: join(dir, 'none') })).toEqual([])
  const made = await createWallet({ dir, name: 'b', passphrase: 'p', ...light })
  await writeFile(join(dir, 'notes.json'), '{}')
  expect(await listWallets({ dir })).toEqual([{ name: 'b', address: made.address.toLowerCase() }])
})

test('names what is missing or broken, with the cure', async () => {
  const dir = await folder()
  await expect(openWallet({ dir, name: 'none', passphrase: 'p' })).rejects.toMatchObject({
    code: 'wallet.missing',
    hint: expect.stringContaining('sublet wallet new'),
  })
  await writeFile(join(dir, 'broken.json'), '{"version": 3')
  await expect(openWallet({ dir, name: 'broken', passphrase: 'p' })).rejects.toMatchObject({
    code: 'wallet.locked',
  })
  await expect(openWallet({ dir, name: '../etc/passwd', passphrase: 'p' })).rejects.toMatchObject({
    code: 'request.invalid',
  })
  await expect(
    importWallet({ dir, name: 'x', passphrase: 'p', privateKey: '0x12' as `0x${string}` }),
  ).rejects.toMatchObject({ code: 'request.invalid' })
})

test('ethers opens what we write, and we what ethers writes', async () => {
  const dir = await folder()
  const account = privateKeyToAccount(generatePrivateKey())
  const passphrase = 'ünïcode passphrase'
  const { keystore } = await (async () => {
    await importWallet({ dir, name: 'ours', passphrase, privateKey: generatePrivateKey(), ...light })
    return exportWallet({ dir, name: 'ours', passphrase })
  })()
  const theirs = await decryptKeystoreJson(keystore, passphrase)
  expect(theirs.address).toBe((await openWallet({ dir, name: 'ours', passphrase })).address)

  const privateKey = generatePrivateKey()
  const written = await encryptKeystoreJson(
    { address: privateKeyToAccount(privateKey).address, privateKey },
    passphrase,
    { scrypt: { N: 1024 } },
  )
  const imported = await importWallet({
    dir,
    name: 'theirs',
    passphrase: 'new',
    keystore: written,
    keystorePassphrase: passphrase,
    ...light,
  })
  expect(imported.address).toBe(privateKeyToAccount(privateKey).address)
  expect(account.address).not.toBe(imported.address)
})

test('reads the standard’s own example', async () => {
  const key = '0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d'
  const pbkdf2 = {
    version: 3,
    crypto: {
      cipher: 'aes-128-ctr',
      cipherparams: { iv: '6087dab2f9fdbbfaddc31a909735c1e6' },
      ciphertext: '5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46',
      kdf: 'pbkdf2',
      kdfparams: {
        c: 262144,
        dklen: 32,
        prf: 'hmac-sha256',
        salt: 'ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd',
      },
      mac: '517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2',
    },
  }
  expect(await decryptKey(parseKeyFile(JSON.stringify(pbkdf2)), 'testpassword')).toBe(key)
})

test('a file that asks for the whole memory is refused', async () => {
  const dir = await folder()
  await createWallet({ dir, name: 'a', passphrase: 'p', ...light })
  const text = await readFile(join(dir, 'a.json'), 'utf8')
  const greedy = parseKeyFile(text.replace(/"n": \d+/, '"n": 1073741824'))
  await expect(decryptKey(greedy, 'p')).rejects.toThrow('1 GiB')
})

test('the passphrase comes from who gave it, the environment, or a file that nobody else may read', async () => {
  const file = join(await folder(), 'deep', 'passphrase')
  const env = { SUBLET_PASSPHRASE: 'from env' }
  expect(await findPassphrase({ env: {}, file })).toBeUndefined()
  const [kept, again] = await Promise.all([keepPassphrase(file), keepPassphrase(file)])
  expect(kept).toMatch(/^[0-9a-f]{64}$/)
  expect(again).toBe(kept)
  expect(await findPassphrase({ env: {}, file })).toBe(kept)
  expect(await findPassphrase({ env, file })).toBe('from env')
  expect(await findPassphrase({ given: 'typed', env, file })).toBe('typed')
  await chmod(file, 0o644)
  await expect(findPassphrase({ file })).rejects.toMatchObject({ code: 'config.invalid' })
})
