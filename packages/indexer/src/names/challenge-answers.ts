import type { ChallengeAnswers } from '../acme/acme-client.ts'

const prefix = '/.well-known/acme-challenge/'

/** The answers that an authority is to find while a certificate is ordered. */
export interface PendingChallenges extends ChallengeAnswers {
  answerTo(host: string, url: string): string | undefined
}

export function createPendingChallenges(): PendingChallenges {
  const pending = new Map<string, string>()
  const keyOf = (host: string, token: string) => `${host} ${token}`
  return {
    put: (host, token, answer) => void pending.set(keyOf(host, token), answer),
    remove: (host, token) => void pending.delete(keyOf(host, token)),
    answerTo: (host, url) =>
      url.startsWith(prefix) ? pending.get(keyOf(host, url.slice(prefix.length))) : undefined,
  }
}
