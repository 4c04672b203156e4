import { expect, test } from 'vitest'
import { createLog } from '../log/log.ts'
import { openStore } from './store.ts'

test.each(['notaurl', 'mysql://user@127.0.0.1/db', 'http://127.0.0.1:5432'])(
  '%s is refused before anything is looked for',
  async (url) => {
    const opening = openStore({
      url,
      schema: 'test',
      migrations: [],
      log: createLog({ name: 'test', level: 'silent' }),
    })
    await expect(opening).rejects.toMatchObject({ code: 'config.invalid' })
  },
)
