import { useState } from 'react'

type Theme = 'system' | 'light' | 'dark'
const storageKey = 'sublet.theme'
const next: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' }

function storedTheme(): Theme {
  const stored = localStorage.getItem(storageKey)
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}

function showTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}

/** Before the first paint, so that the page does not flash. */
export function restoreTheme(): void {
  showTheme(storedTheme())
}

/** Goes round: as the system says, light, dark. */
export function ThemeChoice() {
  const [theme, setTheme] = useState(storedTheme)
  function choose() {
    const chosen = next[theme]
    localStorage.setItem(storageKey, chosen)
    showTheme(chosen)
    setTheme(chosen)
  }
  return (
    <button
      type="button"
      onClick={choose}
      className="inline-flex size-8 items-center justify-center rounded-md text-boardsoft hover:text-boardink"
      aria-label={`Colours: ${theme}. Change to ${next[theme]}`}
      title={`Colours: ${theme}`}
    >
      <svg
        aria-hidden="true"
        viewBox="0 0 16 16"
        className="size-4"
        stroke="currentColor"
        strokeWidth="1.3"
        fill="none"
      >
        <circle cx="8" cy="8" r="5.5" />
        <path
          d="M8 2.5a5.5 5.5 0 0 1 0 11z"
          fill={theme === 'light' ? 'none' : 'currentColor'}
          className={theme === 'system' ? 'opacity-60' : ''}
        />
        {theme === 'dark' ? <path d="M8 2.5a5.5 5.5 0 0 0 0 11z" fill="currentColor" /> : null}
      </svg>
    </button>
  )
}
