import type { Page } from 'playwright-core'

/** Elements that stick out of the page to the right, by name; none is well. */
export async function stickingOut(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const width = document.documentElement.clientWidth
    if (document.documentElement.scrollWidth <= width) return []
    return [...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().right > width + 1)
      .map((element) => `${element.tagName} ${element.textContent?.slice(0, 40) ?? ''}`)
  })
}

/** Texts whose contrast with what lies behind them is below WCAG AA (4.5, or 3 for large ones). */
export async function faintTexts(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const canvas = document.createElement('canvas')
    canvas.width = 1
    canvas.height = 1
    const context = canvas.getContext('2d', { willReadFrequently: true })
    if (context === null) throw new Error('no canvas')

    /** Lays colours over white, first one lowest. */
    function paint(colours: readonly string[]): number[] {
      if (context === null) return []
      context.fillStyle = '#fff'
      context.fillRect(0, 0, 1, 1)
      for (const colour of colours) {
        context.fillStyle = colour
        context.fillRect(0, 0, 1, 1)
      }
      return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3)
    }
    function luminance(colour: readonly number[]): number {
      const [red = 0, green = 0, blue = 0] = colour.map((value) => {
        const share = value / 255
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    const faint: string[] = []
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
      const element = node.parentElement
      const words = node.textContent?.trim() ?? ''
      if (element === null || words === '' || element.closest('.xterm, option, [hidden], .sr-only') !== null)
        continue
      const box = element.getBoundingClientRect()
      const style = getComputedStyle(element)
      if (box.width < 2 || box.height < 2 || style.visibility !== 'visible') continue
      const behind: string[] = []
      for (let at: Element | null = element; at !== null; at = at.parentElement)
        behind.unshift(getComputedStyle(at).backgroundColor)
      const back = luminance(paint(behind))
      const front = luminance(paint([...behind, style.color]))
      const ratio = (Math.max(back, front) + 0.05) / (Math.min(back, front) + 0.05)
      const large = Number.parseFloat(style.fontSize) >= 24
      if (ratio < (large ? 3 : 4.5)) faint.push(`${ratio.toFixed(2)} ${words.slice(0, 40)}`)
    }
    return [...new Set(faint)]
  })
}

/** Things to press or fill in that have no name for a screen reader. */
export async function namelessControls(page: Page): Promise<string[]> {
  return await page.evaluate(() =>
    [...document.querySelectorAll('button, a[href], input, select, textarea')]
      .filter((element) => {
        const control = element as HTMLInputElement
        const labels = [...(control.labels ?? [])].map((label) => label.textContent ?? '').join('')
        const name = `${element.getAttribute('aria-label') ?? ''}${labels}${element.textContent ?? ''}`
        return name.trim() === '' && !control.hidden && element.closest('.xterm') === null
      })
      .map((element) => element.outerHTML.slice(0, 100)),
  )
}
