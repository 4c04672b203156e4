const tellingName =
  /(^|[_\-.])(pass|passwd|password|passphrase|pwd|secret|secrets|token|apikey|api[_-]?key|access[_-]?key|private[_-]?key|secret[_-]?key|auth[_-]?key|mnemonic|seed[_-]?phrase|credentials?|client[_-]?secret)([_\-.]|\d*$)/i
const tellingValue =
  /^(sk-[A-Za-z0-9_-]{16,}|gh[pousr]_[A-Za-z0-9]{20,}|hf_[A-Za-z0-9]{20,}|AKIA[A-Z0-9]{16}|xox[abpr]-|eyJ[A-Za-z0-9_-]{10,}\.eyJ|tskey-)|-----BEGIN [A-Z ]*PRIVATE KEY-----/
/** Said about a secret rather than being one: where it is, how many, for how long. */
const tame =
  /(_file|_path|_url|_uri|_name|_id|_ttl|_expir\w*|_length|_limit|_limits|_count|_type|_size|max_tokens?|tokens)$/i

/** Whether an environment entry looks like a secret written in clear. Placeholders and empty values do not. */
export function looksSecret(name: string, value: string): boolean {
  if (value === '' || /^\$\{?\w|^<.*>$|^ac-secret:|^(true|false|null|none|\d{1,4})$/i.test(value))
    return false
  return tellingValue.test(value) || (tellingName.test(name) && !tame.test(name))
}
