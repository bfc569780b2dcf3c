/** Other URLs that the same route serves, by what they are. */
export function routedSpellings(path: string): Record<string, string> {
  return {
    plain: path,
    'absolute form': `http://mandi.example${path}`,
    'absolute form of another scheme and port': `https://mandi.example:8443${path}`,
    'absolute form with its scheme in upper case': `HTTP://x${path}`,
    'a letter percent-encoded': `/${encoded(path[1]!)}${path.slice(2)}`,
    'every letter percent-encoded': path.replace(/[a-z]/gi, encoded),
    'percent-encoded in absolute form': `http://x/${encoded(path[1]!)}${path.slice(2)}`,
    'an empty query': `${path}?`,
    'an empty fragment': `${path}#`,
  };
}

/** URLs that look like it and that no route serves. */
export function unroutedSpellings(path: string): Record<string, string> {
  return {
    'two slashes before it': `/${path}`,
    'two slashes in it': path.replace(/\/(?=[^/]*$)/, '//'),
    'a slash after it': `${path}/`,
    'upper case': path.toUpperCase(),
    'an encoded slash': path.replace(/\/(?=[^/]*$)/, '%2F'),
    'a dot segment': path.replace(/\/(?=[^/]*$)/, '/./'),
    'two slashes in absolute form': `http://x/${path}`,
  };
}

const encoded = (letter: string): string => `%${letter.charCodeAt(0).toString(16)}`;
