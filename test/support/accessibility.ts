import type { Page } from 'playwright-core';

/** Roles of what one can use, as `ariaSnapshot` writes them; what has a name stands in quotes behind the role. */
const NAMELESS =
  /^\s*- (?:button|link|textbox|searchbox|combobox|slider|checkbox|radio|spinbutton|tab|img)(?: \[.*\])?:?$/;
const HEADING = /^\s*- heading .*\[level=(\d)\]/;

/**
 * What keeps people from using the page with a screen reader or with weak eyes: what can be used and has no name,
 * headings that skip a level, the page without a language or main part, identifiers that stand twice, and text whose
 * contrast is below that of WCAG 2.2 (1.4.3), in the light or in the dark: 4.5, or 3 for large text.
 */
export async function barriersOf(page: Page): Promise<string[]> {
  const snapshot = (await page.locator('body').ariaSnapshot()).split('\n');
  const nameless = snapshot.filter((line) => NAMELESS.test(line)).map((line) => `no name: ${line.trim()}`);
  const levels = snapshot.flatMap((line) => HEADING.exec(line)?.[1] ?? []).map(Number);
  const skipped = levels.flatMap((level, index) =>
    level > (levels[index - 1] ?? 0) + 1 ? [`a heading of level ${level} after ${levels[index - 1] ?? 'none'}`] : [],
  );
  const others: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    others.push(...(await page.evaluate<string[]>(IN_PAGE)).map((barrier) => `${barrier} (${colorScheme})`));
  }
  return [...new Set([...nameless, ...skipped, ...others])];
}

/** As a text, since the tests have no types of browsers. */
const IN_PAGE = `(() => {
  const found = [];
  if (!document.documentElement.lang) found.push('no language');
  if (document.querySelectorAll('main').length !== 1) found.push('not one main part');
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
  for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index))) found.push('twice: #' + id);

  // Who speaks to a device says what stands there.
  for (const element of document.querySelectorAll('button[aria-label], a[aria-label], summary[aria-label]')) {
    const shown = element.innerText.trim();
    const name = element.getAttribute('aria-label');
    if (/\\p{L}/u.test(shown) && !name.toLowerCase().includes(shown.toLowerCase())) {
      found.push('"' + shown + '" is called "' + name + '"');
    }
  }
  // By colour alone a link is not told from the text that it is in.
  for (const link of document.querySelectorAll('main p a')) {
    const around = [...link.parentElement.childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim());
    const { textDecorationLine } = getComputedStyle(link);
    if (around && textDecorationLine === 'none') found.push('no underline: ' + link.innerText);
  }

  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const known = new Map();
  // Any notation of a colour, as red, green, blue (0 to 255) and opacity (0 to 1).
  const parts = (color) => {
    if (!known.has(color)) {
      context.clearRect(0, 0, 1, 1);
      context.fillStyle = color;
      context.fillRect(0, 0, 1, 1);
      const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data;
      known.set(color, [red, green, blue, alpha / 255]);
    }
    return known.get(color);
  };
  const over = (top, below) => [0, 1, 2].map((at) => top[at] * top[3] + below[at] * (1 - top[3]));
  const background = (element) => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) {
      const layer = parts(getComputedStyle(one).backgroundColor);
      layers.push(layer);
      if (layer[3] === 1) break;
    }
    return layers.reduceRight((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const luminance = (color) => {
    const [red, green, blue] = color.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const element = text.parentElement;
    if (!text.data.trim() || element.closest('[aria-hidden=true], :disabled, option, script, style')) continue;
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const style = getComputedStyle(element);
    const below = background(element);
    const [one, other] = [luminance(over(parts(style.color), below)), luminance(below)];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) {
      const where = element.tagName.toLowerCase() + (element.className ? '.' + element.className : '');
      found.push('contrast ' + ratio.toFixed(2) + ' of "' + text.data.trim().slice(0, 30) + '" in ' + where);
    }
  }
  return found;
})()`;
