const tellingName =
  /(^|[_\-.])(pass|passwd|password|passphrase|pwd|secret|secrets|token|authorization|apikey|api[_-]?key|access[_-]?key|private[_-]?key|secret[_-]?key|auth[_-]?key|mnemonic|seed[_-]?phrase|credentials?|client[_-]?secret)([_\-.]|\d*$)/i
/** Keys of services that are paid for, such as `OPENAI_KEY`. */
const keyName = /[_\-.]key\d*$/i
/** Keys of tables, caches and other locks. */
const otherKey =
  /(^|[_\-.])(public|pub|primary|foreign|sort|partition|cache|routing|shard|group|object|index|message|project|event|license|registry)[_\-.]key\d*$/i
/** Said about a secret rather than being one: where it is, how many, for how long. */
const tame =
  /(_file|_path|_url|_uri|_endpoint|_host|_hostname|_domain|_name|_user|_username|_email|_language|_issuer|_id|_ttl|_expir\w*|_length|_limit|_limits|_count|_type|_size|max_tokens?|tokens)$/i
/** The folder that a shell stands in. */
const workingFolder = /^(OLD)?PWD$/
/** A variable, a reference, an example to be replaced, or nothing that anyone would guard. */
const standsForNothing = /^\$\{?\w|^%%|^<.*>$|^ac-secret:|^(true|false|yes|no|on|off|null|none|\d{1,4})$/i

/** Secrets that look like nothing else, by the beginnings that their makers gave them. */
const tellingText =
  /(?<![A-Za-z0-9_-])(?:sk-[A-Za-z0-9_-]{16,}|gh[pousr]_[A-Za-z0-9]{20,}|hf_[A-Za-z0-9]{20,}|AKIA[A-Z0-9]{16}|xox[abpr]-[A-Za-z0-9-]{10,}|eyJ[A-Za-z0-9_-]{10,}\.eyJ|tskey-[A-Za-z0-9-]{9,})|-----BEGIN [A-Z ]*PRIVATE KEY-----/
/** Shorter texts are none of those; most are. */
const leastTelling = 15
/** `postgres://user:password@host`, but for a password that is a variable. */
const passwordInAddress = /:\/\/[^\s:/@]{0,100}:(?!\$|%%|<)[^\s/@]{1,200}@/

/** Longer names are hostile, not secret. */
const longestName = 256

/** Whether an entry with a name looks like a secret written in clear. Placeholders and empty values do not. */
export function looksSecret(name: string, value: string): boolean {
  if (value === '') return false
  return (isSecretName(name) && !standsForNothing.test(value)) || holdsSecret(value)
}

/** Whether a name promises a secret. */
export function isSecretName(written: string): boolean {
  if (written.length > longestName || workingFolder.test(written)) return false
  const name = /[a-z][A-Z]/.test(written) ? written.replace(/([a-z])([A-Z])/g, '$1_$2') : written
  if (tellingName.test(name)) return !tame.test(name)
  return keyName.test(name) && !otherKey.test(name)
}

/** Whether a text, whatever it is called, holds something that can only be a secret. */
export function holdsSecret(text: string): boolean {
  if (text.length >= leastTelling && tellingText.test(text)) return true
  return text.includes('://') && passwordInAddress.test(text)
}
